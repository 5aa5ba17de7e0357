// The one comparison rule: how far an implementation's numbers are from the expected ones.
//
// ratio = |actual - expected| / max(abs, rel |expected|, spacing of the dtype's numbers at expected)
//
// A ratio of at most 1 passes. Kinds (finite, NaN, Infinity, -Infinity) must match first; -0 equals 0. The spacing
// keeps a tolerance below one unit in the last place from asking for what the dtype cannot hold.

import { bitsOf, kindOf, spacingIn } from './floats.ts';
import type { Dtype, Output, Tolerance } from './format.ts';
import type { DecodedTensor, Outputs } from './target.ts';

/** One element of an output, judged. */
export interface WorstElement {
  /** In which output it is. */
  readonly output: Output;
  /** Row-major place in the output. */
  readonly index: number;
  /** What the target gave, as a double. */
  readonly actual: number;
  /** The exact value, rounded to a double. */
  readonly expected: number;
  /** Bits in the judged dtype, hexadecimal. */
  readonly actualBits: string;
  /** The same of the expected value. */
  readonly expectedBits: string;
  /** Infinity when the kinds differ. */
  readonly ratio: number;
}

/** All outputs of one test, judged. */
export interface Comparison {
  /** Whether every ratio is at most 1. */
  readonly pass: boolean;
  /** The largest ratio; 0 when there was nothing but equal numbers, Infinity when kinds or shapes differ. */
  readonly ratio: number;
  /** The worst elements with a ratio above 0, worst first, five at most. */
  readonly worst: readonly WorstElement[];
  /** What is wrong, in words; absent on a pass. */
  readonly problem?: string;
}

/** Exact outputs; an output that is absent must not be given. */
export type Expected = Partial<Readonly<Record<Output, DecodedTensor>>>;

/** What outputs are judged by. */
export interface CompareOptions {
  /** The dtype that is judged: its spacing bounds what can be asked. */
  readonly dtype: Dtype;
  /** `abs` and `rel` of each output. */
  readonly tolerances: Readonly<Record<Output, Tolerance>>;
  /** The outputs that are compared, those that the target offers. */
  readonly outputs: readonly Output[];
  /** Is told the ratio of each element of a gradient that could be compared. */
  readonly onSlope?: (index: number, ratio: number) => void;
}

/**
 * Judges the outputs of one test.
 *
 * @param actual What the implementation returned.
 * @param expected Exact values in double.
 */
export function compareOutputs(actual: Outputs, expected: Expected, options: CompareOptions): Comparison {
  const worst: WorstElement[] = [];
  const problems: string[] = [];
  let ratio = 0;
  for (const output of options.outputs) {
    const values = output === 'loss' && actual.loss !== undefined ? [actual.loss] : actual[output];
    const shapeProblem = shapeMismatch(output, values as ArrayLike<unknown> | undefined, expected[output]);
    if (shapeProblem) {
      problems.push(shapeProblem);
      ratio = Number.POSITIVE_INFINITY;
    } else if (expected[output]) {
      const wanted = expected[output].data;
      const judged = compareElements(output, values as ArrayLike<number>, wanted, options, worst);
      ratio = Math.max(ratio, judged.ratio);
      if (judged.beyond > 0) {
        problems.push(`${output}: ${judged.beyond} of ${wanted.length} beyond tolerance`);
      }
    }
  }
  return { pass: problems.length === 0, ratio, worst, ...(problems.length > 0 && { problem: problems.join('; ') }) };
}

/**
 * The ratio of one element: 0 when equal, at most 1 within tolerance, Infinity when the kinds differ.
 *
 * @param spacing Distance of neighbouring numbers at `expected`, > 0.
 */
export function ratioOf(actual: number, expected: number, tolerance: Tolerance, spacing: number): number {
  if (actual === expected) return 0;
  const kind = kindOf(expected);
  if (kindOf(actual) !== kind) return Number.POSITIVE_INFINITY;
  if (kind !== 'finite') return 0;
  return Math.abs(actual - expected) / Math.max(tolerance.abs, tolerance.rel * Math.abs(expected), spacing);
}

const SHOWN = 5;

/** Judges one output and merges its worst elements into `worst`. */
function compareElements(
  output: Output,
  actual: ArrayLike<number>,
  expected: Float64Array,
  options: CompareOptions,
  worst: WorstElement[],
): { ratio: number; beyond: number } {
  const { dtype } = options;
  const tolerance = options.tolerances[output];
  const spacing = spacingIn(dtype);
  const onSlope = output === 'gradient' ? options.onSlope : undefined;
  let largest = 0;
  let beyond = 0;
  for (let index = 0; index < expected.length; index++) {
    const value = actual[index];
    const wanted = expected[index];
    const ratio = ratioOf(value, wanted, tolerance, spacing(wanted));
    onSlope?.(index, ratio);
    if (ratio === 0) continue;
    if (ratio > largest) largest = ratio;
    if (ratio > 1) beyond++;
    if (worst.length === SHOWN && ratio <= worst[SHOWN - 1].ratio) continue;
    const bits = { actualBits: bitsOf(value, dtype), expectedBits: bitsOf(wanted, dtype) };
    const place = worst.findIndex((element) => element.ratio < ratio);
    worst.splice(place < 0 ? worst.length : place, 0, {
      output,
      index,
      actual: value,
      expected: wanted,
      ...bits,
      ratio,
    });
    if (worst.length > SHOWN) worst.pop();
  }
  return { ratio: largest, beyond };
}

function shapeMismatch(
  output: Output,
  values: ArrayLike<unknown> | undefined,
  expected: DecodedTensor | undefined,
): string | undefined {
  if (!expected) return values === undefined ? undefined : `${output} came, but this reduction has none`;
  const wanted = `${expected.data.length} wanted for shape [${expected.shape.join(', ')}]`;
  if (values === undefined || values === null) return `${output} is missing, ${wanted}`;
  if (typeof values !== 'object' || typeof values.length !== 'number') return `${output} is no array of numbers`;
  if (values.length !== expected.data.length) return `${output} has ${values.length} values, ${wanted}`;
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== 'number') return `${output}[${i}] is ${String(values[i])}, which is no number`;
  }
  return undefined;
}
