import { expect, test } from 'vitest';
import { apply } from '../../test/apply.ts';
import { expOfMinus, log1p, log1pOfRow, sumOverClasses } from './formulas.ts';

/** The largest relative error. */
function worst(actual: Float32Array, inputs: Float32Array, exact: (x: number) => number): number {
  expect(actual.length).toBe(inputs.length);
  return actual.reduce((most, y, k) => Math.max(most, Math.abs(y / exact(inputs[k]) - 1)), 0);
}

test('e^-a is within 3 roundings from 0 down to the smallest normal number', async () => {
  const a = Float32Array.from({ length: 87_000 }, (_, k) => k / 1000 + 1e-4);
  expect(worst(await apply(expOfMinus, a), a, (x) => Math.exp(-x))).toBeLessThan(3 * 2 ** -24);
});

test('e^-a is 1 at 0 and 0 from 104 on, Infinity included', async () => {
  expect([...(await apply(expOfMinus, Float32Array.of(0, 104, 105, 1e30, Infinity)))]).toEqual([1, 0, 0, 0, 0]);
});

test('log(1 + u) is within 4 roundings on [0, 1], tiny u included', async () => {
  const u = Float32Array.from({ length: 80_000 }, (_, k) =>
    k < 40_000 ? (k + 1) / 40_000 : Math.exp((40_000 - k) / 470),
  );
  expect(worst(await apply(log1p, u), u, Math.log1p)).toBeLessThan(4 * 2 ** -24);
  expect([...(await apply(log1p, Float32Array.of(0)))]).toEqual([0]);
});

test('log(1 + u) is within 4 roundings up to 1e30', async () => {
  const u = Float32Array.from({ length: 10_000 }, (_, k) => Math.exp(k / 145 - 10));
  expect(worst(await apply(log1pOfRow, u, u.length), u, Math.log1p)).toBeLessThan(4 * 2 ** -24);
});

test.each([1, 5, 255, 256, 257, 513, 1203, 100_000])('a sum over %i classes does not drift', async (classes) => {
  const values = Float32Array.from({ length: 2 * classes }, (_, k) => (k < classes ? 0.1 : 1 / (1 + (k % 97))));
  const sums = await apply(sumOverClasses, values, 2);
  expect(sums.length).toBe(2);
  sums.forEach((sum, row) => {
    const exact = values.subarray(row * classes, (row + 1) * classes).reduce((total, value) => total + value, 0);
    expect(Math.abs(sum / exact - 1)).toBeLessThan(8e-7);
  });
});
