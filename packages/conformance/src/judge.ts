// One answer against one expectation.

import { type Comparison, compareOutputs, type Expected } from './compare.ts';
import { decodeTensor } from './decode.ts';
import type { ErrorBins } from './error-bins.ts';
import type { Dtype, EncodedExpected, EncodedTensor, Group, Output } from './format.ts';
import type { TestResult } from './results.ts';
import type { DecodedTensor, Outcome, Outputs } from './target.ts';

/** An outcome with every key optional: who answers with `{ outputs, error: undefined }` means the outputs. */
interface Answer {
  readonly outputs?: Outputs;
  readonly error?: string;
  readonly message?: string;
  readonly skipped?: { readonly reason: string; readonly link?: string };
}

/** What a judgement adds to a result. */
export type Judgement = Pick<TestResult, 'status' | 'ratio' | 'reason' | 'link' | 'worst'>;

/** What an answer is judged by. */
export interface JudgeOptions {
  readonly dtype: Dtype;
  readonly outputs: readonly Output[];
  readonly tolerances: Group['tolerances'];
  /** Collects how far the slopes are off, by their logits. */
  readonly errors?: { readonly bins: ErrorBins; readonly logits: EncodedTensor };
}

/**
 * Judges an answer. A test that expects an error passes with that code only; `skipped` needs a reason.
 *
 * @param outcome The target's answer, of which nothing is trusted.
 * @param expected Still encoded: it is decoded only when there is something to compare.
 */
export function judge(outcome: Outcome, expected: EncodedExpected, options: JudgeOptions): Judgement {
  const problem = malformed(outcome);
  if (problem) return { status: 'error', reason: problem };
  const { outputs, error, message, skipped } = outcome as Answer;
  if (skipped) return { status: 'skipped', reason: skipped.reason, ...(skipped.link && { link: skipped.link }) };
  if (error !== undefined) return judgeError({ error, message }, expected);
  if ('error' in expected) return { status: 'fail', reason: `gave outputs, but ${expected.error} is expected` };
  const compared = compareOutputs(outputs ?? {}, decodeExpected(expected), {
    dtype: options.dtype,
    outputs: options.outputs,
    tolerances: options.tolerances[options.dtype],
    ...(options.errors && { onSlope: slopeCollector(options.errors) }),
  });
  return judgeComparison(compared);
}

/** The logits are those of the vectors: a target may have overwritten its own. */
function slopeCollector({ bins, logits }: NonNullable<JudgeOptions['errors']>) {
  let data: Float64Array | undefined;
  return (index: number, ratio: number): void => {
    data ??= doubles(logits).data;
    bins.add(data[index], ratio);
  };
}

function judgeError(outcome: { error: string; message?: string }, expected: EncodedExpected): Judgement {
  const came = outcome.message ? `${outcome.error} ("${outcome.message}")` : outcome.error;
  if (!('error' in expected)) return { status: 'fail', reason: `refused with ${came}, but outputs are expected` };
  if (outcome.error === expected.error) return { status: 'pass' };
  return { status: 'fail', reason: `refused with ${came}, but ${expected.error} is expected` };
}

function judgeComparison({ pass, ratio, worst, problem }: Comparison): Judgement {
  if (pass) return { status: 'pass', ratio };
  // Elements within tolerance are no part of what is wrong.
  return { status: 'fail', ratio, worst: worst.filter((element) => element.ratio > 1), reason: problem };
}

/** Expected tensors in double. */
function decodeExpected(expected: Exclude<EncodedExpected, { readonly error: string }>): Expected {
  return {
    ...(expected.loss && { loss: doubles(expected.loss) }),
    rowLosses: doubles(expected.rowLosses),
    gradient: doubles(expected.gradient),
  };
}

function doubles(tensor: EncodedTensor): DecodedTensor {
  const { shape, data } = decodeTensor(tensor);
  return { shape, data: Float64Array.from(data) };
}

/** What is wrong with the shape of an answer, in words; undefined when it can be judged. */
export function malformed(outcome: unknown): string | undefined {
  const wanted = 'an answer has outputs, or an error code, or skipped with a reason';
  if (Array.isArray(outcome)) return `answered with an array: ${wanted}`;
  if (typeof outcome !== 'object' || outcome === null) return `answered ${String(outcome)}: ${wanted}`;
  const answer = outcome as { outputs?: unknown; error?: unknown; skipped?: { reason?: unknown } | null };
  const given = (['outputs', 'error', 'skipped'] as const).filter((key) => answer[key] !== undefined);
  if (given.length !== 1) return `answered with ${given.join(' and ') || 'nothing'}: ${wanted}`;
  if (given[0] === 'outputs' && (typeof answer.outputs !== 'object' || answer.outputs === null)) return wanted;
  if (given[0] === 'error' && typeof answer.error !== 'string') return `the error code is no text: ${wanted}`;
  if (given[0] === 'skipped' && !isText(answer.skipped?.reason)) return `skipped without a reason: ${wanted}`;
  const link = (answer.skipped as { link?: unknown } | undefined)?.link ?? '';
  if (typeof link !== 'string' || link.length > LONGEST_LINK) {
    return `skipped with a link that is no text of up to ${LONGEST_LINK} characters: ${wanted}`;
  }
  return undefined;
}

/** Of an address: browsers take hardly more. */
const LONGEST_LINK = 2000;

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
