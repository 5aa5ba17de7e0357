import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareOutputs, ratioOf } from './compare.ts';
import { bitsOf, spacingIn } from './floats.ts';
import type { Dtype, Tolerance } from './format.ts';

const none: Tolerance = { abs: 0, rel: 0 };
const dtypes: readonly Dtype[] = ['float64', 'float32'];
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const anything = fc.double();
const anySingle = fc.float({ noNaN: true, noDefaultInfinity: true });
const tolerance = fc.record({
  abs: fc.double({ min: 0, max: 1, noNaN: true }),
  rel: fc.double({ min: 0, max: 1, noNaN: true }),
});
const doubleRatio = (actual: number, expected: number, allowed: Tolerance) =>
  ratioOf(actual, expected, allowed, spacingIn('float64')(expected));

/** The next double, through the bits: independent of the spacing under test. */
function next(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + 1n);
  return view.getFloat64(0);
}

describe('spacing', () => {
  test('is the distance to the neighbour away from zero', () => {
    fc.assert(
      fc.property(finite, (value) => {
        const magnitude = Math.abs(value);
        fc.pre(magnitude < Number.MAX_VALUE);
        expect(spacingIn('float64')(value)).toBe(next(magnitude) - magnitude);
      }),
    );
  });
  test.each<[Dtype, number, number]>([
    ['float64', 0, 2 ** -1074],
    ['float64', 1, 2 ** -52],
    ['float64', -2, 2 ** -51],
    ['float32', 0, 2 ** -149],
    ['float32', 1, 2 ** -23],
    ['float32', 0.75, 2 ** -24],
    ['float32', 2 ** -126, 2 ** -149],
  ])('in %s at %d is %d', (dtype, value, spacing) => {
    expect(spacingIn(dtype)(value)).toBe(spacing);
  });
  test('lets correct rounding to single precision pass with no tolerance at all', () => {
    fc.assert(
      fc.property(fc.double({ min: -3e38, max: 3e38, noNaN: true }), (value) => {
        expect(ratioOf(Math.fround(value), value, none, spacingIn('float32')(value))).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});

describe('ratio', () => {
  test('is 0 for the same value, whatever it is', () => {
    fc.assert(fc.property(anything, tolerance, (value, allowed) => doubleRatio(value, value, allowed) === 0));
  });
  test('is Infinity between kinds and finite-or-overflow within them', () => {
    fc.assert(
      fc.property(finite, tolerance, fc.constantFrom(Number.NaN, Infinity, -Infinity), (value, allowed, special) => {
        expect(doubleRatio(special, value, allowed)).toBe(Infinity);
        expect(doubleRatio(value, special, allowed)).toBe(Infinity);
      }),
    );
    expect(doubleRatio(Infinity, -Infinity, { abs: 1, rel: 1 })).toBe(Infinity);
    expect(doubleRatio(Infinity, Number.NaN, { abs: 1, rel: 1 })).toBe(Infinity);
  });
  test('is the same for both signs, and never falls when the tolerance shrinks', () => {
    fc.assert(
      fc.property(finite, finite, tolerance, (actual, expected, allowed) => {
        const ratio = doubleRatio(actual, expected, allowed);
        expect(doubleRatio(-actual, -expected, allowed)).toBe(ratio);
        expect(doubleRatio(actual, expected, { abs: allowed.abs / 2, rel: allowed.rel / 2 })).toBeGreaterThanOrEqual(
          ratio,
        );
      }),
    );
  });
  test('passes the neighbour and fails three spacings off when no tolerance is given', () => {
    fc.assert(
      fc.property(anySingle, (expected) => {
        const spacing = spacingIn('float64')(expected);
        fc.pre(Math.abs(expected) < 1e300);
        expect(doubleRatio(expected + spacing, expected, none)).toBeLessThanOrEqual(1);
        expect(doubleRatio(expected + 3 * spacing, expected, none)).toBeGreaterThan(1);
      }),
    );
  });
  test.each([
    [0, -0, 0],
    [-0, 0, 0],
    [1.5, 1, 5],
    [0.9, 1, 1],
    [8e307, -8e307, 20],
  ])('of %d for %d is %d at a tenth', (actual, expected, ratio) => {
    expect(doubleRatio(actual, expected, { abs: 0.1, rel: 0.1 })).toBeCloseTo(ratio, 9);
  });
});

describe.each(dtypes)('outputs in %s', (dtype) => {
  const tolerances = { loss: { abs: 0.1, rel: 0 }, rowLosses: { abs: 0.1, rel: 0 }, gradient: { abs: 0.1, rel: 0 } };
  const options = { dtype, tolerances, outputs: ['loss', 'rowLosses', 'gradient'] as const };
  const expected = {
    loss: { shape: [], data: Float64Array.of(1) },
    rowLosses: { shape: [1], data: Float64Array.of(1) },
    gradient: { shape: [1, 8], data: new Float64Array(8) },
  };
  test('the worst five come first, over all outputs', () => {
    const gradient = [0.2, 0.3, 0.05, 0, 0.9, Number.NaN, 0.4, 0.1];
    const { pass, ratio, worst, problem } = compareOutputs({ loss: 1.8, rowLosses: [1], gradient }, expected, options);
    expect(pass).toBe(false);
    expect(ratio).toBe(Infinity);
    expect(worst.map(({ output, index }) => `${output} ${index}`)).toEqual([
      'gradient 5',
      'gradient 4',
      'loss 0',
      'gradient 6',
      'gradient 1',
    ]);
    expect(worst[0]).toMatchObject({ actualBits: bitsOf(Number.NaN, dtype), ratio: Infinity });
    expect(problem).toBe('loss: 1 of 1 beyond tolerance; gradient: 5 of 8 beyond tolerance');
  });
  test('within tolerance is a pass that still tells its worst ratio', () => {
    const compared = compareOutputs({ loss: 1.05, rowLosses: [1], gradient: new Float32Array(8) }, expected, options);
    expect(compared).toMatchObject({ pass: true, worst: [{ output: 'loss' }] });
    expect(compared.ratio).toBeCloseTo(0.5, 9);
    expect(compared.problem).toBeUndefined();
  });
  test('zero rows need empty outputs', () => {
    const empty = {
      loss: { shape: [], data: Float64Array.of(0) },
      rowLosses: { shape: [0], data: new Float64Array(0) },
      gradient: { shape: [0, 8], data: new Float64Array(0) },
    };
    expect(compareOutputs({ loss: 0, rowLosses: [], gradient: [] }, empty, options).pass).toBe(true);
    expect(compareOutputs({ loss: 0, rowLosses: [0], gradient: [] }, empty, options).problem).toContain(
      '1 values, 0 wanted',
    );
  });
});

test('bits are big-endian and of the dtype', () => {
  expect(bitsOf(1, 'float32')).toBe('3f800000');
  expect(bitsOf(-0, 'float64')).toBe('8000000000000000');
  expect(bitsOf(5e-324, 'float64')).toBe('0000000000000001');
});
