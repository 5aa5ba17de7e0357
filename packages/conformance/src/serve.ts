// A target as a child process: messages over standard input and output, one JSON message a line.

import { createHandler } from './handler.ts';
import { splitLines } from './lines.ts';
import type { Request } from './messages.ts';
import { ownStdout } from './own-stdout.ts';
import type { Target } from './target.ts';

/**
 * Serves a target over standard input and output until `stop` or the end of the input.
 *
 * Standard output is the protocol's alone: `console` and everything else that writes to `process.stdout` goes to
 * standard error from here on. (Native code that writes to file descriptor 1 cannot be redirected.)
 *
 * @param createTarget Called on `start`; may throw `Unavailable`.
 */
export async function serve(createTarget: () => Promise<Target>): Promise<void> {
  const { write } = ownStdout();
  const handle = createHandler(createTarget);
  const input = process.stdin.setEncoding('utf8');
  await new Promise<void>((resolve) => {
    // Replies keep the order of the messages, whatever the target does.
    let queue: Promise<void> = Promise.resolve();
    const finish = () => {
      input.destroy();
      resolve();
    };
    const take = async (line: string): Promise<void> => {
      const message = parse(line);
      const reply = message
        ? await handle(message)
        : ({ type: 'failed', reason: `not JSON: ${line.slice(0, 200)}` } as const);
      void write(`${JSON.stringify(reply)}\n`);
      if (reply.type === 'stopped') finish();
    };
    const split = splitLines(
      (line) => {
        queue = queue.then(() => take(line));
      },
      () => MAX_LINE,
      finish,
    );
    input.on('data', split);
    input.on('end', () => {
      // The runner is gone: release the engine, and leave even if it keeps handles open.
      queue = queue.then(async () => {
        await handle({ type: 'stop' });
        finish();
        setTimeout(() => process.exit(), 2000).unref();
      });
    });
  });
}

/** Characters of one message: a batch of 10^7 elements fits. */
const MAX_LINE: number = 2 ** 28;

function parse(line: string): Request | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Request) : undefined;
  } catch {
    return undefined;
  }
}
