// What the kernels know of classes: masks of the sigmoid form, weights of the softmax form.

import type { CheckedSoftmax } from '@eqloss/core';

/** The smallest number that no device takes for 0. */
export const SINGLE_LEAST: number = 2 ** -126;

// Below this an included logit can lie so far above those that make up the sum that z - m, rounded to single precision,
// costs more than SPEC N4 allows.
const TINY = 2 ** -20;

/** -1 for a head class, 0 for a tail class, up to whole blocks of 32; and a byte a block: 0 no head class, 1 all, 2 some. */
export function fillMasks(
  tail: Uint8Array,
  from: number,
  count: number,
  integers: Int32Array,
  table: number,
  bytes: Uint8Array,
  blocks: number,
): void {
  for (let block = 0; block * 32 < count; block++) {
    const start = block * 32;
    let heads = 0;
    for (let k = 0; k < 32; k++) {
      const head = start + k < count && tail[from + start + k] === 0;
      integers[table / 4 + start + k] = head ? -1 : 0;
      if (head) heads++;
    }
    bytes[blocks + block] = heads === 0 ? 0 : heads === 32 ? 1 : 2;
  }
}

/** `1 - β T`, formed in double: of one row for all, or of each row of a part. SPEC X1. */
export function fillWeights(
  { beta, tail, classes }: CheckedSoftmax,
  singles: Float32Array,
  to: number,
  {
    start,
    count,
    from,
    width,
  }: { readonly start: number; readonly count: number; readonly from: number; readonly width: number },
): void {
  if (typeof beta === 'number') {
    const v = Math.max(1 - beta, beta < 1 ? SINGLE_LEAST : 0);
    for (let k = 0; k < width; k++) singles[to / 4 + k] = tail[from + k] === 0 ? 1 : v;
    return;
  }
  for (let n = 0; n < count; n++) {
    const row = beta.length !== classes ? (start + n) * classes + from : from;
    for (let k = 0; k < width; k++) {
      const v = tail[from + k] === 0 ? 1 : 1 - beta[row + k];
      singles[to / 4 + n * width + k] = v > 0 && v < SINGLE_LEAST ? SINGLE_LEAST : v;
    }
  }
}

/**
 * Tells of a row whether a weight of it is above 0 but too small for the kernels.
 *
 * β of 0 and 1 alone, and one β for all that leaves enough, are seen at once; only the others cost a look at each row.
 */
export function tinyWeights(checked: CheckedSoftmax): (row: number) => boolean {
  const { beta, tail, classes, targets } = checked;
  const labelled = targets === undefined;
  const perElement = typeof beta !== 'number' && beta.length !== classes;
  if (labelled && beta instanceof Uint8Array) return () => false;
  if (perElement) return (row) => hasTiny(checked, row, row * classes);
  // A weight of 0 becomes y with target rows.
  const isSuspect = (b: number) => 1 - b < TINY && (b < 1 || !labelled);
  const suspects = typeof beta === 'number' ? isSuspect(beta) : tail.some((t, k) => t === 1 && isSuspect(beta[k]));
  if (!suspects) return () => false;
  return labelled ? () => true : (row) => hasTiny(checked, row, 0);
}

function hasTiny({ beta, tail, classes, targets }: CheckedSoftmax, row: number, betaAt: number): boolean {
  for (let k = 0; k < classes; k++) {
    if (tail[k] === 0) continue;
    const v = 1 - (typeof beta === 'number' ? beta : beta[betaAt + k]);
    const y = targets === undefined ? 0 : targets[row * classes + k];
    const w = y === 0 ? v : v + (1 - v) * y;
    if (w > 0 && w < TINY) return true;
  }
  return false;
}
