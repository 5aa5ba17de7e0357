// The differential fuzzer: batches that no vector has, judged like vectors against the oracle, and failures made small.

import { SPEC_VERSION } from '../oracle/oracle.ts';
import { hash } from '../oracle/random.ts';
import { DRAWN, NEEDS, type TestResult } from '../results.ts';
import type { Signal } from '../signal.ts';
import type { Target } from '../target.ts';
import { describeBatch } from './describe.ts';
import type { Batch } from './draw.ts';
import { type Finding, findingOf, isSameFinding, isSameManner } from './finding.ts';
import { livesOf } from './life.ts';
import { drawVector, forgetfulArithmetic, vectorOf } from './vector.ts';

/** How a target is fuzzed; everything but `count` and `seed` may be left out. */
export interface FuzzOptions {
  /** Batches to draw. */
  readonly count: number;
  /** An integer in [0, 2^32). The same seed and claims give the same batches. */
  readonly seed: number;
  /** Milliseconds that one batch may take; default 20,000. */
  readonly timeout?: number;
  /** Milliseconds that making the target may take; default `timeout`. */
  readonly startTimeout?: number;
  /** How many failures are shrunk; default 3. All are counted. */
  readonly shrunk?: number;
  /** Called after each batch, in order; a failure is shrunk by then. */
  readonly onBatch?: (result: TestResult) => void;
  /** Called with each failure that was shrunk, unless it came to the same vector as another. */
  readonly onFinding?: (finding: Finding) => void;
  /** Ends the run before the next batch; it then rejects with the signal's reason. */
  readonly signal?: Signal;
}

/** What a fuzzed target came to. */
export interface FuzzReport {
  /** The name that it was given. */
  readonly target: string;
  /** Of the batches: the same seed and claims give the same ones. */
  readonly seed: number;
  /** One a batch, in order; a single `error` if the target cannot be made. */
  readonly results: readonly TestResult[];
  /** The first failures, each shrunk to a smallest batch. */
  readonly findings: readonly Finding[];
}

/**
 * What a plain run draws: few batches, the same ones until the specification changes, so that a target that only knows the
 * vectors by heart does not pass.
 */
export const DEFAULT_DRAW: Readonly<Pick<FuzzOptions, 'count' | 'seed'>> = {
  count: 20,
  seed: Number(hash(`drawn for ${SPEC_VERSION}`)),
};

/**
 * Draws batches within what a target claims, compares its answers with the oracle's, and shrinks the first failures.
 *
 * A target that threw, crashed or hung is stopped and made again for the next batch.
 *
 * @param name The target's name in the report when it cannot be made.
 * @param createTarget The factory that a target module exports; its targets are stopped.
 * @throws {RangeError} for a seed that is none; the reason of `options.signal` when that ends the run.
 */
export async function fuzzTarget(
  name: string,
  createTarget: () => Promise<Target>,
  options: FuzzOptions,
): Promise<FuzzReport> {
  const { count, seed, shrunk = SHRUNK, onBatch, onFinding, signal } = options;
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new RangeError(`a seed is an integer in [0, 2^32), not ${seed}`);
  }
  const lives = livesOf(createTarget, options);
  const results: TestResult[] = [];
  const findings: Finding[] = [];
  const note = (result: TestResult) => {
    results.push(result);
    onBatch?.(result);
  };
  try {
    const opened = await lives.open();
    if (typeof opened === 'string') {
      note({ ...nothing(seed, 1), status: 'error', reason: `nothing was drawn: the target did not start: ${opened}` });
      return { target: name, seed, results, findings };
    }
    const { supports } = opened;
    const oracle = forgetfulArithmetic();
    const vectorFor = (batch: Batch) => vectorOf(oracle(), batch, supports, seed);
    let left = shrunk;
    // Of proper answers, right or wrong: a slow target needs its time while a failure is shrunk, too.
    let slowest = 0;
    for (let n = 1; n <= count; n++) {
      signal?.throwIfAborted();
      const drawn = drawVector(oracle(), supports, seed, n);
      if (!drawn) {
        note({ ...nothing(seed, n), status: 'unsupported', reason: `${NEEDS}more than it claims for any batch` });
        break;
      }
      const { batch, vector } = drawn;
      const started = Date.now();
      const result: TestResult = { ...(await lives.judge(vector)), comment: describeBatch(batch) };
      if (result.status !== 'error') slowest = Math.max(slowest, Date.now() - started);
      const failed = result.status === 'fail' || result.status === 'error';
      if (!failed || left === 0) {
        note(result);
        continue;
      }
      left--;
      // What a target keeps from earlier batches must not lead the way to a smallest one.
      await lives.stop();
      const again = { batch, result: await lives.judge(vector) };
      if (!isSameManner(again, { batch, result })) {
        note({
          ...result,
          reason: `${result.reason} (only after the batches before it: a fresh target does not fail so)`,
        });
        continue;
      }
      const limit = Math.max(1000, 20 * slowest);
      const found = await findingOf(again, { vectorFor, judge: lives.judge, limit, signal });
      if (!findings.some((finding) => isSameFinding(finding, found))) {
        findings.push(found);
        onFinding?.(found);
      }
      note(found.result);
    }
    return { target: opened.name, seed, results, findings };
  } finally {
    await lives.stop();
  }
}

const SHRUNK = 3;

/** The result of a batch that there is none of. */
function nothing(seed: number, n: number): Pick<TestResult, 'id' | 'form' | 'clauses'> {
  return { id: `${DRAWN}${seed}-${n}`, form: 'sigmoid', clauses: [] };
}
