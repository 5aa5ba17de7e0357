import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Batch,
  createGate,
  mergeShardSums,
  sliceGate,
  softmaxEql,
  softmaxShard,
  softmaxShardSums,
} from './index.ts';
import { batches, codeOf, near } from './testing.ts';

const allTail = createGate([0, 0, 0], { threshold: 1 });
const noTail = createGate([1, 1, 1], { threshold: 0 });

describe('shards of the classes', () => {
  /** Columns [from, to) of a batch, as a shard holds them. */
  function shard(batch: Batch & { shape: readonly number[] }, from: number, to: number): Batch {
    const { classes } = batch.gate;
    const columns = (values: ArrayLike<number>) =>
      Array.from(values).filter((_, k) => k % classes >= from && k % classes < to);
    return {
      gate: sliceGate(batch.gate, from, to),
      shape: [batch.shape[0], to - from],
      logits: Float64Array.from(columns(batch.logits)),
      labels:
        batch.labels && Array.from(batch.labels, (l) => (l === -1 ? -1 : l >= from && l < to ? l - from : to - from)),
      targets: batch.targets && columns(batch.targets),
      rowWeights: batch.rowWeights,
      beta: typeof batch.beta === 'object' ? columns(batch.beta) : batch.beta,
      normalizer: batch.normalizer,
    };
  }

  test('any split of the classes gives what the whole gives (P2)', () => {
    const special = fc.constantFrom(undefined, -Infinity, Infinity, Number.NaN, 1e4);
    const kinds = fc.constantFrom({ reduction: 'sum' } as const, { reduction: 'mean' } as const, { normalizer: 3 });
    fc.assert(
      fc.property(batches('softmax'), fc.nat(7), special, kinds, (finite, at, value, kind) => {
        const { classes } = finite.gate;
        if (classes < 2) return;
        const logits = Float64Array.from(finite.logits);
        if (value !== undefined) logits[at % logits.length] = value;
        const { reduction, normalizer } = { reduction: undefined, normalizer: undefined, ...kind };
        const batch = { ...finite, logits, normalizer };
        const cut = 1 + (at % (classes - 1));
        const shards = [shard(batch, 0, cut), shard(batch, cut, classes)];
        const merged = mergeShardSums(shards.map(softmaxShardSums));
        const results = shards.map((each) => softmaxShard(each, merged, { reduction }));
        const whole = softmaxEql(batch, { reduction });
        expect(near(results[0].loss + results[1].loss, whole.loss, 10)).toBe(true);
        for (let i = 0; i < batch.shape[0]; i++) {
          const row = [
            ...results[0].gradient.slice(i * cut, (i + 1) * cut),
            ...results[1].gradient.slice(i * (classes - cut), (i + 1) * (classes - cut)),
          ];
          row.forEach((g, j) => {
            expect(near(g, whole.gradient[i * classes + j], 10)).toBe(true);
          });
        }
      }),
      { numRuns: 500 },
    );
  });

  test('merging is exact for a shard that includes nothing', () => {
    const nothing = softmaxShardSums({ gate: allTail, beta: 1, labels: [3], logits: Float64Array.of(9, 9, 9) });
    expect([nothing.max[0], nothing.rest[0], nothing.own[0]]).toEqual([-Infinity, 0, 0]);
    const other = softmaxShardSums({ gate: noTail, beta: 1, labels: [0], logits: Float64Array.of(1, 2, 3) });
    expect(mergeShardSums([nothing, other])).toEqual(other);
    expect(mergeShardSums([nothing, nothing])).toEqual(nothing);
  });

  test('a row without a target in any shard costs nothing, whatever it holds (X3)', () => {
    const logits = Float64Array.of(Number.NaN, Infinity, 5);
    const part = { gate: noTail, beta: 0, targets: [0, 0, 0], logits };
    const result = softmaxShard(part, mergeShardSums([softmaxShardSums(part), softmaxShardSums(part)]));
    expect(result).toEqual({ loss: 0, rowLosses: new Float64Array(1), gradient: new Float64Array(3) });
  });

  test('exactly one shard must hold a label, and sums must be of the same rows', () => {
    const part = (...labels: number[]): Batch => {
      return { gate: noTail, beta: 0, labels, logits: new Float64Array(3 * labels.length) };
    };
    const both = (...parts: Batch[]) => softmaxShard(parts[0], mergeShardSums(parts.map(softmaxShardSums)));
    expect(codeOf(() => both(part(3), part(3)))).toBe('LABEL_RANGE');
    expect(codeOf(() => both(part(0), part(1)))).toBe('LABEL_RANGE');
    expect(codeOf(() => softmaxShardSums(part(4)))).toBe('LABEL_RANGE');
    expect(both(part(3), part(1)).loss).toBe(0); // the other shard's label
    expect(both(part(-1), part(-1)).loss).toBe(0);
    const sums = softmaxShardSums(part(0, 1));
    expect(codeOf(() => softmaxShard(part(0), sums))).toBe('ROW_COUNT');
    expect(codeOf(() => softmaxShard(part(0, 1, 2), sums))).toBe('ROW_COUNT');
  });

  test('parts that do not fit together are refused', () => {
    expect(codeOf(() => mergeShardSums([]))).toBe('ROW_COUNT');
    const rows = (n: number) =>
      softmaxShardSums({ gate: noTail, beta: 1, labels: Array(n).fill(0), logits: new Float64Array(3 * n) });
    expect(codeOf(() => mergeShardSums([rows(1), rows(2)]))).toBe('ROW_COUNT');
  });
});
