// Which digits are learned from, few of most classes, and which judge, as many of each.

import { createRandom, shuffled } from '@eqloss/training/random';
import { CLASSES } from './digits.ts';

/** How many times more digits the largest class has than the smallest. */
const IMBALANCE = 100;
/** Digits of class 0, the largest. */
const LARGEST = 800;
/** Digits of each class in the test. */
export const TEST = 200;

/** Places of digits in the data; two parts without a common one. */
export interface Split {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** n_k = n_0 (1 / imbalance)^(k / (C - 1)), rounded: 800, 480, 288, 172, 103, 62, 37, 22, 13, 8. */
export function trainingSizes(): number[] {
  return Array.from({ length: CLASSES }, (_, k) => Math.round(LARGEST * IMBALANCE ** (-k / (CLASSES - 1))));
}

/**
 * Splits class by class, in an order that is drawn: first the test, then what is learned from.
 *
 * @param labels Of all digits.
 * @param seed The same draws the same parts.
 */
export function splitDigits(labels: Uint8Array, seed: number): Split {
  const split = { train: [] as number[], test: [] as number[] };
  for (const [label, size] of trainingSizes().entries()) {
    const own = Array.from(labels.keys()).filter((at) => labels[at] === label);
    const drawn = Array.from(shuffled(own.length, createRandom(seed, `digit ${label}`)), (i) => own[i]);
    split.test.push(...drawn.slice(0, TEST));
    split.train.push(...drawn.slice(TEST, TEST + size));
  }
  return split;
}
