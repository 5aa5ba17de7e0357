// The start value of a classification head. SPEC D5.

/**
 * The bias with which a sigmoid head should start: `-log((1 - p) / p)`.
 *
 * Every class then starts at probability p, so that the many negatives of the first steps do not swamp the loss.
 *
 * @param probability p, in (0, 1). The authors use 0.001.
 * @returns The logit of p: -6.906754778648554 for 0.001.
 * @throws {RangeError} when p is not strictly between 0 and 1.
 */
export function priorBias(probability = 0.001): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`probability is ${probability}; it must be strictly between 0 and 1.`);
  }
  return Math.log(probability) - Math.log1p(-probability);
}
