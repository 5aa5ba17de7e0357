import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGate, frequenciesFromCounts, priorBias, tailRatio, thresholdForTailRatio } from './index.ts';
import { between, codeOf } from './testing.ts';

const counts = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 });
const total = 5000;

describe('tailRatio', () => {
  test('is the share of occurrences that belongs to tail classes (D4)', () => {
    const gate = createGate([10, 20, 30, 40], { threshold: 25 });
    expect(tailRatio([10, 20, 30, 40], gate)).toBe(0.3);
  });

  test('grows with the threshold, from 0 to 1', () => {
    fc.assert(
      fc.property(counts, fc.nat(5000), fc.nat(5000), (n, a, b) => {
        const at = (threshold: number) => tailRatio(n, createGate(n, { threshold }));
        expect(at(Math.min(a, b))).toBeLessThanOrEqual(at(Math.max(a, b)));
        expect(at(0)).toBe(0);
        if (n.some((count) => count > 0)) expect(at(5001)).toBe(1);
      }),
    );
  });

  test('is 0 when nothing was counted at all', () => {
    expect(tailRatio([0, 0], createGate([0, 0], { threshold: 1 }))).toBe(0);
  });

  test('counts of another data set are refused', () => {
    expect(codeOf(() => tailRatio([1, 2], createGate([1], { threshold: 1 })))).toBe('CLASS_COUNT');
  });
});

describe('thresholdForTailRatio', () => {
  test('gives a gate with the promised tail, and no larger tail would keep to the ratio (D4)', () => {
    fc.assert(
      fc.property(counts, between(0, 1), (n, ratio) => {
        const choice = thresholdForTailRatio(n, total, ratio);
        const gate = createGate(frequenciesFromCounts(n, total), choice);
        expect(tailRatio(n, gate)).toBe(choice.tailRatio);
        expect(gate.tail.reduce((sum, t) => sum + t, 0)).toBe(choice.tailClasses);
        expect(choice.tailRatio).toBeLessThanOrEqual(ratio);
        const heads = n.filter((_, j) => gate.tail[j] === 0);
        if (heads.length === 0) return;
        const next = Math.min(...heads);
        const all = n.reduce((sum, count) => sum + count, 0);
        const grown = n.reduce((sum, count) => sum + (count <= next ? count : 0), 0);
        expect(grown).toBeGreaterThan(ratio * all);
      }),
    );
  });

  test('gives a gate back from its own tail ratio (D4)', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: total + 1 }), (n, least) => {
        const frequencies = frequenciesFromCounts(n, total);
        const gate = createGate(frequencies, { threshold: least / total });
        const choice = thresholdForTailRatio(n, total, tailRatio(n, gate));
        expect(createGate(frequencies, choice).tail).toEqual(gate.tail);
      }),
    );
  });

  test('λ is the frequency of the rarest head class', () => {
    const choice = thresholdForTailRatio([1, 300, 100], 1000, 0.1);
    expect(choice).toEqual({ threshold: 0.1, tailRatio: 1 / 401, tailClasses: 1 });
  });

  test('when every class may be tail, λ is the next double above the largest frequency', () => {
    const last = (largest: number) => thresholdForTailRatio([0, largest], 1, 1).threshold;
    expect(last(3)).toBe(3 + 2 ** -51);
    expect(last(4 - 2 ** -51)).toBe(4);
    for (const nothing of [0, -0]) expect(last(nothing)).toBe(Number.MIN_VALUE);
    expect(thresholdForTailRatio([0, 0], 9, 0)).toEqual({ threshold: Number.MIN_VALUE, tailRatio: 0, tailClasses: 2 });
  });

  test.each([[-0.1], [1.1], [Number.NaN]])('a ratio of %s is refused', (ratio) => {
    expect(codeOf(() => thresholdForTailRatio([1], 10, ratio))).toBe('THRESHOLD_RANGE');
  });
});

describe('priorBias', () => {
  test('is the logit of the probability: log(0.001 / 0.999) is -6.9067547786485535… (D5)', () => {
    expect(priorBias()).toBeCloseTo(-6.906754778648553, 14);
    expect(priorBias(0.5)).toBe(0);
    fc.assert(
      fc.property(between(1e-12, 0.999), (p) => {
        expect(1 / (1 + Math.exp(-priorBias(p)))).toBeCloseTo(p, 12);
      }),
    );
  });

  test.each([[0], [1], [-1], [Number.NaN]])('a probability of %s is refused', (p) => {
    expect(() => priorBias(p)).toThrow(RangeError);
  });
});
