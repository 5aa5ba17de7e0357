// What the tests of this package and of the adapters share: arbitrary batches, the reference, and how near to it a result
// must be. Not published.

import fc from 'fast-check';
import { expect } from 'vitest';
import {
  type Batch,
  createGate,
  drawBeta,
  EqlError,
  type Form,
  type LossResult,
  sigmoidEql,
  softmaxEql,
  toSingle,
} from './index.ts';

export const forms: readonly Form[] = ['sigmoid', 'softmax'];

/** The reference of each form. */
export const lossOf = { sigmoid: sigmoidEql, softmax: softmaxEql };

/** A batch in single precision, whose lists are plain arrays. */
export interface Case extends Batch {
  readonly logits: Float32Array;
  readonly labels?: readonly number[];
  readonly targets?: readonly number[];
  readonly rowWeights?: readonly number[];
  readonly foreground?: readonly number[];
  readonly beta?: number | readonly number[];
}

/** How large random batches are, from and to; and what a logit may be now and then. */
export interface Sizes {
  readonly rows: readonly [number, number];
  readonly classes: readonly [number, number];
  readonly special?: readonly number[];
}

/** The code of the EqlError that `run` throws; fails the test when it throws none. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof EqlError) return error.code;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Within N4's bound for double, times `slack`; infinities and NaN must be the same. */
export function near(actual: number, expected: number, slack = 1): boolean {
  return Object.is(actual, expected) || Math.abs(actual - expected) <= slack * 1e-12 * Math.max(1, Math.abs(expected));
}

/** An array as another realm hands it over: it is no instance of any constructor of this one. */
export function foreign<T extends ArrayBufferView>(values: T): T {
  return Object.setPrototypeOf(values, Object.getPrototypeOf(Float64Array.prototype));
}

/** An array that says to be of another kind. */
export function tagged<T extends ArrayBufferView>(values: T, kind: string): T {
  return Object.defineProperty(values, Symbol.toStringTag, { value: kind });
}

/**
 * The largest distance as a multiple of N4's bound for single; Infinity when a kind or the length differs.
 *
 * @param scale Undoes the mean's division: a gradient is judged before it.
 */
export function ratioToN4(actual: ArrayLike<number>, exact: ArrayLike<number>, scale = 1): number {
  if (actual.length !== exact.length) return Infinity;
  return Array.from(actual, (value, k) => {
    const [a, e] = [value * scale, exact[k] * scale];
    if (a === e || Object.is(a, e)) return 0;
    const ratio = Math.abs(a - e) / (2e-6 * Math.max(1, Math.abs(e)));
    return Number.isNaN(ratio) ? Infinity : ratio;
  }).reduce((x, y) => Math.max(x, y), 0);
}

/** Fails unless every number is within N4 of core's. `divisor`: see {@link divisorOf}. */
export function expectNear(
  actual: { readonly loss: number; readonly rowLosses: ArrayLike<number>; readonly gradient: ArrayLike<number> },
  exact: LossResult,
  divisor: number,
): void {
  expect(ratioToN4([actual.loss], [exact.loss])).toBeLessThanOrEqual(1);
  expect(ratioToN4(actual.rowLosses, exact.rowLosses)).toBeLessThanOrEqual(1);
  expect(ratioToN4(actual.gradient, exact.gradient, divisor)).toBeLessThanOrEqual(1);
}

/** Fails unless a gradient is that of core's loss, by central differences. SPEC R5. */
export function expectGradientOfLoss(form: Form, batch: Case, gradient: Float32Array | Float64Array): void {
  const lossAt = (k: number, z: number): number => {
    const logits = Float64Array.from(batch.logits);
    logits[k] += z;
    return lossOf[form]({ ...batch, logits }).loss;
  };
  expect(gradient.length).toBe(batch.logits.length);
  gradient.forEach((g, k) => {
    expect(Math.abs(g - (lossAt(k, 1e-5) - lossAt(k, -1e-5)) / 2e-5)).toBeLessThan(1e-6);
  });
}

/** What the mean of a batch divides by. SPEC R1, R2. */
export function divisorOf({ labels, logits, gate, normalizer }: Batch): number {
  const counted = labels ? Array.from(labels).filter((label) => label !== -1).length : logits.length / gate.classes;
  return normalizer ?? Math.max(counted, 1);
}

/** Numbers of every order of magnitude, and as often spread evenly: fc.double alone is nearly always tiny. */
export function between(min: number, max: number): fc.Arbitrary<number> {
  const even = fc.nat(999_999_999).map((part) => min + (max - min) * (part / 999_999_999));
  return fc.oneof(even, fc.double({ min, max, noNaN: true }));
}

/** Random finite batches of a form, with every optional input now and then. */
export function batches(
  form: Form,
  largest = 20,
): fc.Arbitrary<Batch & { readonly logits: Float64Array; readonly shape: readonly [number, number] }> {
  const unit = fc.oneof(fc.constantFrom(0, 1), between(0, 1));
  return inputs(form, { rows: [1, 5], classes: [1, 7] }, between(-largest, largest), unit, between(0, 3)).map(
    ({ rows, classes, ...batch }) => ({
      ...batch,
      shape: [rows, classes],
      logits: Float64Array.from(batch.logits),
    }),
  );
}

