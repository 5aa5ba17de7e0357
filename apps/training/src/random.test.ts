import { expect, test } from 'vitest';
import { createRandom, hash, shuffled } from './random.ts';

// Of the FNV reference: http://www.isthe.com/chongo/src/fnv/test_fnv.c
test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['b', 0xe70c2de5],
  ['foobar', 0xbf9cf968],
])('hashes %j as FNV-1a does', (text, value) => {
  expect(hash(text)).toBe(value);
  expect(hash(`<${text}>`, 1, 1 + text.length)).toBe(value);
});

test('a stream depends on its seed and its purpose, and on nothing else', () => {
  const drawn = (seed: number, purpose: string) => {
    const random = createRandom(seed, purpose);
    return Array.from({ length: 20 }, () => random.integer(1000));
  };
  expect(drawn(1, 'a')).toEqual(drawn(1, 'a'));
  expect(drawn(1, 'a')).not.toEqual(drawn(2, 'a'));
  expect(drawn(1, 'a')).not.toEqual(drawn(1, 'b'));
});

test('integers fill their range evenly', () => {
  const random = createRandom(3, 'even');
  const counts = Array.from({ length: 10 }, () => 0);
  for (let k = 0; k < 10_000; k++) counts[random.integer(10)]++;
  // 1000 each, standard deviation 30.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('a shuffle keeps every number once and moves nearly all', () => {
  const order = shuffled(1000, createRandom(1, 'shuffle'));
  expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(order.filter((at, i) => at === i).length).toBeLessThan(10);
});
