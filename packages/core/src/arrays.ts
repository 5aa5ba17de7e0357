// What arrays are, and how long sums of them are made.

/**
 * The kind of an array, also of one from another realm (a frame, a worker's context), where `instanceof` fails.
 *
 * @returns `Float64Array`, `Uint8Array`, …, or `Array` for a plain one; else what `typeof` says.
 */
export function kindOf(values: unknown): string {
  if (ArrayBuffer.isView(values))
    return (values as unknown as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag];
  return Array.isArray(values) ? 'Array' : values === null ? 'null' : typeof values;
}

/**
 * Σ values[k] for k in [start, end), in blocks of 128.
 *
 * The relative error of a sum of terms of one sign is at most (128 + n / 128) 2^-53 instead of n 2^-53: 1e-13 for
 * 100,000 terms. Unlike a compensated sum it needs no care with infinities.
 */
export function sumOf(values: ArrayLike<number>, start: number, end: number): number {
  let total = 0;
  for (let from = start; from < end; from += 128) {
    const to = Math.min(from + 128, end);
    let block = 0;
    for (let k = from; k < to; k++) block += values[k];
    total += block;
  }
  return total;
}
