// A test before the oracle has answered it, and how it becomes a test of the vector format.

import { encodeNumber, encodeTensor } from '../encode.ts';
import type { Dtype, EncodedExpected, EncodedInputs, EncodedTensor, EncodedTest, Form } from '../format.ts';
import type { Arithmetic } from './arithmetic.ts';
import { evaluate } from './oracle.ts';
import type { Draw } from './philox.ts';

/** Row-major values with their shape. */
export interface Grid {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** One test in plain numbers. What is not float64-only is rounded to float32 first, so that every dtype gets it exactly. */
export interface Case {
  /** Without the form, which is put in front. */
  readonly id: string;
  readonly comment: string;
  readonly flags: readonly string[];
  /** Name of the group; tests of one name may still be split by the scale of their gradients. */
  readonly group: string;
  /** `relative`: losses are judged by their digits alone (SPEC N3). */
  readonly judge?: 'relative';
  /** Both by default. */
  readonly dtypes?: readonly Dtype[];
  readonly logits: Grid;
  readonly integerLogits?: true;
  readonly frequencies: readonly number[];
  readonly threshold: number | undefined;
  readonly labels?: readonly number[];
  readonly targets?: Grid;
  readonly foreground?: readonly number[];
  readonly rowWeights?: readonly number[];
  readonly beta?: number | Grid;
  readonly draw?: Draw;
  readonly reduction: string;
  readonly normalizer?: number;
  readonly released?: true;
  /** Big tensors with few distinct values. */
  readonly dictionary?: true;
  /** Set for bad input; the oracle is not asked. */
  readonly error?: string;
}

/** A matrix from rows; `columns` is needed when there is no row. */
export function grid(rows: readonly (readonly number[])[], columns: number = rows[0]?.length ?? 0): Grid {
  return { shape: [rows.length, columns], data: rows.flat() };
}

/** A vector. */
export function vector(values: readonly number[]): Grid {
  return { shape: [values.length], data: values };
}

/** Asks the oracle and writes the test. */
export function buildTest(math: Arithmetic, form: Form, given: Case): EncodedTest {
  const test = exactInputs(given);
  const { id, comment, flags, dtypes = ['float64', 'float32'] } = test;
  const options = {
    ...(test.threshold !== undefined && { threshold: encodeNumber(test.threshold) }),
    reduction: test.reduction,
    ...(test.normalizer !== undefined && { normalizer: encodeNumber(test.normalizer) }),
    ...(test.released && { released: true as const }),
  };
  const expected = test.error === undefined ? answer(math, form, test) : { error: test.error };
  return { id: `${form}-${id}`, comment, flags, dtypes, inputs: encodeInputs(test), options, expected };
}

/** The case with the values that every one of its dtypes holds: rounded to single precision, unless it is for doubles. */
export function exactInputs(test: Case): Case {
  if (test.dtypes && !test.dtypes.includes('float32')) return test;
  const single = (values: Grid): Grid => ({ shape: values.shape, data: Float32Array.from(values.data) });
  return {
    ...test,
    logits: single(test.logits),
    ...(test.targets && { targets: single(test.targets) }),
    ...(test.rowWeights && { rowWeights: test.rowWeights.map(Math.fround) }),
  };
}

function encodeInputs(test: Case): EncodedInputs {
  const { beta } = test;
  const big = test.dictionary ? ({ encoding: 'dictionary' } as const) : {};
  const doubles = (values: Grid, options = {}): EncodedTensor =>
    encodeTensor(Float64Array.from(values.data), values.shape, options);
  return {
    logits: encodeTensor(floats(test.logits, test.integerLogits), test.logits.shape, big),
    frequencies: doubles(vector(test.frequencies)),
    ...(test.labels && { labels: test.labels }),
    ...(test.targets && { targets: encodeTensor(floats(test.targets), test.targets.shape, big) }),
    ...(test.foreground && { foreground: test.foreground }),
    ...(test.rowWeights && { rowWeights: encodeTensor(floats(vector(test.rowWeights)), [test.rowWeights.length]) }),
    ...(beta !== undefined && {
      beta: typeof beta === 'number' ? doubles({ shape: [], data: [beta] }) : doubles(beta, big),
    }),
    ...(test.draw && { draw: test.draw }),
  };
}

/** The shorter of two exact forms: single precision when every value has it. */
function floats(values: Grid, integer?: true): Float64Array | Float32Array | Int32Array {
  if (integer) return Int32Array.from(values.data);
  const single = Float32Array.from(values.data);
  return single.every((value, i) => Object.is(value, values.data[i])) ? single : Float64Array.from(values.data);
}

function answer(math: Arithmetic, form: Form, test: Case): EncodedExpected {
  const [rows, classes] = test.logits.shape;
  const { loss, rowLosses, gradient } = evaluate(math, {
    form,
    rows,
    classes,
    logits: test.logits.data,
    frequencies: test.frequencies,
    threshold: test.threshold as number,
    labels: test.labels,
    targets: test.targets?.data,
    foreground: test.foreground,
    rowWeights: test.rowWeights,
    beta: typeof test.beta === 'object' ? test.beta.data : test.beta,
    reduction: test.reduction,
    normalizer: test.normalizer,
  });
  const slopes = Float64Array.from(gradient, math.toDouble);
  return {
    ...(loss && { loss: encodeTensor(Float64Array.of(math.toDouble(loss)), []) }),
    rowLosses: encodeTensor(Float64Array.from(rowLosses, math.toDouble), [rows]),
    gradient: encodeTensor(slopes, [rows, classes], test.dictionary ? { encoding: 'dictionary' } : {}),
  };
}
