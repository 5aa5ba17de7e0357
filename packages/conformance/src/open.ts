// From a factory to a report: makes the target, runs the suite, stops the target, and says why when there is none.

import { checkDescription } from './description.ts';
import { withLimit } from './limit.ts';
import type { Runtime, TargetReport, TestResult } from './results.ts';
import { type RunOptions, runSuite, TIMEOUT } from './run.ts';
import { listTests, type SuiteFile } from './suite.ts';
import type { Target } from './target.ts';
import { isUnavailable } from './unavailable.ts';

/**
 * Runs the suite against the target that a factory makes. Never rejects for what the target does: a machine without it
 * gives {@link unavailableReport}, a target that does not start {@link brokenReport}.
 *
 * @param name The target's name in the report when it cannot say so itself.
 * @param createTarget The factory that a target module exports; may throw `Unavailable`. Its target is stopped at the end.
 * @throws The reason of `options.signal` when it ends the run.
 */
export async function runTarget(
  name: string,
  createTarget: () => Promise<Target>,
  files: readonly SuiteFile[],
  options: RunOptions = {},
): Promise<TargetReport> {
  const { timeout = TIMEOUT, startTimeout = timeout } = options;
  const opened = await openTarget(createTarget, { timeout, startTimeout });
  if ('unavailable' in opened) return unavailableReport(name, opened.unavailable, files, options);
  if ('broken' in opened) return brokenReport(name, opened.broken, files, options);
  try {
    return await runSuite(opened.target, files, options);
  } finally {
    await stopTarget(opened.target, timeout);
  }
}

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
    if (isUnavailable(error)) return { unavailable: error.reason };
    return { broken: error instanceof Error ? error.message || error.name : `threw ${String(error)}` };
  }
}

/** Stops a target. One that cannot stop has been judged all the same. */
export async function stopTarget(target: Target, timeout: number): Promise<void> {
  try {
    await withLimit(timeout, () => target.stop?.());
  } catch {
    // Nothing depends on it: the process or page of a target ends with the run.
  }
}

/** The report of a target that this machine cannot run: every test is `unavailable`, with the reason. */
export function unavailableReport(
  target: string,
  reason: string,
  files: readonly SuiteFile[],
  options: Pick<RunOptions, 'runtime' | 'filter'> = {},
): TargetReport {
  const results = listTests(files, options.filter).map(
    ({ test, form, clauses }): TestResult => ({ id: test.id, form, status: 'unavailable', clauses, reason }),
  );
  return { target, runtime: options.runtime ?? 'node', unavailable: reason, results };
}

/** The report of a target that does not start: one `error`, with the id `start`, and nothing else judged. */
export function brokenReport(
  target: string,
  reason: string,
  files: readonly SuiteFile[],
  options: { readonly runtime?: Runtime } = {},
): TargetReport {
  const harness = `your harness is wrong: the target did not start: ${reason}`;
  const form = files[0]?.file.form ?? 'sigmoid';
  const result: TestResult = { id: 'start', form, status: 'error', clauses: [], reason: harness };
  return { target, runtime: options.runtime ?? 'node', harness, results: [result] };
}