/** Random batches of a form in single precision, with every optional input and every special value now and then. */
export function cases(form: Form, { special = [], ...sizes }: Sizes): fc.Arbitrary<Case> {
  const single = (min: number, max: number) => between(min, max).map(Math.fround);
  const logit = fc.oneof(
    { weight: 20, arbitrary: single(-20, 20) },
    { weight: 4, arbitrary: single(-1e4, 1e4) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 2 ** -149, ...special) },
  );
  // 0 or normal: the softmax takes the logarithm of a weight, so that toSingle's 2^-126 for 1e-45 is seen in its loss.
  const unit = fc.oneof(
    fc.constantFrom(0, 1),
    single(0, 1).map((value) => toSingle([value])[0]),
  );
  const batch = inputs(form, sizes, logit, unit, fc.constantFrom(0, 0.25, 1, 3));
  return fc
    .tuple(batch, fc.option(fc.constantFrom(1, 7), { nil: undefined }))
    .map(([{ rows: _, classes: __, logits, ...rest }, normalizer]) => ({
      ...rest,
      logits: Float32Array.from(logits),
      normalizer,
    }));
}

/** A batch without special values, the same every time; β drawn per element. */
export function plainCase(form: Form, rows: number, classes: number): Case {
  const wave = (k: number): number => 4 * Math.sin(k * 12.9898) + 3 * Math.cos(k * 0.0078);
  const frequencies = Float64Array.from({ length: classes }, (_, j) => (j * 7) % 10);
  const gate = createGate(frequencies, { threshold: 6 });
  const logits = Float32Array.from({ length: rows * classes }, (_, k) => wave(k));
  const labels = Array.from({ length: rows }, (_, i) => (i * 613) % (form === 'sigmoid' ? classes + 1 : classes));
  if (form === 'sigmoid') return { gate, logits, labels };
  return { gate, logits, labels, beta: [...drawBeta({ rows, classes, gamma: 0.9, seed: 1, step: 2 })] };
}

/** Rows `from` to `to` of a {@link plainCase}, as a worker sees them that divides by the rows of all workers. SPEC P1. */
export function shardOf({ gate, logits, labels, beta }: Case, from: number, to: number): Case {
  const [start, end] = [from * gate.classes, to * gate.classes];
  return {
    gate,
    logits: logits.slice(start, end),
    labels: labels?.slice(from, to),
    normalizer: logits.length / gate.classes,
    ...(typeof beta === 'object' && { beta: beta.slice(start, end) }),
  };
}

/** Index labels as target rows; what is no class becomes zeros. */
export function oneHot(labels: readonly number[], classes: number): number[] {
  return labels.flatMap((label) => Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0)));
}

/**
 * A batch of index labels, and the same with target rows. A row of zeros is background (sigmoid) or has no loss (softmax), and
 * either is counted by the mean, so the sum is asked for. SPEC G4, X3.
 */
export function bothLabels(form: Form, { normalizer: _, ...batch }: Case): [labelled: Case, oneHot: Case] {
  const { classes } = batch.gate;
  const labels = (batch.labels ?? []).map((label) => (form === 'sigmoid' && label === -1 ? classes : label));
  return [
    { ...batch, labels },
    { ...batch, labels: undefined, targets: oneHot(labels, classes) },
  ];
}

/** What random batches of every precision have in common. */
function inputs(
  form: Form,
  sizes: Sizes,
  logit: fc.Arbitrary<number>,
  unit: fc.Arbitrary<number>,
  weight: fc.Arbitrary<number>,
) {
  const size = ([min, max]: readonly [number, number]) => fc.integer({ min, max });
  return fc.record({ rows: size(sizes.rows), classes: size(sizes.classes) }).chain(({ rows, classes }) => {
    const list = (length: number, each: fc.Arbitrary<number>) =>
      fc.array(each, { minLength: length, maxLength: length });
    const maybe = <T>(each: fc.Arbitrary<T>) => fc.option(each, { nil: undefined });
    const highest = form === 'sigmoid' ? classes : classes - 1;
    // As from one-hot labels: zeros and a single 1, or none.
    const hard = fc.nat(classes).map((label) => oneHot([label], classes));
    const targets = fc.oneof(list(classes, unit), hard);
    const answers: fc.Arbitrary<Pick<Case, 'labels' | 'targets'>> = fc.oneof(
      fc.record({ labels: list(rows, fc.integer({ min: -1, max: highest })) }),
      fc.record({ targets: fc.array(targets, { minLength: rows, maxLength: rows }).map((lists) => lists.flat()) }),
    );
    return fc
      .record({
        logits: list(rows * classes, logit),
        frequencies: list(classes, fc.integer({ min: 0, max: 20 })),
        threshold: fc.integer({ min: 0, max: 20 }),
        answers,
        rowWeights: maybe(list(rows, weight)),
        foreground: maybe(list(rows, fc.constantFrom(0, 1))),
        beta: fc.oneof(unit, list(classes, unit), list(rows * classes, unit)),
      })
      .map(({ logits, frequencies, threshold, answers, rowWeights, foreground, beta }) => ({
        rows,
        classes,
        logits,
        gate: createGate(frequencies, { threshold }),
        ...answers,
        rowWeights,
        ...(form === 'sigmoid' ? { foreground } : { beta }),
      }));
  });
}
