// Where λ cuts: on the boundary, beside it, and a step further.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import lvis from '../../../../packages/conformance/oracle/fixtures/lvis-v1-image-counts.json' with { type: 'json' };
import { adviceFor, cutAt, leastHead, moveThreshold, rank, thresholdOfImages } from './gate-model.ts';

const four = rank({ names: ['a', 'b', 'c', 'd'], counts: Float64Array.of(2, 8, 2, 4) }, 16);

describe('a cut', () => {
  test('takes what is strictly below λ: a frequency equal to λ is head', () => {
    expect([...cutAt(four, 0.25).gate.tail]).toEqual([1, 0, 1, 0]);
    expect([...cutAt(four, 0.25 + 2 ** -54).gate.tail]).toEqual([1, 0, 1, 1]);
    expect(cutAt(four, 0.25)).toMatchObject({ tailClasses: 2, tailRatio: 0.25, leastHead: 4 });
    expect(cutAt(four, 0)).toMatchObject({ tailClasses: 0, tailRatio: 0, leastHead: 0 });
  });

  test('has the facts of LVIS v1 (SPEC, Facts)', () => {
    const ranked = rank({ names: lvis.counts.map(String), counts: Float64Array.from(lvis.counts) }, lvis.images);
    expect(cutAt(ranked, 1.1e-3).tailClasses).toBe(815);
    expect(cutAt(ranked, 1.1e-3).tailRatio).toBeCloseTo(0.059, 3);
    expect(cutAt(ranked, 1.76e-3).tailClasses).toBe(876);
  });
});

describe('ranks and steps', () => {
  test('equal classes keep their order', () => {
    expect([...four.order]).toEqual([1, 3, 0, 2]);
  });

  test('each frequency is a step, and the last one leaves no head class', () => {
    expect(four.steps.slice(0, 3)).toEqual([0.125, 0.25, 0.5]);
    expect(four.steps).toHaveLength(4);
    expect(four.steps.map((step) => cutAt(four, step).tailClasses)).toEqual([0, 2, 3, 4]);
  });

  test('a move goes to the next class boundary, and stays within the steps', () => {
    const move = (threshold: number, by: number): number =>
      four.steps.indexOf(moveThreshold(four.steps, threshold, by));
    expect(move(0.25, 1)).toBe(2);
    expect(move(0.25, -1)).toBe(0);
    expect(move(0.3, 1)).toBe(2);
    expect(move(0.3, -1)).toBe(1);
    expect(move(0.25, 10)).toBe(3);
    expect(move(0.25, -10)).toBe(0);
    expect(move(0.01, 1)).toBe(0);
    expect(move(9, -1)).toBe(3);
    expect(moveThreshold(four.steps, 0.01, -1)).toBe(0.01);
  });

  test('every step changes the tail, and nothing between two steps does (property)', () => {
    const data = fc
      .array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 30 })
      .filter((counts) => counts.some((n) => n > 0));
    fc.assert(
      fc.property(data, fc.nat({ max: 100 }), (counts, more) => {
        const total = Math.max(...counts) + more;
        const ranked = rank({ names: counts.map(String), counts: Float64Array.from(counts) }, total);
        const tails = ranked.steps.map((step) => cutAt(ranked, step).tailClasses);
        for (let k = 1; k < tails.length; k++) {
          expect(tails[k]).toBeGreaterThan(tails[k - 1]);
          const between = (ranked.steps[k - 1] + ranked.steps[k]) / 2;
          if (between > ranked.steps[k - 1]) expect(cutAt(ranked, between).tailClasses).toBe(tails[k]);
        }
        expect(tails[0]).toBe(0);
        expect(tails.at(-1)).toBe(counts.length);
      }),
    );
  });
});

test('λ of k images makes k images head and k - 1 tail, and is read back as k (property)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 1, max: 1e6 }), (total, wanted) => {
      const images = Math.min(wanted, total);
      const threshold = thresholdOfImages(images, total);
      expect(leastHead(threshold, total)).toBe(images);
      const two = rank({ names: ['a', 'b'], counts: Float64Array.of(images, images - 1) }, total);
      expect([...cutAt(two, threshold).gate.tail]).toEqual([0, 1]);
    }),
  );
});

test('100 of 56,740 images lie between the two published λ (SPEC, Facts)', () => {
  expect(leastHead(1.76e-3, 56_740)).toBe(100);
  expect(leastHead(1.77e-3, 56_740)).toBe(101);
});

test('advice is of the form that is looked at', () => {
  const codes = (form: 'sigmoid' | 'softmax', background: boolean, beta: number): string[] =>
    adviceFor(four, cutAt(four, 0.25), { form, background, beta }).map(({ code }) => code);
  expect(codes('sigmoid', true, 1)).toEqual(['D3']); // a tail ratio of 25 %
  expect(codes('sigmoid', false, 1)).toEqual(['D1', 'D3']);
  expect(codes('softmax', false, 0.99)).toEqual(['D2', 'D3']);
  expect(codes('softmax', false, 0.9)).toEqual(['D3']);
});
