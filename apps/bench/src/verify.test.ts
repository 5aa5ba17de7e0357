import { expect, test } from 'vitest';
import { makeCase } from '../test/reports.ts';
import { makeInputs } from './inputs.ts';
import { distanceOf, expectedOf } from './verify.ts';

const outputs = (loss: number, ...gradient: number[]) => ({ loss, gradient: Float64Array.from(gradient) });

test('a distance is a multiple of 2e-6 max(1, |expected|), the largest one', () => {
  expect(distanceOf(outputs(1, 0), outputs(1, 0), 1)).toBe(0);
  expect(distanceOf(outputs(0.5 + 2e-6, 0), outputs(0.5, 0), 1)).toBeCloseTo(1, 6);
  expect(distanceOf(outputs(100 + 6e-4, 0), outputs(100, 0), 1)).toBeCloseTo(3, 6);
  expect(distanceOf(outputs(1, 0, 0.25 - 1e-5), outputs(1, 0, 0.25), 1)).toBeCloseTo(5, 6);
});

test('a gradient is judged as that of the sum: the mean makes it no smaller', () => {
  expect(distanceOf(outputs(1, 1e-6), outputs(1, 0), 1)).toBeCloseTo(0.5, 6);
  expect(distanceOf(outputs(1, 1e-6), outputs(1, 0), 512)).toBeCloseTo(256, 6);
});

test('a gradient of another length, NaN or an infinity is infinitely far', () => {
  expect(distanceOf(outputs(1, 0), outputs(1, 0, 0), 1)).toBe(Number.POSITIVE_INFINITY);
  expect(distanceOf(outputs(Number.NaN, 0), outputs(1, 0), 1)).toBe(Number.POSITIVE_INFINITY);
  expect(distanceOf(outputs(1, Number.NaN), outputs(1, 0), 1)).toBe(Number.POSITIVE_INFINITY);
  expect(distanceOf(outputs(1, 0, Number.NEGATIVE_INFINITY), outputs(1, 0, 0), 1)).toBe(Number.POSITIVE_INFINITY);
  expect(distanceOf(outputs(1, 0), outputs(1, Number.POSITIVE_INFINITY), 1)).toBe(Number.POSITIVE_INFINITY);
});

test('yardsticks give the logits, or their exponentials', () => {
  const inputs = makeInputs(makeCase({ rows: 1, classes: 2 }));
  const logits = Float32Array.of(0, 1);
  expect(expectedOf('copy', inputs, logits)).toEqual({ loss: 0, gradient: logits });
  expect(expectedOf('exp', inputs, logits)).toEqual({ loss: 0, gradient: Float64Array.of(1, Math.E) });
});
