// The differential fuzzer: batches that no vector has, judged like vectors against the oracle, and failures made small.

import type { VectorFile } from '../format.ts';
import { openTarget, stopTarget } from '../life.ts';
import { SPEC_VERSION } from '../oracle/oracle.ts';
import { hash } from '../oracle/random.ts';
import { NEEDS, type TestResult } from '../results.ts';
import { DRAWN, runTest, TIMEOUT } from '../run.ts';
import type { Target } from '../target.ts';
import { describeBatch } from './describe.ts';
import type { Batch } from './draw.ts';
import { type Shrunk, shrink } from './shrink.ts';
import { drawVector, forgetfulArithmetic, type Vector, vectorOf } from './vector.ts';

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
  readonly signal?: AbortSignal;
}

/** A failure, shrunk. */
export interface Finding {
  /** Of the batch that was drawn: `fuzz-SEED-N`, also the id of the vector's test. */
  readonly id: string;
  /** One sentence: the smallest batch and what is wrong with the answer. */
  readonly sentence: string;
  /** The smallest batch as a whole vector file. */
  readonly file: VectorFile;
  /** The judgement of the smallest batch. */
  readonly result: TestResult;
}

/** What a fuzzed target came to. */
export interface FuzzReport {
  readonly target: string;
  readonly seed: number;
  /** One a batch, in order; a single `error` if the target cannot be made. */
  readonly results: readonly TestResult[];
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
  const { count, seed, shrunk: most = SHRUNK, onBatch, onFinding, signal } = options;
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32))
    throw new RangeError(`a seed is an integer in [0, 2^32), not ${seed}`);
  const life = lifeOf(createTarget, options);
  const results: TestResult[] = [];
  const findings: Finding[] = [];
  const note = (result: TestResult) => {
    results.push(result);
    onBatch?.(result);
  };
  try {
    const opened = await life.open();
    if (typeof opened === 'string') {
      note({ ...nothing(seed, 1), status: 'error', reason: `nothing was drawn: the target did not start: ${opened}` });
      return { target: name, seed, results, findings };
    }
    const { supports } = opened;
    const oracle = forgetfulArithmetic();
    let left = most;
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
      let result: TestResult = { ...(await life.judge(vector)), comment: describeBatch(batch) };
      if (result.status === 'pass') slowest = Math.max(slowest, Date.now() - started);
      if ((result.status === 'fail' || result.status === 'error') && left > 0) {
        left--;
        const found = await shrinkFailure({ batch, result }, (simpler) => vectorOf(oracle(), simpler, supports, seed), {
          judge: (simpler, limit) => life.judge(simpler, limit),
          // A hang costs its time limit at every call: no more of it than the target's own pace asks for.
          limit: Math.max(1000, 20 * slowest),
          signal,
        });
        result = found.result;
        if (!findings.some(({ file }) => inputsOf(file) === inputsOf(found.file))) {
          findings.push(found);
          onFinding?.(found);
        }
      }
      note(result);
    }
    return { target: opened.name, seed, results, findings };
  } finally {
    await life.stop();
  }
}

const SHRUNK = 3;
// Calls of the target for one failure, and milliseconds after which no other is made: of a wrong answer, and of a crash
// or a hang, after which the target is made again.
const LIMITS = { fail: { calls: 1500, time: 60_000 }, error: { calls: 80, time: 20_000 } } as const;

/** The result of a batch that there is none of. */
function nothing(seed: number, n: number): Pick<TestResult, 'id' | 'form' | 'clauses'> {
  return { id: `${DRAWN}${seed}-${n}`, form: 'sigmoid', clauses: [] };
}

interface Failure {
  readonly batch: Batch;
  readonly result: TestResult;
}

async function shrinkFailure(
  { batch, result }: Failure,
  vectorFor: (batch: Batch) => Vector | undefined,
  {
    judge,
    limit,
    signal,
  }: {
    readonly judge: (vector: Vector, limit?: number) => Promise<TestResult>;
    readonly limit: number;
    readonly signal?: AbortSignal;
  },
): Promise<Finding> {
  const manner = mannerOf(result);
  const limits = LIMITS[result.status === 'error' ? 'error' : 'fail'];
  const started = Date.now();
  const found: Shrunk<TestResult> = await shrink(
    batch,
    result,
    (simpler) => {
      const vector = vectorFor(simpler);
      return (
        vector &&
        (async () => {
          signal?.throwIfAborted();
          const judged = await judge(vector, limit);
          return mannerOf(judged) === manner ? judged : undefined;
        })
      );
    },
    (calls) => calls >= limits.calls || Date.now() - started > limits.time,
  );
  const { id } = batch.given;
  const comment = describeBatch(found.batch);
  const given = { ...found.batch.given, comment };
  const file = vectorFor({ ...found.batch, given })?.file;
  if (!file) throw new Error(`${id} was a vector before it was shrunk`);
  const size = batch.given.logits.shape.join(' x ');
  const reason = `${found.judged.reason} (drawn as ${size}, shrunk${found.cutShort ? ', not to the end' : ''})`;
  const { clauses, catches } = found.judged;
  return {
    id,
    sentence: `${comment} ${wrongWords(found.judged)}`,
    file,
    result: { ...found.judged, clauses, catches, comment, reason },
  };
}

/** What must stay while a failure is shrunk: how it fails, and against what kind of expectation. */
function mannerOf({ status, reason = '', clauses }: TestResult): string {
  if (status === 'error') return `error ${reason.startsWith('no answer within') ? 'hangs' : 'breaks'}`;
  const refused = /^refused with (\w+)/.exec(reason)?.[1] ?? 'answers';
  return `${status} ${refused} ${clauses.length === 1 ? clauses[0] : 'values'}`;
}

function wrongWords({ reason, worst }: TestResult): string {
  const [first] = worst ?? [];
  if (!first) return `The target: ${reason}.`;
  const { output, index, actual, expected } = first;
  return `${output}${output === 'loss' ? '' : `[${index}]`} is ${actual}, expected ${expected}.`;
}

function inputsOf({ groups, form }: VectorFile): string {
  const [{ inputs, options }] = groups[0].tests;
  return JSON.stringify([form, inputs, options]);
}

/** One target after the other: what broke is stopped, and made again when it is needed. */
function lifeOf(createTarget: () => Promise<Target>, options: Pick<FuzzOptions, 'timeout' | 'startTimeout'>) {
  const { timeout = TIMEOUT, startTimeout = timeout } = options;
  let target: Target | undefined;
  const stop = async () => {
    const stopping = target;
    target = undefined;
    if (stopping) await stopTarget(stopping, timeout);
  };
  /** The target, or why there is none. */
  const open = async (): Promise<Target | string> => {
    if (target) return target;
    const opened = await openTarget(createTarget, { timeout, startTimeout });
    if ('target' in opened) target = opened.target;
    return 'target' in opened ? opened.target : 'broken' in opened ? opened.broken : opened.unavailable;
  };
  return {
    open,
    stop,
    async judge({ entry }: Vector, limit: number = timeout): Promise<TestResult> {
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
