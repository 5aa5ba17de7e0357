// One life of a worker, seen from the page: it answers, or it is ended.

import type { Session } from '@eqloss/conformance/protocol';
import type { Answer, Envelope, TimingReply, TimingRequest } from './messages.ts';

/** What is used of a worker. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>;

/** A worker that can be asked both kinds of message. */
export interface WorkerSession extends Omit<Session, 'exchange'> {
  /** Rejects when the worker crashes, is closed, or `signal` aborts: the worker has then ended. */
  exchange(message: Envelope['message'], signal: AbortSignal): Promise<unknown>;
}

/** Starts a worker. A crash or a hang costs the worker, never the page. */
export function openWorker(start: () => WorkerLike): WorkerSession {
  const worker = start();
  let alive = true;
  let seq = 0;
  let reject: ((error: Error) => void) | undefined;
  let resolve: ((answer: Answer) => void) | undefined;

  const end = (reason: Error) => {
    alive = false;
    worker.terminate();
    reject?.(reason);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => resolve?.(data));
  worker.addEventListener('messageerror', () => end(new Error('the worker sent what cannot be read')));
  worker.addEventListener('error', (event: ErrorEvent) => {
    // Told as a result of the test, not as an error of the page.
    event.preventDefault();
    end(new Error(`the worker crashed: ${event.message || 'its script does not load'}`));
  });
  return {
    get alive() {
      return alive;
    },
    async exchange(message, signal) {
      if (!alive) throw new Error('the worker has ended');
      signal.throwIfAborted();
      seq++;
      const abort = () => end(signal.reason instanceof Error ? signal.reason : new Error('given up'));
      signal.addEventListener('abort', abort, { once: true });
      try {
        const answer = await new Promise<Answer>((yes, no) => {
          resolve = yes;
          reject = no;
          worker.postMessage({ seq, message } satisfies Envelope);
        });
        if (answer?.seq === seq) return answer.reply;
        const reason = new Error('the worker is out of step');
        end(reason);
        throw reason;
      } finally {
        signal.removeEventListener('abort', abort);
        resolve = undefined;
        reject = undefined;
      }
    },
    async close() {
      end(new Error('the worker was ended'));
    },
  };
}

/**
 * Asks a worker to time.
 *
 * @throws {Error} the reason, when it cannot.
 */
export async function askTime<T extends TimingReply['type']>(
  session: WorkerSession,
  message: TimingRequest,
  type: T,
  signal: AbortSignal,
): Promise<Extract<TimingReply, { readonly type: T }>> {
  const reply = (await session.exchange(message, signal)) as TimingReply;
  if (reply.type === 'time-failed') throw new Error(reply.reason);
  if (reply.type !== type) throw new Error(`the worker answered ${reply.type}`);
  return reply as Extract<TimingReply, { readonly type: T }>;
}
