import { expect, test } from 'vitest';
import { briefly, percentWords, plural, pressureWords, pushWords, thresholdWords } from './words.ts';

test('three digits, no more', () => {
  expect([0.00110001, 357.4, 12_345, 3.21e-7, 0, 1e15].map(briefly)).toEqual([
    '0.0011',
    '357',
    '12,300',
    '3.21e-7',
    '0',
    '1000000000000000',
  ]);
  expect([0.0589, 0.000_01, 1].map(percentWords)).toEqual(['5.89\u00A0%', '0.001\u00A0%', '100\u00A0%']);
  expect(thresholdWords(109 / 99_388)).toBe('0.001097');
});

test('a side without a gradient has words', () => {
  expect([71.4, Infinity, Number.NaN, 0].map(pressureWords)).toEqual(['71.4 : 1', 'only down', 'neither', '0 : 1']);
  expect([71.4, 0.25, 1.0004, Infinity, Number.NaN, 0].map(pushWords)).toEqual([
    'is pushed down 71.4 times as hard as up',
    'is pushed up 4 times as hard as down',
    'is pushed down as hard as up',
    'is pushed down only',
    'is not pushed at all',
    'is pushed up only',
  ]);
  expect([plural(1, 'class', 'classes'), plural(1203, 'class', 'classes')]).toEqual(['1 class', '1,203 classes']);
});
