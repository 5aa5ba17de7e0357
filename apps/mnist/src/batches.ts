// Which images a step sees. An image is four quarters, each of some digit; the GPU puts them together.

import { drawBeta } from '@eqloss/core';
import { createRandom, shuffled } from '@eqloss/training/random';
import type { Method } from './methods.ts';
import type { Task } from './task.ts';

/** γ, the probability of β = 1. */
export const GAMMA = 0.9;
/** Digits in a batch. */
const DIGITS = 64;
/** Background images in a batch, beside them. */
const BACKGROUND = 32;
/** Top left, top right, bottom left, bottom right. */
export const QUARTERS = 4;

/** Images, and what the loss must know of them. */
export interface Batch {
  /** The digit that each quarter is taken from. `[rows * QUARTERS]`. */
  readonly quarters: Float32Array;
  /** A class of each row; the number of classes for background. `[rows]`. */
  readonly labels: Int32Array;
  /** Softmax form. `[rows * classes]`, or one number for all. */
  readonly beta?: ArrayLike<number> | number;
}

/** Rows of every batch. */
export function rowsOf({ background }: Method): number {
  return DIGITS + (background ? BACKGROUND : 0);
}

/** Steps in an epoch; digits that fill no batch wait for the next shuffle. */
export function stepsOf({ trained }: Task): number {
  return Math.floor(trained / DIGITS);
}

/**
 * The batches of an epoch. Every method sees the same digits in the same batches; those with background see more rows.
 *
 * A background image has the quarters of four digits, and belongs to no class: SPEC D1. Drawn as often as they occur, in one
 * image of 30 all four show the same class.
 */
export function* batchesOf(task: Task, method: Method, seed: number, epoch: number): Generator<Batch> {
  const { trained, labels, gate } = task;
  const rows = rowsOf(method);
  const order = shuffled(trained, createRandom(seed, `epoch ${epoch}`));
  const random = createRandom(seed, `background ${epoch}`);
  for (let at = 0; at < stepsOf(task); at++) {
    const digits = order.subarray(at * DIGITS, (at + 1) * DIGITS);
    const mixed = Array.from({ length: (rows - DIGITS) * QUARTERS }, () => random.integer(trained));
    const step = epoch * stepsOf(task) + at;
    yield {
      quarters: Float32Array.of(...quartersOf(digits), ...mixed),
      labels: Int32Array.from({ length: rows }, (_, i) => (i < DIGITS ? labels[digits[i]] : gate.classes)),
      ...(method.form === 'softmax' && {
        beta: method.equalized ? drawBeta({ rows, classes: gate.classes, gamma: GAMMA, seed, step }) : 0,
      }),
    };
  }
}

/** Digits as they are: all quarters of one. */
export function quartersOf(digits: Int32Array): Float32Array {
  return Float32Array.from({ length: digits.length * QUARTERS }, (_, k) => digits[Math.floor(k / QUARTERS)]);
}
