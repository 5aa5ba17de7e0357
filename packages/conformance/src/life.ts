// How a target is made and stopped, whatever it does.

import { checkDescription } from './description.ts';
import { clip } from './escape.ts';
import { withLimit } from './limit.ts';
import { LONGEST_REASON } from './results.ts';
import { type RunOptions, TIMEOUT } from './run.ts';
import type { Target } from './target.ts';
import { thrownWords } from './thrown.ts';
import { isUnavailable } from './unavailable.ts';

/**
 * Makes a target, or says why there is none: `unavailable` on this machine, or `broken`. One that comes too late, or is
 * no proper target, is stopped.
 *
 * @param options Time limits in milliseconds; `startTimeout` is `timeout` by default, and that 20,000.
 */
export async function openTarget(
  createTarget: () => Promise<Target>,
  options: Pick<RunOptions, 'timeout' | 'startTimeout'> = {},
): Promise<{ readonly target: Target } | { readonly unavailable: string } | { readonly broken: string }> {
  const { timeout = TIMEOUT, startTimeout = timeout } = options;
  const making = Promise.resolve().then(createTarget);
  try {
    const target = await withLimit(startTimeout, () => making);
    checkDescription(target);
    return { target };
  } catch (error) {
    // Nobody waits for it any more, but it may hold a device or a process.
    making.then(
      (target) => stopTarget(target, timeout),
      () => {},
    );
    if (isUnavailable(error)) return { unavailable: clip(String(error.reason), LONGEST_REASON) };
    return { broken: thrownWords(error) };
  }
}

/** Stops a target, within `timeout` milliseconds. One that cannot stop has been judged all the same. */
export async function stopTarget(target: Target, timeout: number): Promise<void> {
  try {
    await withLimit(timeout, () => target.stop?.());
  } catch {
    // Nothing depends on it: the process or page of a target ends with the run.
  }
}
