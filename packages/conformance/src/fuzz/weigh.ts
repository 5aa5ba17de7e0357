// How much there is to a batch: what shrinking goes down by.

import type { Batch } from './draw.ts';

/**
 * How much there is to a batch: a row or class weighs more than an input, an input more than a number. Shrinking only
 * ever goes down, so it ends.
 */
export function weightOf({ given }: Batch): number {
  const { labels, targets, foreground, rowWeights, beta, normalizer, threshold } = given;
  const numbers = [
    ...[given.logits, targets, typeof beta === 'object' ? beta : undefined].flatMap((grid) =>
      Array.from(grid?.data ?? []),
    ),
    ...given.frequencies,
    ...(labels ?? []),
    ...(foreground ?? []),
    ...(rowWeights ?? []),
    ...[normalizer, threshold, typeof beta === 'number' ? beta : undefined].filter((value) => value !== undefined),
  ];
  const { integerLogits, released } = given;
  const grid = typeof beta === 'object' ? beta : undefined;
  const inputs = [targets, foreground, rowWeights, normalizer, grid, integerLogits, released, given.error];
  const reduction = { mean: 0, sum: 1, none: 2 }[given.reduction] ?? 0;
  const size = given.logits.shape.reduce((product, axis) => product * (axis + 1), 1) + given.frequencies.length;
  return (
    1e6 * size +
    1e4 * (inputs.filter((input) => input !== undefined).length + reduction) +
    numbers.reduce((sum, value) => sum + plainness(value), 0)
  );
}

/** 0 and 1 first, then short and near 0; a special value is one only if nothing plainer will do. */
export function plainness(value: number): number {
  if (!Number.isFinite(value)) return 200;
  if (Object.is(value, -0)) return 3;
  if (value === 0 || value === 1) return value;
  return 4 + 4 * String(Math.abs(value)).length + Math.abs(Math.log2(Math.abs(value))) / 40 + (value < 0 ? 1 : 0);
}
