// Rows that single precision does not do for: core calculates them, in double.

import { type CheckedSigmoid, type CheckedSoftmax, type DrawnBeta, kindOf, MIXED } from '@eqloss/core';
import { betaOfRow } from './draws.ts';

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
  draws: DrawnBeta | undefined,
): (row: number) => boolean {
  if (checked.form === 'sigmoid') return lossyTargets(checked, logits);
  const isTiny = tinyWeights(checked, draws);
  const { rowWeights, divisor } = checked;
  return (row) => rowWeights[row] / divisor > LARGE || isTiny(row);
}

function lossyTargets(
  { targets, positives, classes }: CheckedSigmoid,
  logits: ArrayLike<number>,
): (row: number) => boolean {
  if (targets === undefined || !/^(Float64)?Array$/.test(kindOf(targets))) return () => false;
  return (row) => {
    if (positives?.[row] !== MIXED) return false;
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
function tinyWeights(checked: CheckedSoftmax, draws: DrawnBeta | undefined): (row: number) => boolean {
  const { beta, tail, targets, positives, perElement } = checked;
  const isMixed = (row: number) => positives?.[row] === MIXED;
  if (draws !== undefined) return (row) => isMixed(row) && hasTinyTarget(checked, row, draws);
  if (kindOf(beta) === 'Uint8Array') return (row) => isMixed(row) && hasTiny(checked, row, beta, targets);
  if (perElement) return (row) => hasTiny(checked, row, beta, isMixed(row) ? targets : undefined);
  const some = (isSuspect: (b: number) => boolean) =>
    typeof beta === 'number' ? isSuspect(beta) : tail.some((t, k) => t === 1 && isSuspect(beta[k]));
  const labelled = some((b) => b < 1 && 1 - b < TINY);
  // A weight of 0 becomes y with target rows.
  const mixed = targets !== undefined && (labelled || some((b) => b === 1));
  if (!labelled && !mixed) return () => false;
  return (row) => (isMixed(row) ? mixed && hasTiny(checked, row, beta, targets) : labelled);
}

/** β is known only when it is drawn, which only a tiny target of a tail class makes worth it. */
function hasTinyTarget({ tail, classes, targets = [] }: CheckedSoftmax, row: number, draws: DrawnBeta): boolean {
  const isTiny = (y: number) => y > 0 && y < TINY;
  if (!tail.some((t, k) => t === 1 && isTiny(targets[row * classes + k]))) return false;
  return hasTiny({ tail, classes, perElement: false }, row, betaOfRow(draws, row, classes), targets);
}

/** @param targets Undefined for a row whose weights are those of negatives, but for the label's. */
function hasTiny(
  { tail, classes, perElement }: Pick<CheckedSoftmax, 'tail' | 'classes' | 'perElement'>,
  row: number,
  beta: number | ArrayLike<number>,
  targets: ArrayLike<number> | undefined,
): boolean {
  const start = row * classes;
  for (let k = 0; k < classes; k++) {
    if (tail[k] === 0) continue;
    const v = 1 - (typeof beta === 'number' ? beta : beta[perElement ? start + k : k]);
    const y = targets === undefined ? 0 : targets[start + k];
    const w = y === 0 ? v : v + (1 - v) * y;
    if (w > 0 && w < TINY) return true;
  }
  return false;
}
