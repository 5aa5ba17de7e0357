// How doubles become single precision without changing what they mean: for adapters of engines that have nothing wider.

import type { PreparedBatch } from './batch.ts';
import { EqlError } from './errors.ts';

/** The smallest number that no device takes for 0: what is above 0 in double is this at least in single precision. */
export const SMALLEST_NORMAL: number = 2 ** -126;

/**
 * Values >= 0 in single precision. What is above 0 stays above 0, and normal: a tiny target or weight still includes its
 * entry. SPEC N1, N2.
 *
 * @param values Any shape; within single precision, see {@link checkSingle}.
 */
export function toSingle(values: ArrayLike<number>): Float32Array {
  const result = new Float32Array(values.length);
  for (let k = 0; k < result.length; k++) {
    result[k] = values[k] > 0 && values[k] < SMALLEST_NORMAL ? SMALLEST_NORMAL : values[k];
  }
  return result;
}

/**
 * Refuses a batch whose row weights, divisor, or quotients of both lie beyond single precision.
 *
 * @throws {EqlError} `UNSUPPORTED`
 */
export function checkSingle({ rowWeights, divisor }: Pick<PreparedBatch, 'rowWeights' | 'divisor'>): void {
  if (divisor < SMALLEST_NORMAL || isTooLarge(divisor)) {
    throw new EqlError('UNSUPPORTED', `normalizer is ${divisor}, out of the range of single precision.`);
  }
  for (let i = 0; i < rowWeights.length; i++) {
    if (isTooLarge(rowWeights[i]) || isTooLarge(rowWeights[i] / divisor)) {
      throw new EqlError(
        'UNSUPPORTED',
        `rowWeights[${i}] is ${rowWeights[i]}, by the divisor ${rowWeights[i] / divisor}: too large for single precision.`,
      );
    }
  }
}

function isTooLarge(value: number): boolean {
  return Math.fround(value) === Infinity;
}
