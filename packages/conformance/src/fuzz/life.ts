// One target after the other: what broke is stopped, and made again when it is needed.

import { openTarget, stopTarget } from '../life.ts';
import type { TestResult } from '../results.ts';
import { type RunOptions, runTest, TIMEOUT } from '../run.ts';
import type { Target } from '../target.ts';
import type { Vector } from './vector.ts';

/** The lives of a target. */
export interface Lives {
  /** The target that lives now, or why there is none. */
  open(): Promise<Target | string>;
  /** Puts a vector to it. After an `error` the next call has a new one. `limit`: milliseconds, if less than the time limit. */
  judge(vector: Vector, limit?: number): Promise<TestResult>;
  stop(): Promise<void>;
}

/** Makes targets as they are needed, at most one at a time. */
export function livesOf(
  createTarget: () => Promise<Target>,
  options: Pick<RunOptions, 'timeout' | 'startTimeout'>,
): Lives {
  const { timeout = TIMEOUT, startTimeout = timeout } = options;
  let target: Target | undefined;
  const stop = async () => {
    const stopping = target;
    target = undefined;
    if (stopping) await stopTarget(stopping, timeout);
  };
  const open = async (): Promise<Target | string> => {
    if (target) return target;
    const opened = await openTarget(createTarget, { timeout, startTimeout });
    if ('target' in opened) target = opened.target;
    return 'target' in opened ? opened.target : 'broken' in opened ? opened.broken : opened.unavailable;
  };
  return {
    open,
    stop,
    async judge({ entry }, limit = timeout) {
      const opened = await open();
      if (typeof opened === 'string') {
        const { test, form, clauses } = entry;
        const reason = `the target did not start again: ${opened}`;
        return { id: test.id, form, status: 'error', clauses, reason };
      }
      const result = await runTest(opened, entry, Math.min(limit, timeout));
      if (result.status === 'error') await stop();
      return result;
    },
  };
}
