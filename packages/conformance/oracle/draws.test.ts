// Core's draws against the oracle's own generator, which shares no code with it. SPEC X5.

import { drawBeta } from '@eqloss/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTensor } from '../src/decode.ts';
import { nextAbove } from '../src/floats.ts';
import { loadVectors } from '../src/load.ts';
import { drawBeta as drawExactly, philox } from '../src/oracle/philox.ts';

const files = await loadVectors();
const WORD = 2 ** 32;

const rowOffsets = fc.oneof(
  fc.integer({ min: WORD - 4, max: WORD + 1 }), // the row's low word overflows within the batch
  fc.nat(1000),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 5 }),
);
const coordinates = { seed: fc.maxSafeNat(), step: fc.integer({ min: 0, max: WORD - 1 }), rowOffset: rowOffsets };

test('core draws what the oracle draws, for any seed, step, rows and classes', () => {
  fc.assert(
    fc.property(
      fc.record({ ...coordinates, gamma: fc.integer({ min: 0, max: WORD }).map((word) => word / WORD) }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 11 }),
      fc.nat(9),
      (draw, rows, classes, classOffset) => {
        const width = classOffset + classes;
        const expected = drawExactly(rows, width, draw).filter((_, k) => k % width >= classOffset);
        expect([...drawBeta({ rows, classes, classOffset, ...draw })]).toEqual([...expected]);
      },
    ),
  );
});

test('β turns 1 exactly where γ passes word / 2^32, finer than single precision can tell', () => {
  fc.assert(
    fc.property(fc.record(coordinates), fc.nat(2 ** 31 - 1), (at, classOffset) => {
      const [seed, row] = [BigInt(at.seed), BigInt(at.rowOffset)];
      const low = (value: bigint) => BigInt.asUintN(32, value);
      const counter = [BigInt(Math.floor(classOffset / 4)), low(row), row >> 32n, BigInt(at.step)] as const;
      const limit = Number(philox(counter, [low(seed), seed >> 32n])[classOffset % 4]) / WORD;
      const draw = (gamma: number) => drawBeta({ rows: 1, classes: 1, classOffset, ...at, gamma })[0];
      expect([draw(limit), draw(nextAbove(limit))]).toEqual([0, 1]);
    }),
  );
});

const drawn = files.flatMap(({ file }) =>
  file.groups.flatMap((group) => group.tests.filter(({ inputs }) => inputs.draw !== undefined)),
);

test('some vectors hold draws', () => expect(drawn.length).toBeGreaterThan(10));

test.each(drawn)('core draws the β of $id', ({ inputs: { beta, draw, logits } }) => {
  if (beta === undefined || draw === undefined) throw new Error('a draw comes with its β');
  const [rows, classes] = logits.shape;
  const { shape, data } = decodeTensor(beta);
  expect(shape).toEqual([rows, classes]);
  expect(drawBeta({ rows, classes, ...draw }).every((value, k) => value === data[k])).toBe(true);
});
