import { codeOf } from '@eqloss/core/testing';
import { expect, test } from 'vitest';
import { factorOf, type Schedule } from './schedule.ts';

const factors = (schedule: Schedule, steps: readonly number[]): number[] => steps.map(factorOf(schedule));

test('constant is 1', () => {
  expect(factors({ name: 'constant' }, [0, 1, 1e6])).toEqual([1, 1, 1]);
});

test('cosine warms up in a line, is 1 then, half way down in the middle, and ends at final', () => {
  const schedule = { name: 'cosine', steps: 110, warmup: 10, final: 0.2 } as const;
  const values = factors(schedule, [0, 4, 9, 10, 60, 110, 5000]);
  [0.1, 0.5, 1, 1, 0.6, 0.2, 0.2].forEach((wanted, k) => {
    expect(values[k]).toBeCloseTo(wanted, 12);
  });
  expect(factors({ name: 'cosine', steps: 4 }, [0, 2, 4]).map((value) => value.toFixed(12))).toEqual([
    '1.000000000000',
    '0.500000000000',
    '0.000000000000',
  ]);
});

test('step falls by its factor each time', () => {
  expect(factors({ name: 'step', every: 3, factor: 0.5 }, [0, 2, 3, 5, 6])).toEqual([1, 1, 0.5, 0.5, 0.25]);
});

test('a function is asked, and its answer checked', () => {
  expect(factors((step) => 1 / (1 + step), [0, 3])).toEqual([1, 0.25]);
  for (const factor of [-1, Number.NaN, Infinity]) expect(codeOf(() => factorOf(() => factor)(0))).toBe('UNSUPPORTED');
});

const bad: readonly unknown[] = [
  null,
  'cosine',
  { name: 'linear' },
  { name: 'cosine' },
  { name: 'cosine', steps: 0 },
  { name: 'cosine', steps: 10, warmup: 10 },
  { name: 'cosine', steps: 10, warmup: -1 },
  { name: 'cosine', steps: 10, final: 2 },
  { name: 'step', every: 0, factor: 0.5 },
  { name: 'step', every: 1, factor: 0 },
  { name: 'step', every: 1, factor: 1.5 },
];
test.each(bad)('UNSUPPORTED: %o', (schedule) => {
  expect(codeOf(() => factorOf(schedule as Schedule))).toBe('UNSUPPORTED');
});
