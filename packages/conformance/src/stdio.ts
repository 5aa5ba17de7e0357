// A target that is another program, in any language: started, questioned, restarted if it dies, and always ended.

import { type Child, type ChildOptions, startChild } from './child.ts';
import { checkStarted, remoteTarget, type Send } from './remote.ts';
import type { Target } from './target.ts';

/** How a program is started, and how long it may take. */
export interface StdioOptions extends ChildOptions {
  /** Milliseconds for starting, and for a test when the runner sets no limit; default 20,000. */
  readonly timeout?: number;
}

const RESTARTS = 2;
const STOPPING = 5000;

/**
 * Starts a program that speaks the protocol over standard input and output.
 *
 * A crash, a hang (killed when the time is over), rubbish on standard output or an answer to another test is an error
 * of the test it happened in. After a crash, a hang or an answer that never comes it is started again, twice at most;
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
  const { timeout = 20_000 } = options;
  let child: Child | undefined;
  let restarts = 0;
  let lastWords = '';

  const limited = (signal?: AbortSignal): { readonly signal: AbortSignal; readonly clear: () => void } => {
    if (signal) return { signal, clear: () => {} };
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    return { signal: controller.signal, clear: () => clearTimeout(timer) };
  };
  const exchange: Send = async (message, given) => {
    const running = child;
    if (!running) throw new Error('not started');
    const { signal, clear } = limited(given);
    try {
      return await running.exchange(message, fitting(message), signal);
    } catch (error) {
      lastWords = error instanceof Error ? error.message : String(error);
      if (message.type !== 'run') running.kill();
      throw error;
    } finally {
      clear();
    }
  };
  const begin = async (signal?: AbortSignal): Promise<unknown> => {
    child = startChild(command, args, options);
    return exchange({ type: 'start', protocol: 1 }, signal);
  };
  const send: Send = async (message, signal) => {
    if (message.type === 'start') return begin(signal);
    if (message.type === 'stop') return stop();
    if (!child?.alive) {
      if (restarts === RESTARTS) throw new Error(`target is gone: it was restarted ${RESTARTS} times (${lastWords})`);
      restarts++;
      const reply = await begin(signal);
      try {
        checkStarted(reply);
      } catch (error) {
        child?.kill();
        throw error;
      }
    }
    return exchange(message, signal);
  };
  const stop = async (): Promise<unknown> => {
    if (!child?.alive) return undefined;
    const stopping = child;
    // Whether it says "stopped" or not, it ends.
    await exchange({ type: 'stop' }, AbortSignal.timeout(STOPPING)).catch(() => undefined);
    await stopping.end(STOPPING);
    child = undefined;
    return undefined;
  };
  try {
    return await remoteTarget(send);
  } catch (error) {
    await child?.end(0);
    throw error;
  }
}

/** Which reply a message waits for; for a test the one with its number, or a failure that could not read the number. */
function fitting(message: Parameters<Send>[0]): (reply: Record<string, unknown>) => boolean {
  if (message.type === 'start') return ({ type }) => type === 'started' || type === 'unavailable' || type === 'failed';
  if (message.type === 'stop') return ({ type }) => type === 'stopped' || type === 'failed';
  return ({ type, seq }) =>
    (type === 'outcome' && seq === message.seq) || (type === 'failed' && (seq === undefined || seq === message.seq));
}
