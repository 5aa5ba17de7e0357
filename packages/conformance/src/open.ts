// From a factory to a report: makes the target, runs the suite, draws batches, stops the target, and says why when there
// is none.

import type { FuzzOptions } from './fuzz/fuzz.ts';
import { openTarget, stopTarget } from './life.ts';
import type { Runtime, TargetReport, TestResult } from './results.ts';
import { type RunOptions, runSuite, TIMEOUT, withKnownFailure } from './run.ts';
import { listTests, type SuiteFile } from './suite.ts';
import type { Target } from './target.ts';

/** How a whole run is made: the suite, and batches that no vector has. */
export interface RunTargetOptions extends RunOptions {
  /**
   * Batches drawn within the target's claims after the suite, each a result called `fuzz-SEED-N`; none by default. A
   * known failure covers those that it lists; one that passes is a pass all the same, for another seed may find it.
   */
  readonly fuzz?: Pick<FuzzOptions, 'count' | 'seed' | 'onFinding'>;
}

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
  options: RunTargetOptions = {},
): Promise<TargetReport> {
  const { timeout = TIMEOUT, startTimeout = timeout } = options;
  const opened = await openTarget(createTarget, { timeout, startTimeout });
  if ('unavailable' in opened) return unavailableReport(name, opened.unavailable, files, options);
  if ('broken' in opened) return brokenReport(name, opened.broken, files, options);
  // Whoever has it stops it: the fuzzer, if it takes it over.
  let target: Target | undefined = opened.target;
  const takeOver = async (): Promise<Target> => {
    const given = target;
    target = undefined;
    return given ?? createTarget();
  };
  try {
    const report = await runSuite(opened.target, files, options);
    if (!options.fuzz?.count || report.harness) return report;
    if (report.results.some(({ status }) => status === 'error')) {
      // What broke in the suite may be gone for good: batches get a target of their own.
      await stopTarget(opened.target, timeout);
      target = undefined;
    }
    return { ...report, results: [...report.results, ...(await drawnResults(report, takeOver, options))] };
  } finally {
    if (target) await stopTarget(target, timeout);
  }
}

/** The results of drawn batches, known failures marked. */
async function drawnResults(
  { target, runtime }: TargetReport,
  createTarget: () => Promise<Target>,
  options: RunTargetOptions,
): Promise<readonly TestResult[]> {
  const { fuzz = { count: 0, seed: 0 }, timeout, startTimeout, signal, onResult, knownFailures = [] } = options;
  const results: TestResult[] = [];
  const onBatch = (judged: TestResult) => {
    const known = judged.status === 'pass' ? [] : knownFailures;
    const result = withKnownFailure(judged, known, { target, runtime });
    results.push(result);
    onResult?.(result);
  };
  // Who draws nothing loads no oracle.
  const { fuzzTarget } = await import('./fuzz/fuzz.ts');
  await fuzzTarget(target, createTarget, { ...fuzz, timeout, startTimeout, signal, onBatch });
  return results;
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
