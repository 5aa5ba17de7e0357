// The small batches that most cases start from.

import type { Form } from '../src/format.ts';
import { type Case, type Grid, grid } from '../src/oracle/case.ts';
import { createRandom } from '../src/oracle/random.ts';
import { SEED } from './suite.ts';

/** λ of the paper on LVIS v0.5, as a share of images. */
const PAPER_LAMBDA = 1.76e-3;

/** Two tail classes (1 and 3) among five. */
export const FREQUENCIES: readonly number[] = [0.31, 0.0004, 0.052, 0.00102, 0.0068];

/** A batch of a form: index labels 0, 1, 2 and 3, reduction `sum`; β 0.9 in the softmax form. */
export function base(form: Form): Omit<Case, 'id' | 'comment' | 'flags' | 'group'> {
  return {
    logits: logits('base', 4, 5),
    frequencies: FREQUENCIES,
    threshold: PAPER_LAMBDA,
    labels: [0, 1, 2, 3],
    ...(form === 'softmax' && { beta: 0.9 }),
    reduction: 'sum',
  };
}

/** {@link base} with target rows instead of labels: soft, one-hot, multi-hot and all-zero rows. */
export function targetBase(form: Form): Omit<Case, 'id' | 'comment' | 'flags' | 'group'> {
  const { labels: _, ...rest } = base(form);
  return { ...rest, logits: logits('targets', 4, 5), targets: TARGETS };
}

/** Four rows of targets: soft over head and tail, one-hot tail, multi-hot, all zero. */
export const TARGETS: Grid = grid([
  [0.5, 0.25, 0, 0, 0.25],
  [0, 0, 0, 1, 0],
  [1, 1, 0, 0, 1],
  [0, 0, 0, 0, 0],
]);

/** Seeded logits, multiples of 1/64 around 0 with a spread of about 2.3. */
export function logits(name: string, rows: number, classes: number): Grid {
  const random = createRandom(SEED, name);
  const data = Array.from({ length: rows * classes }, () => random.bell(0, 2, 1 / 64));
  return { shape: [rows, classes], data };
}

/** The grid with some entries replaced: `[row, class, value]`. */
export function withEntries(from: Grid, entries: readonly (readonly [number, number, number])[]): Grid {
  const data = Array.from(from.data);
  for (const [row, column, value] of entries) data[row * from.shape[1] + column] = value;
  return { shape: from.shape, data };
}

/** What a list of cases varies: everything but the group, on top of a base. */
export type Variation = Partial<Case> & Pick<Case, 'id' | 'comment' | 'flags'>;

/** Cases of one group from a common base. A variation that sets a field to undefined takes it away. */
export function vary(
  group: string,
  from: Omit<Case, 'id' | 'comment' | 'flags' | 'group'>,
  variations: readonly Variation[],
): Case[] {
  return variations.map((variation) => ({ ...from, group, ...variation }));
}
