// What is learned: a long tail of digits, and how often each class occurs in it.

import { createGate, frequenciesFromCounts, type Gate } from '@eqloss/core';
import type { Group } from '@eqloss/training/scores';
import { type Digits, PIXELS } from './digits.ts';
import { splitDigits, trainingSizes } from './split.ts';

/** λ: classes with less than this share of the training digits are tail. 6 to 9 are, with 4 % of the digits. */
export const THRESHOLD = 0.02;
/** Classes with at least this share are head: 0, 1 and 2. */
const HEAD_SHARE = 0.1;

/** Everything that the methods have in common. */
export interface Task extends Digits {
  /** How many of the digits, the first ones, are learned from; the others are the test. */
  readonly trained: number;
  /** How many of each class are learned from. */
  readonly counts: readonly number[];
  /** Withholds gradients from the tail. */
  readonly gate: Gate;
  /** Withholds nothing: with it the loss is plain cross-entropy. */
  readonly openGate: Gate;
  /** Of each class; tail is what the gate withholds. */
  readonly groups: readonly Group[];
}

/**
 * Splits the digits, keeps those that are used, and builds the gate from the sizes of the training part.
 *
 * @param seed Draws which digits of a class are learned from, and which judge.
 */
export function createTask(digits: Digits, seed: number): Task {
  const { train, test } = splitDigits(digits.labels, seed);
  const used = [...train, ...test];
  const pixels = new Float32Array(used.length * PIXELS);
  for (const [i, at] of used.entries()) {
    pixels.set(digits.pixels.subarray(at * PIXELS, (at + 1) * PIXELS), i * PIXELS);
  }
  const counts = trainingSizes();
  const frequencies = frequenciesFromCounts(counts, train.length);
  const gate = createGate(frequencies, { threshold: THRESHOLD });
  return {
    pixels,
    labels: Uint8Array.from(used, (at) => digits.labels[at]),
    trained: train.length,
    counts,
    gate,
    openGate: createGate(frequencies, { threshold: 0 }),
    groups: Array.from(frequencies, (f, j) => (gate.tail[j] === 1 ? 'tail' : f < HEAD_SHARE ? 'mid' : 'head')),
  };
}
