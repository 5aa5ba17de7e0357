import { hash } from '@eqloss/training/random';
import { expect, test } from 'vitest';
import { bucketsOf } from './features.ts';

test('a text has its words and their runs of four letters, each once', () => {
  const wanted = ['<seal>', '<sea', 'seal', 'eal>', '<of>'].map((text) => hash(text) % 4096);
  const found = Array.from(bucketsOf(['seal', 'of', 'seal'], 4096));
  expect(found.sort()).toEqual(wanted.sort());
});

test('a word shorter than the runs is its own feature only', () => {
  expect(bucketsOf(['a'], 4096)).toHaveLength(1);
  expect(bucketsOf(['of'], 4096)).toHaveLength(1);
  expect(bucketsOf([], 4096)).toHaveLength(0);
});

test('every bucket is in range', () => {
  const words = Array.from({ length: 200 }, (_, k) => `word${k.toString(36)}`);
  for (const bucket of bucketsOf(words, 7)) expect(bucket >= 0 && bucket < 7).toBe(true);
  expect(bucketsOf(words, 7)).toHaveLength(7);
});
