// The shapes that can be measured.

import type { Shape } from '../../../bench/src/cases.ts';

/** Named shapes, the first by default. */
export const presets: readonly (Shape & { readonly words: string })[] = [
  { rows: 512, classes: 1203, words: '512 × 1203: regions of one image, LVIS' },
  { rows: 64, classes: 100_000, words: '64 × 100000: a very wide head' },
  { rows: 32, classes: 10, words: '32 × 10: a small batch' },
];

/** Most logits of a batch: beyond, several copies would not fit into a phone. */
const MOST = 2 ** 24;

/** Why a shape cannot be measured; undefined when it can. */
export function shapeProblem({ rows, classes }: Shape): string | undefined {
  for (const [name, value] of Object.entries({ rows, classes })) {
    if (!Number.isInteger(value) || value < 1) return `${name} must be a whole number from 1 on`;
  }
  if (classes < 2) return 'classes must be 2 or more: one of them is the background';
  if (rows * classes > MOST) return `rows × classes may be ${MOST.toLocaleString('en')} at most`;
  return undefined;
}
