// Known answers published with Random123 (file kat_vectors), and properties of the draws.

import { expect, test } from 'vitest';
import { type Block, drawBeta, philox } from './philox.ts';

const ALL = 0xffffffffn;

test.each<[string, Block, [bigint, bigint], Block]>([
  ['zeros', [0n, 0n, 0n, 0n], [0n, 0n], [0x6627e8d5n, 0xe169c58dn, 0xbc57ac4cn, 0x9b00dbd8n]],
  ['ones', [ALL, ALL, ALL, ALL], [ALL, ALL], [0x408f276dn, 0x41c83b0en, 0xa20bc7c6n, 0x6d5451fdn]],
  [
    'digits of pi',
    [0x243f6a88n, 0x85a308d3n, 0x13198a2en, 0x03707344n],
    [0xa4093822n, 0x299f31d0n],
    [0xd16cfe09n, 0x94fdccebn, 0x5001e420n, 0x24126ea1n],
  ],
])('the known answer for %s', (_, counter, key, words) => {
  expect(philox(counter, key)).toEqual(words);
});

test('a shard draws what the whole draws for its rows', () => {
  const draw = { gamma: 0.5, seed: 2 ** 40 + 3, step: 9, rowOffset: 2 ** 32 - 2 };
  const whole = drawBeta(6, 7, draw);
  expect(drawBeta(3, 7, { ...draw, rowOffset: draw.rowOffset + 3 })).toEqual(whole.subarray(21));
});

test('β is 1 as often as γ says', () => {
  for (const gamma of [0, 0.1, 0.9, 1]) {
    const beta = drawBeta(100, 50, { gamma, seed: 1, step: 0, rowOffset: 0 });
    const share = beta.reduce((sum, value) => sum + value, 0) / beta.length;
    // Five standard deviations of 5000 draws.
    expect(Math.abs(share - gamma)).toBeLessThanOrEqual(5 * Math.sqrt((gamma * (1 - gamma)) / 5000));
  }
});

test('seed, step, row and class all matter', () => {
  const draw = { gamma: 0.5, seed: 1, step: 0, rowOffset: 0 };
  const first = drawBeta(4, 32, draw);
  for (const other of [{ seed: 2 }, { seed: 1 + 2 ** 32 }, { step: 1 }, { rowOffset: 4 }, { rowOffset: 2 ** 32 }]) {
    expect(drawBeta(4, 32, { ...draw, ...other })).not.toEqual(first);
  }
});
