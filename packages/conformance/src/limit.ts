// A time limit for what may never answer.

import type { Signal } from './signal.ts';

/**
 * Waits for work, but not longer than `milliseconds`. What comes later is dropped.
 *
 * The running limit keeps the process alive, so that work without any handle of its own is told as late, and does not
 * end the process before the verdict.
 *
 * @param work Called at once, with a signal that aborts when the time is over. May throw and need not be asynchronous.
 * @throws {Error} `no answer within … s`; else what the work throws.
 */
export async function withLimit<T>(milliseconds: number, work: (signal: Signal) => T | PromiseLike<T>): Promise<T> {
  const controller = new AbortController();
  const late = new Error(`no answer within ${milliseconds / 1000} s`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        controller.abort(late);
        reject(late);
      }, milliseconds);
    });
    return await Promise.race([work(controller.signal), limit]);
  } finally {
    clearTimeout(timer);
  }
}
