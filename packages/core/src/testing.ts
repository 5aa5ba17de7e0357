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

export const lossOf = { sigmoid: sigmoidEql, softmax: softmaxEql };

/** Random finite batches of a form, with every optional input now and then. */
export function batches(form: Form, largest = 20): fc.Arbitrary<Batch & { logits: Float64Array; rows: number }> {
  return fc
    .record({ rows: fc.integer({ min: 1, max: 5 }), classes: fc.integer({ min: 1, max: 7 }) })
    .chain(({ rows, classes }) => {
      const perRow = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: rows, maxLength: rows });
      const perClass = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: classes, maxLength: classes });
      const perElement = <T>(each: fc.Arbitrary<T>) =>
        fc.array(each, { minLength: rows * classes, maxLength: rows * classes });
      const unit = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
      const maybe = <T>(each: fc.Arbitrary<T>) => fc.option(each, { nil: undefined });
      const highest = form === 'sigmoid' ? classes : classes - 1;
      const answers = fc.oneof(
        fc.record({ labels: perRow(fc.integer({ min: -1, max: highest })) }),
        fc.record({ targets: perElement(unit) }),
      );
      return fc
        .record({
          logits: perElement(fc.double({ min: -largest, max: largest, noNaN: true })),
          frequencies: perClass(fc.integer({ min: 0, max: 20 })),
          threshold: fc.integer({ min: 0, max: 20 }),
          answers,
          rowWeights: maybe(perRow(fc.double({ min: 0, max: 3, noNaN: true }))),
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
