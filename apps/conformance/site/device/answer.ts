// The worker's side: answers the messages of the protocol and of timing, one at a time.

import { createHandler, type Target } from '@eqloss/conformance/protocol';
import { makeInputs } from '../../../bench/src/inputs.ts';
import type { Path } from '../../../bench/src/path.ts';
import { type Session, sessionOf } from '../../../bench/src/session.ts';
import { distanceOf, expectedOf } from '../../../bench/src/verify.ts';
import type { Answer, Envelope, TimingReply, TimingRequest } from './messages.ts';

/** What a worker holds: a target to be judged, and the same adapter as a path to be timed. */
export interface WorkerParts {
  readonly target: () => Promise<Target>;
  readonly path: () => Promise<Path>;
}

/** Makes this worker answer. */
export function answerMessages({ target, path }: WorkerParts): void {
  const judge = createHandler(target);
  const time = createTimer(path);
  addEventListener('message', async ({ data }: MessageEvent<Envelope>) => {
    const { seq, message } = data;
    const reply = message.type.startsWith('time-')
      ? await time(message as TimingRequest)
      : await judge(message as Exclude<Envelope['message'], TimingRequest>);
    postMessage({ seq, reply } satisfies Answer);
  });
}

/** Answers the messages of timing; it never rejects. */
function createTimer(path: () => Promise<Path>): (request: TimingRequest) => Promise<TimingReply> {
  let session: Session | undefined;
  return async (request) => {
    try {
      switch (request.type) {
        case 'time-open': {
          session ??= sessionOf(await path());
          const inputs = makeInputs(request.of);
          await session.open(inputs, request.patience);
          // Nothing is timed that computes something else.
          const expected = expectedOf('eql', inputs, inputs.readLogits());
          const distance = distanceOf(await session.outputs(), expected, request.of.rows);
          return { type: 'time-opened', distance };
        }
        case 'time-round':
          return { type: 'timed', nanoseconds: await session!.round(request.calls) };
        case 'time-close':
          await session?.close();
          return { type: 'time-closed' };
      }
    } catch (error) {
      return { type: 'time-failed', reason: error instanceof Error ? error.message : String(error) };
    }
  };
}
