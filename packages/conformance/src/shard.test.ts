import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadVectors } from './load.ts';
import { shardOf } from './shard.ts';
import { listTests } from './suite.ts';

const files = await loadVectors();
const idsOf = (some: typeof files, filter?: string) => listTests(some, filter).map(({ test: { id } }) => id);

test('shards are disjoint, and their union is what the filter finds, in any number of them', () => {
  const filters = fc.constantFrom(undefined, 'N1', 'softmax-', 'LABEL_RANGE', 'no-such-test');
  fc.assert(
    fc.property(filters, fc.integer({ min: 1, max: 400 }), (filter, count) => {
      const shards = Array.from({ length: count }, (_, k) => [...shardOf(files, filter, { index: k + 1, count })]);
      const parts = shards.map((shard) => idsOf(shard, filter));
      const whole = idsOf(files, filter);
      expect(parts.flat().sort()).toEqual([...whole].sort());
      const sizes = parts.map((part) => part.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 30 },
  );
});

test('a shard keeps the order, the hashes and the notes of the files', () => {
  const half = [...shardOf(files, undefined, { index: 2, count: 2 })];
  expect(idsOf(half)).toEqual(idsOf(files).filter((_, k) => k % 2 === 1));
  expect(half.map(({ hash, path, file }) => [hash, path, file.notes])).toEqual(
    files.map(({ hash, path, file }) => [hash, path, file.notes]),
  );
});
