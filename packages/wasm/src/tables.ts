// What the kernels know of classes: masks of the sigmoid form, weights of the softmax form.

import { type CheckedSoftmax, kindOf, SMALLEST_NORMAL } from '@eqloss/core';

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
  { beta, tail, classes, perElement }: CheckedSoftmax,
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
    const v = Math.max(1 - beta, beta < 1 ? SMALLEST_NORMAL : 0);
    for (let k = 0; k < width; k++) singles[to / 4 + k] = tail[from + k] === 0 ? 1 : v;
    return;
  }
  if (perElement && kindOf(beta) === 'Uint8Array') {
    for (let n = 0; n < count; n++) {
      const drawn = beta as Uint8Array;
      const row = (start + n) * classes + from;
      const out = to / 4 + n * width;
      for (let k = 0; k < width; k++) singles[out + k] = 1 - tail[from + k] * drawn[row + k];
    }
    return;
  }
  for (let n = 0; n < count; n++) {
    const row = perElement ? (start + n) * classes + from : from;
    for (let k = 0; k < width; k++) {
      const v = tail[from + k] === 0 ? 1 : 1 - beta[row + k];
      singles[to / 4 + n * width + k] = v > 0 && v < SMALLEST_NORMAL ? SMALLEST_NORMAL : v;
    }
  }
}
