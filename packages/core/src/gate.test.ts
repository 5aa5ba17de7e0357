import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGate, EqlError, frequenciesFromCounts, sliceGate, tailRatio } from './index.ts';
import { between, codeOf, tagged } from './testing.ts';

const frequency = fc.oneof(between(0, 1), fc.constantFrom(0, Number.MIN_VALUE, 0.00177));

describe('createGate', () => {
  test('a class is tail exactly when its frequency is below the threshold (G1)', () => {
    fc.assert(
      fc.property(fc.array(frequency, { minLength: 1, maxLength: 50 }), frequency, (frequencies, threshold) => {
        const gate = createGate(frequencies, { threshold });
        expect(gate.classes).toBe(frequencies.length);
        expect(gate.threshold).toBe(threshold);
        expect([...gate.tail]).toEqual(frequencies.map((f) => Number(f < threshold)));
      }),
    );
  });

  test('a class at the threshold is head, whatever the scale (G1, G3)', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e300, noNaN: true }), (f) => {
        expect(createGate([f], { threshold: f }).tail[0]).toBe(0);
      }),
    );
  });

  test('100 of 56,740 images lies between the two published thresholds of LVIS v0.5', () => {
    const frequencies = frequenciesFromCounts([99, 100, 101], 56_740);
    expect([...createGate(frequencies, { threshold: 1.76e-3 }).tail]).toEqual([1, 0, 0]);
    expect([...createGate(frequencies, { threshold: 1.77e-3 }).tail]).toEqual([1, 1, 0]);
  });

  test('single-precision frequencies are refused, because they can change sides (G2)', () => {
    expect(Math.fround(0.00177)).toBeLessThan(0.00177);
    expect(codeOf(() => createGate(Float32Array.of(0.00177), { threshold: 0.00177 }))).toBe('DTYPE');
    const half = tagged(Float32Array.of(0.5), 'Float16Array'); // not every runtime has the real one
    expect(codeOf(() => createGate(half, { threshold: 1 }))).toBe('DTYPE');
  });

  test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], [null]])('a frequency of %s is refused', (value) => {
    const f = value as number;
    expect(codeOf(() => createGate([0.5, f], { threshold: 1 }))).toBe('FREQUENCY_RANGE');
    expect(codeOf(() => frequenciesFromCounts([1, f], 10))).toBe('FREQUENCY_RANGE');
    expect(codeOf(() => tailRatio([1, f], createGate([1, 2], { threshold: 2 })))).toBe('FREQUENCY_RANGE');
  });

  test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], [undefined]])(
    'a threshold of %s is refused',
    (threshold) => {
      expect(codeOf(() => createGate([0.5], { threshold: threshold as number }))).toBe('THRESHOLD_RANGE');
    },
  );

  test('a gate needs a class, and a total images', () => {
    expect(codeOf(() => createGate([], { threshold: 1 }))).toBe('CLASS_COUNT');
    expect(codeOf(() => frequenciesFromCounts([], 1))).toBe('CLASS_COUNT');
    for (const total of [0, -1, Number.NaN, Infinity]) {
      expect(codeOf(() => frequenciesFromCounts([1], total))).toBe('FREQUENCY_RANGE');
    }
  });

  test('an error says its code first, then what came', () => {
    const error = new EqlError('RANK', 'logits have shape [3]; wanted [rows, classes].');
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('EqlError');
    expect(error.message).toBe('RANK: logits have shape [3]; wanted [rows, classes].');
  });
});

describe('frequenciesFromCounts', () => {
  test('is the quotient in double, class by class (G2, G3)', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.integer({ min: 1 }), (counts, total) => {
        const expected = Float64Array.from(counts.map((count) => count / total));
        expect(frequenciesFromCounts(counts, total)).toEqual(expected);
      }),
    );
  });
});

describe('sliceGate', () => {
  const whole = createGate([1, 9, 2, 9, 3], { threshold: 5 });

  test('is the gate of those classes alone (P2)', () => {
    expect(sliceGate(whole, 1, 4)).toEqual(createGate([9, 2, 9], { threshold: 5 }));
    expect(sliceGate(whole, 4, 5)).toEqual(createGate([3], { threshold: 5 }));
    expect(sliceGate(whole, 0, 5)).toEqual(whole);
  });

  test.each([
    [2, 2],
    [3, 2],
    [-1, 2],
    [0, 6],
    [5, 6],
    [0.5, 2],
    [0, 1.5],
    [0, Number.NaN],
  ])('classes %s to %s of five are no shard', (from, to) => {
    expect(codeOf(() => sliceGate(whole, from, to))).toBe('CLASS_COUNT');
  });
});
