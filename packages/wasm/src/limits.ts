// Rows that single precision does not do for: core calculates them, in double.

import { type CheckedSigmoid, type CheckedSoftmax, kindOf } from '@eqloss/core';

// Below this an included logit can lie so far above those that make up the sum that z - m, rounded to single precision,
// costs more than SPEC N4 allows.
const TINY = 2 ** -20;

// Beyond this the share of a term, scale (Σ y) / D, may leave single precision though the gradient does not.
const LARGE = 2 ** 100;

// Where z >= 0 and y is nearly 1, (1 - y) z loses what y lost when it was cut to single precision. Elsewhere that is 2^-25 of
// a term that is as large itself.
const NEARLY_ONE = 0.97;
const LOST = 5e-7;

/**
 * Tells of a row whether the kernels cannot take it. It depends on the row and its weights and targets alone, so that how a
 * batch is cut shows in no bit.
 */
export function leftToHost(
  checked: CheckedSigmoid | CheckedSoftmax,
  logits: ArrayLike<number>,
): (row: number) => boolean {
  if (checked.form === 'sigmoid') return lossyTargets(checked, logits);
  const isTiny = tinyWeights(checked);
  const { rowWeights, divisor } = checked;
  return (row) => rowWeights[row] / divisor > LARGE || isTiny(row);
}

function lossyTargets({ targets, classes }: CheckedSigmoid, logits: ArrayLike<number>): (row: number) => boolean {
  if (targets === undefined || !/^(Float64)?Array$/.test(kindOf(targets))) return () => false;
  return (row) => {
    let lost = 0;
    for (let k = row * classes; k < (row + 1) * classes; k++) {
      const y = targets[k];
      if (y > NEARLY_ONE && y < 1 && logits[k] > 0) lost += Math.abs(y - Math.fround(y)) * logits[k];
    }
    return lost > LOST;
  };
}

/**
 * Whether a weight of a row is above 0 but too small for the kernels.
 *
 * β of 0 and 1 alone, and one β for all that leaves enough, are seen at once; only the others cost a look at each row.
 */
function tinyWeights(checked: CheckedSoftmax): (row: number) => boolean {
  const { beta, tail, classes, targets, perElement } = checked;
  const labelled = targets === undefined;
  if (labelled && kindOf(beta) === 'Uint8Array') return () => false;
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
