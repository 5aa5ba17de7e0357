import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawBeta } from './index.ts';
import { philox4x32 } from './philox.ts';
import { codeOf } from './testing.ts';

describe('philox4x32', () => {
  // Known answers published with Random123 (kat_vectors, philox4x32 10).
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [-1, -1, -1, -1],
      [-1, -1],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('gives the published block for counter %j', (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox4x32(out, counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
    expect([...out]).toEqual(expected);
  });
});

describe('drawBeta', () => {
  const base = { rows: 7, classes: 13, gamma: 0.6, seed: 2 ** 40 + 5, step: 3 };

  test('any shard of rows draws what the whole draws (P1, X5)', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(20), fc.nat(2 ** 31), fc.nat(), (rows, cut, rowOffset, seed) => {
        const options = { ...base, rows, seed, rowOffset };
        const first = Math.min(cut, rows);
        const whole = drawBeta(options);
        const parts = [
          ...drawBeta({ ...options, rows: first }),
          ...drawBeta({ ...options, rows: rows - first, rowOffset: rowOffset + first }),
        ];
        expect(parts).toEqual([...whole]);
      }),
    );
  });

  test('any shard of classes draws what the whole draws (P2, X5)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(20), fc.nat(2 ** 31), (classes, at, classOffset) => {
        const cut = Math.min(at, classes);
        const whole = drawBeta({ ...base, classes, classOffset });
        const left = drawBeta({ ...base, classes: cut, classOffset });
        const right = drawBeta({ ...base, classes: classes - cut, classOffset: classOffset + cut });
        const columns = (from: number, to: number) => whole.filter((_, k) => k % classes >= from && k % classes < to);
        expect(left).toEqual(columns(0, cut));
        expect(right).toEqual(columns(cut, classes));
      }),
    );
  });

  test('two rows across 2^32 are those of the oracle, which draws with its own generator (X5)', () => {
    const options = { rows: 2, classes: 13, classOffset: 3, gamma: 0.6 };
    const beta = drawBeta({ ...options, seed: 2 ** 40 + 5, step: 2 ** 31 + 3, rowOffset: 2 ** 32 - 1 });
    expect(beta.join('')).toBe('01111010111100101100101010');
  });

  test('another seed, step or row gives other draws', () => {
    const bits = (change: object) => drawBeta({ ...base, rows: 40, ...change }).join('');
    const all = [{}, { seed: base.seed + 1 }, { seed: base.seed + 2 ** 32 }, { step: 4 }, { rowOffset: 2 ** 32 }];
    expect(new Set(all.map(bits)).size).toBe(all.length);
  });

  test('γ = 0 never draws 1, γ = 1 always, and the share follows γ', () => {
    const share = (gamma: number) => {
      const beta = drawBeta({ rows: 100, classes: 1000, gamma, seed: 1, step: 0 });
      return beta.reduce((sum, b) => sum + b, 0) / beta.length;
    };
    expect(share(0)).toBe(0);
    expect(share(1)).toBe(1);
    // Five standard deviations of a share over 100,000 draws.
    expect(Math.abs(share(0.9) - 0.9)).toBeLessThan(5 * Math.sqrt((0.9 * 0.1) / 1e5));
  });

  test('bad options are refused', () => {
    const code = (change: object) => codeOf(() => drawBeta({ ...base, ...change }));
    for (const gamma of [-0.1, 1.1, Number.NaN]) expect(code({ gamma })).toBe('BETA_RANGE');
    for (const seed of [-1, 0.5, 2 ** 53]) expect(code({ seed })).toBe('BETA_RANGE');
    for (const step of [-1, 0.5, 2 ** 32]) expect(code({ step })).toBe('BETA_RANGE');
    for (const rows of [-1, 0.5, Number.NaN]) expect(code({ rows })).toBe('ROW_COUNT');
    for (const rowOffset of [-1, 0.5, Number.MAX_SAFE_INTEGER - 6]) expect(code({ rowOffset })).toBe('ROW_COUNT');
    for (const classes of [-1, 0.5, Number.NaN]) expect(code({ classes })).toBe('CLASS_COUNT');
    for (const classOffset of [-1, 0.5, 2 ** 32 - 12]) expect(code({ classOffset })).toBe('CLASS_COUNT');
    expect(drawBeta({ ...base, rowOffset: Number.MAX_SAFE_INTEGER - 7, classOffset: 2 ** 32 - 13 })).toHaveLength(91);
  });
});
