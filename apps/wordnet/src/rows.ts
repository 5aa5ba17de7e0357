// Sparse rows as dense matrices, which is what matrix products take.

/** An array of a wanted length, all zero; the same memory each time, since zeroing takes less than allocating. */
export type Memory = (length: number) => Float32Array;

/** Creates memory that grows as it must. */
export function createMemory(): Memory {
  let memory = new Float32Array(0);
  return (length) => {
    if (memory.length < length) memory = new Float32Array(length);
    return memory.subarray(0, length).fill(0);
  };
}

/**
 * Writes rows of features of length 1: 1 / sqrt(buckets of the row) in each of its buckets.
 *
 * @param into All zero.
 * @param strides How far apart in `into` two rows and two buckets are.
 */
export function writeRows(
  into: Float32Array,
  bucketsOfRows: readonly Int32Array[],
  strides: { readonly row: number; readonly bucket: number },
): void {
  for (const [row, found] of bucketsOfRows.entries()) {
    const share = 1 / Math.sqrt(found.length);
    for (const bucket of found) into[row * strides.row + bucket * strides.bucket] = share;
  }
}
