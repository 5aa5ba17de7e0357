// A failure, made small and told.

import type { VectorFile } from '../format.ts';
import type { TestResult } from '../results.ts';
import type { Signal } from '../signal.ts';
import { describeBatch } from './describe.ts';
import type { Batch } from './draw.ts';
import type { Lives } from './life.ts';
import { shrink } from './shrink.ts';
import type { Vector } from './vector.ts';

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

/** A batch that was failed. */
export interface Failure {
  readonly batch: Batch;
  readonly result: TestResult;
}

/** What shrinking needs beside the failure. */
export interface ShrinkTools {
  readonly vectorFor: (batch: Batch) => Vector | undefined;
  readonly judge: Lives['judge'];
  /** Milliseconds for one call while shrinking: what hangs costs its whole limit each time. */
  readonly limit: number;
  readonly signal?: Signal;
}

/** Shrinks a failure as long as it stays one of its kind, within limits on calls and time. */
export async function findingOf(failure: Failure, tools: ShrinkTools): Promise<Finding> {
  const { id, logits } = failure.batch.given;
  const { cutShort, ...smallest } = await smallestFailure(failure, tools);
  const comment = describeBatch(smallest.batch);
  const given = { ...smallest.batch.given, comment };
  const file = tools.vectorFor({ ...smallest.batch, given })?.file;
  if (!file) throw new Error(`${id} was a vector before it was shrunk`);
  const { result } = smallest;
  const reason = `${result.reason} (drawn as ${logits.shape.join(' x ')}, shrunk${cutShort ? ', not to the end' : ''})`;
  return { id, sentence: `${comment} ${wrongWords(result)}`, file, result: { ...result, comment, reason } };
}

/** Whether two findings are one: the same form, inputs and options. */
export function isSameFinding(one: Finding, other: Finding): boolean {
  return inputsOf(one.file) === inputsOf(other.file);
}

/** Whether a failure stays one of its kind: it answers wrongly, refuses, breaks or hangs, where the other did. */
export function isSameManner(one: Failure, other: Failure): boolean {
  return mannerOf(one) === mannerOf(other);
}

// Calls of the target for one failure, and milliseconds after which no other is made: of a wrong answer, and of a crash
// or a hang, after which the target is made again.
const LIMITS = { fail: { calls: 1500, time: 60_000 }, error: { calls: 80, time: 20_000 } } as const;

async function smallestFailure(
  failure: Failure,
  { vectorFor, judge, limit, signal }: ShrinkTools,
): Promise<Failure & { readonly cutShort: boolean }> {
  const { calls: most, time } = LIMITS[failure.result.status === 'error' ? 'error' : 'fail'];
  const started = Date.now();
  const ask = async (batch: Batch, vector: Vector, within?: number) => {
    signal?.throwIfAborted();
    const result = await judge(vector, within);
    return isSameManner({ batch, result }, failure) ? result : undefined;
  };
  const { batch, judged, calls, cutShort } = await shrink(
    failure.batch,
    failure.result,
    (simpler) => {
      const vector = vectorFor(simpler);
      return vector && (() => ask(simpler, vector, limit));
    },
    (asked) => asked >= most || Date.now() - started > time,
  );
  if (calls === 0 || !judged.reason?.startsWith(HANGS)) return { batch, result: judged, cutShort };
  // In the short time of shrinking a slow answer looks like none: the smallest batch must hang in its full time, too.
  const vector = vectorFor(batch);
  const confirmed = vector && (await ask(batch, vector));
  return confirmed ? { batch, result: confirmed, cutShort } : { ...failure, cutShort: true };
}

const HANGS = 'no answer within';

/** What must stay while a failure is shrunk: how it fails, and against what kind of expectation. */
function mannerOf({ batch, result: { status, reason = '' } }: Failure): string {
  if (status === 'error') return `error ${reason.startsWith(HANGS) ? 'hangs' : 'breaks'}`;
  const refused = /^refused with (\w+)/.exec(reason)?.[1] ?? 'answers';
  return `${status} ${refused} ${batch.given.error ?? 'values'}`;
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
