// SPEC, "Facts", as users come to it: image counts through core's gate and tail ratio.

import { createGate, frequenciesFromCounts, tailRatio, thresholdForTailRatio } from '@eqloss/core';
import { expect, test } from 'vitest';
import { readLvis } from './cases/lvis.ts';

const { counts, images } = await readLvis();

test.each([
  [1.1e-3, 815, 5.9, 1],
  [1.76e-3, 876, 8.16, 2],
])('LVIS v1: λ = %s makes %i classes tail, a tail ratio of %s %%', (threshold, classes, percent, digits) => {
  const gate = createGate(frequenciesFromCounts(counts, images), { threshold });
  const ratio = tailRatio(counts, gate);
  expect(gate.tail.reduce((sum, t) => sum + t, 0)).toBe(classes);
  expect(100 * ratio).toBeCloseTo(percent, digits);
  const found = thresholdForTailRatio(counts, images, ratio);
  expect(createGate(frequenciesFromCounts(counts, images), found).tail).toEqual(gate.tail);
});
