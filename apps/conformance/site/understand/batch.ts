// A small batch drawn from the counts, and what the loss does to each of its entries.

import { drawBeta, type Form, type Gate, prepareSigmoid, prepareSoftmax } from '@eqloss/core';
import { createRandom, type Random } from '@eqloss/training/random';
import type { Ranked } from './gate-model.ts';

/** Rows, and the classes that are shown as columns. */
export interface DrawnBatch {
  /** Classes by falling frequency; every label is among them. */
  readonly columns: readonly number[];
  /** Of each row: a class, or -1 for background. */
  readonly labels: readonly number[];
}

/** How β of the softmax form comes about. SPEC X5. */
export interface BetaChoice {
  readonly kind: 'drawn' | 'fixed';
  /** γ, or β itself. */
  readonly value: number;
}

/** One entry of the batch. The letters are those of SPEC.md. */
export interface Entry {
  /** E: 1 on a row of a class. Sigmoid only: 1 in the softmax form. */
  readonly foreground: 0 | 1;
  /** T. */
  readonly tail: 0 | 1;
  /** y. */
  readonly label: 0 | 1;
  /** β; 1 in the sigmoid form. */
  readonly beta: number;
  /** w: the share of the gradient that is kept. */
  readonly weight: number;
}

/** Of the rows that have a class, those whose class is drawn with the same probability for all. */
const EVEN_ROWS = 2;

/**
 * Draws rows and picks columns.
 *
 * Most labels are drawn as often as the classes occur, the last {@link EVEN_ROWS} evenly, so that rare classes are seen as
 * labels at all. Columns are the labels and, up to `columns`, classes at even distances of rank; none depends on λ.
 *
 * @param sizes `background` of the `rows` have no class.
 */
export function drawBatch(
  ranked: Ranked,
  sizes: { readonly rows: number; readonly background: number; readonly columns: number },
  seed: number,
): DrawnBatch {
  const classes = ranked.counts.length;
  const random = createRandom(seed, 'batch');
  const drawn: number[] = [];
  const sums = runningSums(ranked.counts);
  for (let i = sizes.background; i < sizes.rows; i++) {
    drawn.push(i < sizes.rows - EVEN_ROWS ? drawByCount(sums, random) : random.integer(classes));
  }
  const columns = new Set(drawn);
  const free = ranked.order.filter((j) => !columns.has(j));
  const wanted = Math.min(free.length, Math.max(0, sizes.columns - columns.size));
  for (let k = 0; k < wanted; k++) {
    columns.add(free[wanted === 1 ? 0 : Math.round((k / (wanted - 1)) * (free.length - 1))]);
  }
  return {
    columns: [...ranked.order].filter((j) => columns.has(j)),
    labels: [...drawn, ...Array.from({ length: sizes.background }, () => -1)],
  };
}

/** Every entry, row after row of `[rows][columns]`. */
export function entriesOf(
  batch: DrawnBatch,
  gate: Gate,
  form: Form,
  choice: BetaChoice,
  seed: number,
): readonly (readonly Entry[])[] {
  const shown: Gate = {
    ...gate,
    classes: batch.columns.length,
    tail: Uint8Array.from(batch.columns, (j) => gate.tail[j]),
  };
  return form === 'sigmoid' ? sigmoidEntries(batch, shown) : softmaxEntries(batch, shown, choice, seed);
}

/** Says in words why an entry has its weight. */
export function entryWords({ foreground, tail, label, beta, weight }: Entry, form: Form): string {
  if (label === 1) return 'It is the label: its gradient is always kept.';
  if (foreground === 0) return 'The row is background: it may push every class down, so nothing is withheld.';
  if (tail === 0) return 'It is a head class: nothing is withheld from it.';
  if (form === 'sigmoid')
    return 'It is a tail class, and the row belongs to another class: the loss withholds this negative gradient.';
  if (weight === 1) return 'It is a tail class, but β is 0 here: this negative gradient is kept.';
  if (beta === 1)
    return 'It is a tail class, the row belongs to another class, and β is 1: the loss leaves the entry out.';
  return `It is a tail class, the row belongs to another class, and β is ${beta}: it counts ${weight} times in the sum.`;
}

function sigmoidEntries({ columns, labels }: DrawnBatch, gate: Gate): Entry[][] {
  const classes = columns.length;
  const places = labels.map((label) => (label === -1 ? classes : columns.indexOf(label)));
  const { foreground, tail } = prepareSigmoid([labels.length, classes], { gate, labels: places });
  return places.map((place, i) =>
    columns.map((_, k) => {
      const label = bit(k === place);
      const weight = 1 - foreground[i] * tail[k] * (1 - label); // SPEC S1
      return { foreground: bit(foreground[i] === 1), tail: bit(tail[k] === 1), label, beta: 1, weight };
    }),
  );
}

function softmaxEntries({ columns, labels }: DrawnBatch, gate: Gate, choice: BetaChoice, seed: number): Entry[][] {
  const classes = columns.length;
  const rows = labels.length;
  const { kind, value } = choice;
  const beta = kind === 'fixed' ? undefined : drawBeta({ rows, classes, gamma: value, seed, step: 0 });
  const places = labels.map((label) => columns.indexOf(label));
  const { negativeWeights, perElement } = prepareSoftmax([rows, classes], {
    gate,
    labels: places,
    beta: beta ?? value,
  });
  return places.map((place, i) =>
    columns.map((_, k) => {
      const label = bit(k === place);
      const negative = negativeWeights[perElement ? i * classes + k : k];
      const weight = negative + (1 - negative) * label; // SPEC X1
      return { foreground: 1, tail: bit(gate.tail[k] === 1), label, beta: beta?.[i * classes + k] ?? value, weight };
    }),
  );
}

function bit(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

function runningSums(counts: Float64Array): Float64Array {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum;
  });
}

/** A class, as often as it occurs. */
function drawByCount(sums: Float64Array, random: Random): number {
  const at = random.integer(sums[sums.length - 1]);
  return sums.findIndex((sum) => at < sum);
}
