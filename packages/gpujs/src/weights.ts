// The weights of the softmax form, as its kernels take them: in double until they are rounded once. SPEC X1.

import type { CheckedSoftmax } from '@eqloss/core';

// Down to here a sum of terms has a logarithm of a few, which costs no digits; a β of 0.999 stays above.
const SMALL = 2 ** -10;

/** Whether weights come one an entry rather than one a class. */
export function isPerEntry({ targets, perElement }: CheckedSoftmax): boolean {
  return targets !== undefined || perElement;
}

/** Whether some weight but 0 is so small that it goes as weight e^shift. */
export function needsShifts(checked: CheckedSoftmax): boolean {
  const { rows, classes, beta } = checked;
  // w >= 1 - β.
  if (typeof beta === 'number' && 1 - beta >= SMALL) return false;
  for (let i = 0; i < (isPerEntry(checked) ? rows : 1); i++) {
    for (let j = 0; j < classes; j++) {
      const w = weightAt(checked, i, j);
      if (w > 0 && w < SMALL) return true;
    }
  }
  return false;
}

/**
 * w = weight e^shift of every class, with index labels the weight of an entry that is not the label; of every entry where β
 * or the labels come so.
 *
 * @param weights `[classes]` or `[rows * classes]`. @param shifts Of the same size: whole numbers <= 0; left out where
 * {@link needsShifts} finds none.
 */
export function fillWeights(checked: CheckedSoftmax, weights: Float32Array, shifts: Float32Array | undefined): void {
  const { classes } = checked;
  for (let i = 0, k = 0; k < weights.length; i++) {
    for (let j = 0; j < classes; j++, k++) {
      const w = weightAt(checked, i, j);
      const shift = w > 0 && w < SMALL ? Math.ceil(Math.log(w)) : 0;
      // In two steps: of the smallest double, e^-shift is beyond the largest.
      weights[k] = shift === 0 ? w : w * Math.exp(-shift / 2) * Math.exp(-shift / 2);
      if (shifts !== undefined) shifts[k] = shift;
    }
  }
}

/** w = 1 - β T (1 - y) = v + (1 - v) y with v = 1 - β T, which keeps a small y. */
function weightAt({ classes, tail, beta, perElement, targets }: CheckedSoftmax, i: number, j: number): number {
  const v = 1 - (typeof beta === 'number' ? beta : beta[perElement ? i * classes + j : j]) * tail[j];
  return targets === undefined ? v : v + (1 - v) * targets[i * classes + j];
}
