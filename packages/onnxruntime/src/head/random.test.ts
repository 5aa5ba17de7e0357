import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsOf, fillNormal, shuffledRows } from './random.ts';

const seeds = fc.maxSafeNat();

test('a shuffle holds every row once, and seed and epoch alone decide it', () => {
  fc.assert(
    fc.property(fc.nat(200), seeds, fc.nat(1000), (rows, seed, epoch) => {
      const order = shuffledRows(rows, seed, epoch);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, row) => row));
      expect(shuffledRows(rows, seed, epoch)).toEqual(order);
    }),
  );
});

test('other seeds and other epochs give other orders, the upper bits of a seed included', () => {
  const orders = [
    shuffledRows(50, 1, 0),
    shuffledRows(50, 2, 0),
    shuffledRows(50, 1 + 2 ** 32, 0),
    shuffledRows(50, 1, 1),
  ];
  expect(new Set(orders.map((order) => order.join())).size).toBe(4);
});

test('every row comes to every place equally often', () => {
  const [rows, runs] = [5, 20_000];
  const counts = new Float64Array(rows * rows);
  for (let run = 0; run < runs; run++) {
    shuffledRows(rows, run, 0).forEach((row, place) => {
      counts[row * rows + place]++;
    });
  }
  // Five standard deviations of a count with probability 1 / 5.
  const bound = 5 * Math.sqrt(runs * 0.2 * 0.8);
  for (const count of counts) expect(Math.abs(count - runs / rows)).toBeLessThan(bound);
});

test('bits are even: each of 32 is set half of the time', () => {
  const bits = bitsOf(7, 0);
  const set = new Float64Array(32);
  for (let k = 0; k < 20_000; k++) {
    const word = bits();
    for (let b = 0; b < 32; b++) set[b] += (word >>> b) & 1;
  }
  for (const count of set) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(5000));
});

test('normal numbers have mean 0 and the deviation asked for, in arrays of odd length too', () => {
  const values = new Float32Array(100_001);
  fillNormal(values, 3, 2);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan((5 * 2) / Math.sqrt(values.length));
  expect(Math.abs(square / 4 - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
  expect(values.filter((value) => Math.abs(value) < 2).length / values.length).toBeCloseTo(0.6827, 2);
  expect(values.every(Number.isFinite)).toBe(true);
});
