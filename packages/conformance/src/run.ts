// Runs a suite against a target: smoke test, requirements, time limit, judgement, known failures.

import { decodeTest } from './decode.ts';
import { createErrorBins, type ErrorBins } from './error-bins.ts';
import { clip } from './escape.ts';
import type { Form } from './format.ts';
import { judge } from './judge.ts';
import { findKnownFailure, type KnownFailure, staleEntries } from './known-failures.ts';
import { withLimit } from './limit.ts';
import { fitTest } from './requirements.ts';
import { isDrawn, LONGEST_REASON, NEEDS, type Runtime, SEEN, type TargetReport, type TestResult } from './results.ts';
import type { Signal } from './signal.ts';
import { smokeProblem, smokeTest } from './smoke.ts';
import { listTests, type SuiteFile, type SuiteTest } from './suite.ts';
import type { DecodedTest, Outcome, Target } from './target.ts';
import { thrownWords } from './thrown.ts';

/** How a run is made; everything may be left out. */
export interface RunOptions {
  /** Where the target runs; default `node`. */
  readonly runtime?: Runtime;
  /** Runs only the tests whose id contains this text, or that have it as a flag or clause. */
  readonly filter?: string;
  /** Milliseconds that one test may take; default 20,000. Synchronous work in this process cannot be interrupted. */
  readonly timeout?: number;
  /** Milliseconds that making the target may take; default `timeout`. Stopping it may take `timeout`. */
  readonly startTimeout?: number;
  /** What the target is known to fail. An entry about it that lists no test of the suite is a `fail` of its own. */
  readonly knownFailures?: readonly KnownFailure[];
  /** The files are a part of what the known failures are about, as with `filter`: no entry is stale. */
  readonly partial?: boolean;
  /** Called after each test, in order. */
  readonly onResult?: (result: TestResult) => void;
  /** Ends the run before the next test; it then rejects with the signal's reason. */
  readonly signal?: Signal;
}

/** Milliseconds that one test may take when nobody says otherwise. */
export const TIMEOUT = 20_000;

/**
 * Runs every test of the suite that the target can take, one after the other.
 *
 * A failed smoke test ends the run with one `error` result, and `harness` says why. The target is not stopped: that is
 * for whoever made it.
 *
 * @param target See {@link openTarget} for one that may be unavailable.
 * @returns The report; `failuresOf([report])` tells whether it is a pass.
 */
export async function runSuite(
  target: Target,
  files: readonly SuiteFile[],
  options: RunOptions = {},
): Promise<TargetReport> {
  const { runtime = 'node', timeout = TIMEOUT, onResult, signal } = options;
  const { name, version, environment, supports } = target;
  const about = {
    target: name,
    runtime,
    version,
    environment,
    supports,
    ...(options.filter && { filter: options.filter }),
  };
  const suite = listTests(files, options.filter);
  for (const form of supports.forms) {
    const test = smokeTest(form, supports);
    const answer = await ask(target, test, timeout);
    const problem = 'broken' in answer ? answer.broken : smokeProblem(test, answer.outcome, supports);
    if (!problem) continue;
    const seen = clip(problem, LONGEST_REASON);
    const reason = `your harness is wrong: on a batch that can be checked by hand, ${seen}`;
    const result: TestResult = { id: test.id, form, dtype: test.dtype, status: 'error', clauses: [], reason };
    onResult?.(result);
    return { ...about, harness: reason, results: [result] };
  }
  const results: TestResult[] = [];
  const bins = createErrorBins();
  for (const entry of suite) {
    signal?.throwIfAborted();
    const judged = await runTest(target, entry, timeout, bins);
    const result = withKnownFailure(judged, options.knownFailures ?? [], { target: name, runtime });
    results.push(result);
    onResult?.(result);
  }
  if (!options.partial && !options.filter) {
    const ids = suite.map(({ test }) => test.id);
    // What batches are drawn is for their seed to say: an entry about them lists none, or some.
    const listed = (options.knownFailures ?? []).filter((entry) => !isDrawn(entry));
    for (const entry of staleEntries(listed, { target: name, runtime }, ids)) {
      const result = staleResult(entry, files[0]?.file.form ?? 'sigmoid');
      results.push(result);
      onResult?.(result);
    }
  }
  const errorByLogit = bins.list();
  return { ...about, ...(errorByLogit.length > 0 && { errorByLogit }), results };
}

/** Puts one test to a target and judges the answer; `unsupported` if it needs more than the target claims. */
export async function runTest(
  target: Target,
  entry: SuiteTest,
  timeout: number,
  bins?: ErrorBins,
): Promise<TestResult> {
  const { test, form, tolerances, clauses, catches } = entry;
  const base = { id: test.id, form, clauses, comment: test.comment, catches };
  const fit = fitTest(test, form, target.supports);
  if ('missing' in fit) return { ...base, status: 'unsupported', reason: `${NEEDS}${fit.missing.join(', ')}` };
  const { dtype, outputs } = fit;
  const question = decodeTest(test, dtype, form);
  const asked = performance.now();
  const answer = await ask(target, question, timeout);
  const ran = { ...base, dtype, milliseconds: performance.now() - asked };
  if ('broken' in answer) return { ...ran, status: 'error', reason: answer.broken };
  const errors = bins && { bins, logits: test.inputs.logits };
  const { reason, ...judged } = judge(answer.outcome, test.expected, { dtype, outputs, tolerances, errors });
  return { ...ran, ...judged, ...(reason !== undefined && { reason: clip(reason, LONGEST_REASON) }) };
}

/** An answer within the time limit. What comes later is dropped: it belongs to no other test. */
async function ask(
  target: Target,
  test: DecodedTest,
  timeout: number,
): Promise<{ readonly outcome: Outcome } | { readonly broken: string }> {
  try {
    return { outcome: await withLimit(timeout, (signal) => target.run(test, signal)) };
  } catch (error) {
    return { broken: thrownWords(error) };
  }
}

/** The result as a list of known failures has it: covered, unexpectedly passed, or as it was. */
export function withKnownFailure(
  result: TestResult,
  list: readonly KnownFailure[],
  at: Pick<TargetReport, 'target' | 'runtime'>,
): TestResult {
  const known = findKnownFailure(list, { ...at, id: result.id });
  if (!known) return result;
  if (result.status === 'pass') {
    return {
      ...result,
      status: 'unexpected-pass',
      reason: `passes, though listed as a known failure: ${known.reason}`,
    };
  }
  if (result.status !== 'fail' && !(result.status === 'error' && known.errors)) return result;
  const reason = `${known.reason} (${known.clause})${SEEN}${result.reason}`;
  return { ...result, status: 'known-failure', reason, link: known.link };
}

/** An entry that lists no test is a result of its own, so that every report shows it. */
function staleResult({ id, link }: KnownFailure, form: Form): TestResult {
  return { id, form, status: 'fail', clauses: [], reason: 'listed as a known failure, but no test has this id', link };
}
