import { expect, test } from 'vitest';
import { createMemory, writeRows } from './rows.ts';

const found = [Int32Array.of(0, 3, 4), Int32Array.of(5), Int32Array.of()];
const third = Math.fround(1 / Math.sqrt(3));

test('rows have length 1, but an empty one, in either order', () => {
  const rows = [
    [third, 0, 0, third, third, 0],
    [0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0],
  ];
  const plain = new Float32Array(18);
  writeRows(plain, found, { row: 6, bucket: 1 });
  expect(Array.from(plain)).toEqual(rows.flat());
  const turned = new Float32Array(18);
  writeRows(turned, found, { row: 1, bucket: 3 });
  expect(Array.from(turned)).toEqual(rows[0].flatMap((_, bucket) => rows.map((row) => row[bucket])));
});

test('memory holds nothing of before, and is the same if it is enough', () => {
  const memory = createMemory();
  const first = memory(6).fill(1);
  expect(Array.from(memory(4))).toEqual([0, 0, 0, 0]);
  expect(memory(6).buffer).toBe(first.buffer);
  expect(Array.from(memory(8))).toEqual(Array.from({ length: 8 }, () => 0));
});
