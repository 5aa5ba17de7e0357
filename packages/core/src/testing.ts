// What the tests of this package share: arbitrary batches, and the code that a call throws. Not published.

import fc from 'fast-check';
import { type Batch, createGate, EqlError, type Form, sigmoidEql, softmaxEql } from './index.ts';

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

export const lossOf = { sigmoid: sigmoidEql, softmax: softmaxEql };

/** Numbers of every order of magnitude, and as often spread evenly: fc.double alone is nearly always tiny. */
export function between(min: number, max: number): fc.Arbitrary<number> {
  const even = fc.nat(999_999_999).map((part) => min + (max - min) * (part / 999_999_999));
  return fc.oneof(even, fc.double({ min, max, noNaN: true }));
}

/** Random finite batches of a form, with every optional input now and then. */
export function batches(form: Form, largest = 20): fc.Arbitrary<Batch & { logits: Float64Array; rows: number }> {
  return fc
    .record({ rows: fc.integer({ min: 1, max: 5 }), classes: fc.integer({ min: 1, max: 7 }) })
    .chain(({ rows, classes }) => {
      const perRow = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: rows, maxLength: rows });
      const perClass = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: classes, maxLength: classes });
      const perElement = <T>(each: fc.Arbitrary<T>) =>
        fc.array(each, { minLength: rows * classes, maxLength: rows * classes });
      const unit = fc.oneof(fc.constantFrom(0, 1), between(0, 1));
      const maybe = <T>(each: fc.Arbitrary<T>) => fc.option(each, { nil: undefined });
      const highest = form === 'sigmoid' ? classes : classes - 1;
      const answers = fc.oneof(
        fc.record({ labels: perRow(fc.integer({ min: -1, max: highest })) }),
        fc.record({ targets: perElement(unit) }),
      );
      return fc
        .record({
          logits: perElement(between(-largest, largest)),
          frequencies: perClass(fc.integer({ min: 0, max: 20 })),
          threshold: fc.integer({ min: 0, max: 20 }),
          answers,
          rowWeights: maybe(perRow(between(0, 3))),
          foreground: maybe(perRow(fc.constantFrom(0, 1))),
          beta: fc.oneof(unit, perClass(unit), perElement(unit)),
        })
        .map((b) => ({
          rows,
          shape: [rows, classes],
          logits: Float64Array.from(b.logits),
          gate: createGate(b.frequencies, { threshold: b.threshold }),
          ...b.answers,
          rowWeights: b.rowWeights,
          ...(form === 'sigmoid' ? { foreground: b.foreground } : { beta: b.beta }),
        }));
    });
}
