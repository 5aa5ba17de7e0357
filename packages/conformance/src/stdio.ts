// A target that is another program, in any language.

import { type ChildOptions, startChild } from './child.ts';
import type { MessageCheck } from './message-check.ts';
import type { Request } from './messages.ts';
import { restartingTarget } from './restart.ts';
import type { Target } from './target.ts';

/** How a program is started, and how long it may take. */
export interface StdioOptions extends ChildOptions {
  /** Milliseconds for starting, and for a test when the runner sets no limit; default 20,000. */
  readonly timeout?: number;
  /** Holds every message to its schema, in both directions; see {@link createMessageCheck}. */
  readonly check?: MessageCheck;
}

/**
 * Starts a program that speaks the protocol over standard input and output.
 *
 * A crash, a hang (killed when the time is over), rubbish on standard output, an answer to another test, more output or
 * memory than it may have, or a message that breaks its schema is an error of the test it happened in. After a crash, a hang or an answer that never comes it is started again, twice at most;
 * from then on every test is the error `target is gone`. The program has its own process group, which is killed with
 * all its descendants.
 *
 * @param command Program, looked up in PATH.
 * @param args Its arguments.
 * @throws {Unavailable} when it says so; an Error when it does not start as the protocol wants.
 */
export async function stdioTarget(
  command: string,
  args: readonly string[] = [],
  options: StdioOptions = {},
): Promise<Target> {
  const { timeout = 20_000, check } = options;
  return restartingTarget(async () => {
    const child = startChild(command, args, options);
    return {
      get alive() {
        return child.alive;
      },
      async exchange(message, signal) {
        check?.request(message);
        const reply = await child.exchange(message, fitting(message), signal);
        check?.reply(message, reply);
        return reply;
      },
      close: (patience) => child.end(patience),
    };
  }, timeout);
}

/** Which reply a message waits for; for a test the one with its number, or a failure that could not read the number. */
function fitting(message: Request): (reply: Record<string, unknown>) => boolean {
  if (message.type === 'start') return ({ type }) => type === 'started' || type === 'unavailable' || type === 'failed';
  if (message.type === 'stop') return ({ type }) => type === 'stopped' || type === 'failed';
  return ({ type, seq }) =>
    (type === 'outcome' && seq === message.seq) || (type === 'failed' && (seq === undefined || seq === message.seq));
}
