import { expect, test } from 'vitest';
import { median, quantile, spread } from './statistics.ts';

test('a quantile lies linearly between its neighbours, whatever the order', () => {
  const values = [40, 10, 30, 20];
  expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(values, share))).toEqual([10, 17.5, 25, 32.5, 40]);
  expect(values).toEqual([40, 10, 30, 20]);
});

test('numbers are sorted as numbers', () => {
  expect(median([100, 9, 20])).toBe(20);
});

test.each([
  [[7], 7],
  [[3, 1], 2],
  [[5, 1, 9], 5],
  [[1, 2, 3, 1000], 2.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test.each([
  // Quartiles 11 and 13, median 12.
  [[10, 11, 12, 13, 14], 2 / 12],
  // Quartiles 1.5 and 2.5, median 2.
  [[1, 2, 3], 0.5],
  [[8], 0],
  [[5, 5, 5, 5], 0],
])('the spread of %j is %d', (values, expected) => {
  expect(spread(values)).toBe(expected);
});

test('no numbers have no quantile', () => {
  expect(() => median([])).toThrow(RangeError);
});
