// The gradient that each class receives in one pass over the data, from core's own losses.

import { drawBeta, type Form, type Gate, priorBias, sigmoidEql, softmaxEql } from '@eqloss/core';
import type { BetaChoice } from './batch.ts';

/** A model that ignores its input: one logit a class. */
export type Model = 'start' | 'rest';

/** A pass over the data. */
export interface Epoch {
  readonly form: Form;
  /** n `[classes]`: each class is the label of so many rows. */
  readonly counts: Float64Array;
  /** Rows of no class for each row of a class. Sigmoid only. */
  readonly background: number;
  readonly model: Model;
}

/** What the classes receive, summed over the pass. All >= 0, `[classes]`. */
export interface ClassGradients {
  /** Upwards, from the rows of the class itself. */
  readonly positive: Float64Array;
  /** Downwards, from the rows of the other classes and of none. */
  readonly negative: Float64Array;
  /** The part of `negative` that comes from rows of no class. */
  readonly fromBackground: Float64Array;
}

/** Rows of which a drawn β needs many, so that every class sees enough draws; a class has at least one. */
const DRAWN_ROWS = 4096;

/** Entries of one call of the loss: about a millisecond. */
const CHUNK = 65_536;

/**
 * The logits of a model that ignores its input.
 *
 * - `start`: as a head starts, `priorBias()` in the sigmoid form, 0 in the softmax form (SPEC D5).
 * - `rest`: where plain cross-entropy comes to rest: the probability of a class is its share of the rows.
 */
export function logitsOf({ form, counts, background, model }: Epoch): Float64Array {
  if (model === 'start') return counts.map(() => (form === 'sigmoid' ? priorBias() : 0));
  const labelled = counts.reduce((sum, count) => sum + count, 0);
  if (form === 'softmax') return counts.map((count) => Math.log(count / labelled));
  const rows = labelled * (1 + background);
  return counts.map((count) => Math.log(count / (rows - count)));
}

/**
 * Sums the gradient over the pass, a piece at a time: each `next()` takes about a millisecond and yields the share done.
 *
 * A row's gradient depends on its label alone, for the logits are the same on every row. So a class has one row, weighted by its
 * count (SPEC R3), and the sum is that of the whole pass. Only drawn β makes rows of one class differ: then the classes
 * share about 4096 rows, each at least one, whose weights add up to the count.
 *
 * @param gate Without tail classes: plain cross-entropy.
 * @param choice Read by the softmax form alone.
 */
export function* sumGradients(
  epoch: Epoch,
  gate: Gate,
  choice: BetaChoice,
  seed: number,
): Generator<number, ClassGradients> {
  const { form, counts } = epoch;
  const classes = counts.length;
  const sums = {
    positive: new Float64Array(classes),
    negative: new Float64Array(classes),
    fromBackground: new Float64Array(classes),
  };
  const drawn = form === 'softmax' && choice.kind === 'drawn' && gate.tail.includes(1);
  const { labels, weights } = rowsOf(epoch, drawn ? DRAWN_ROWS : 0);
  const height = Math.max(1, Math.floor(CHUNK / classes));
  const logits = tiled(logitsOf(epoch), Math.min(height, labels.length));
  for (let from = 0; from < labels.length; from += height) {
    const part = labels.subarray(from, from + height);
    const rows = part.length;
    const batch = {
      gate,
      labels: part,
      rowWeights: weights.subarray(from, from + height),
      logits: logits.subarray(0, rows * classes),
    };
    const options = { reduction: 'sum', precision: 'single' } as const;
    const beta = drawn
      ? drawBeta({ rows, classes, gamma: choice.value, seed, step: 0, rowOffset: from })
      : choice.value;
    const { gradient } = form === 'sigmoid' ? sigmoidEql(batch, options) : softmaxEql({ ...batch, beta }, options);
    addRows(gradient, part, sums);
    yield Math.min(1, (from + rows) / labels.length);
  }
  return sums;
}

/** Downwards over upwards: 1 is balance. Infinity without any upwards; NaN with neither. */
export function pressure({ positive, negative }: ClassGradients, j: number): number {
  return negative[j] / positive[j];
}

/** Labels, and how many rows of the data each stands for. */
function rowsOf(
  { form, counts, background }: Epoch,
  wanted: number,
): { readonly labels: Int32Array; readonly weights: Float64Array } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const labels: number[] = [];
  const weights: number[] = [];
  counts.forEach((count, j) => {
    const rows = count === 0 ? 0 : Math.max(1, Math.round((wanted * count) / total));
    for (let i = 0; i < rows; i++) {
      labels.push(j);
      weights.push(count / rows);
    }
  });
  if (form === 'sigmoid' && background > 0) {
    labels.push(counts.length);
    weights.push(background * total);
  }
  return { labels: Int32Array.from(labels), weights: Float64Array.from(weights) };
}

function tiled(row: Float64Array, rows: number): Float64Array {
  const tiles = new Float64Array(rows * row.length);
  for (let i = 0; i < rows; i++) tiles.set(row, i * row.length);
  return tiles;
}

function addRows(
  gradient: Float32Array,
  labels: Int32Array,
  { positive, negative, fromBackground }: ClassGradients,
): void {
  const classes = positive.length;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    for (let j = 0, at = i * classes; j < classes; j++, at++) {
      if (j === label) positive[j] -= gradient[at];
      else negative[j] += gradient[at];
      if (label === classes) fromBackground[j] += gradient[at];
    }
  }
}
