// What the plots and the words say about a threshold λ. Every comparison is core's.

import {
  createGate,
  diagnose,
  type Finding,
  type Form,
  frequenciesFromCounts,
  type Gate,
  orderByFrequency,
  tailRatio,
  thresholdForTailRatio,
} from '@eqloss/core';
import type { ClassCounts } from './counts.ts';

/** Classes by falling frequency; equal ones keep their order. */
export interface Ranked extends ClassCounts {
  /** n, the number of all images. */
  readonly total: number;
  /** f, in the order of `counts`. */
  readonly frequencies: Float64Array;
  /** The class at each rank: `order[rank] = class`, ranks from 0. */
  readonly order: Int32Array;
  /** Every λ at which a class changes sides, rising: each frequency that occurs, and the least λ with no head class. */
  readonly steps: readonly number[];
}

/** A gate, and what it does to the data set. */
export interface Cut {
  readonly gate: Gate;
  readonly tailClasses: number;
  /** Share of all occurrences. */
  readonly tailRatio: number;
  /** The least whole count that is head. */
  readonly leastHead: number;
}

/**
 * Ranks classes and finds the steps of λ.
 *
 * @param total n, at least the largest count. Judged by `problemOfTotal`.
 */
export function rank({ names, counts }: ClassCounts, total: number): Ranked {
  const frequencies = frequenciesFromCounts(counts, total);
  const { order } = orderByFrequency(frequencies);
  const steps: number[] = [];
  for (const j of order) if (frequencies[j] !== steps.at(-1)) steps.push(frequencies[j]);
  steps.reverse().push(thresholdForTailRatio(counts, total, 1).threshold);
  return { names, counts, total, frequencies, order, steps };
}

/** The gate at λ with its tail. */
export function cutAt(ranked: Ranked, threshold: number): Cut {
  const gate = createGate(ranked.frequencies, { threshold });
  let tailClasses = 0;
  for (const t of gate.tail) tailClasses += t;
  return {
    gate,
    tailClasses,
    tailRatio: tailRatio(ranked.counts, gate),
    leastHead: leastHead(threshold, ranked.total),
  };
}

/** λ as the frequency of k images: a class with k images is head, one with fewer is tail. */
export function thresholdOfImages(images: number, total: number): number {
  return frequenciesFromCounts([images], total)[0];
}

/** The least whole count that is head at λ. */
export function leastHead(threshold: number, total: number): number {
  const isTail = (count: number): boolean =>
    createGate(frequenciesFromCounts([count], total), { threshold }).tail[0] === 1;
  // The product is rounded: the quotient of the count beside it may be the one that reaches λ.
  let count = Math.max(0, Math.round(threshold * total) - 1);
  while (isTail(count)) count++;
  return count;
}

/** λ that many steps further; stays within the steps. Between two steps, the next one in that direction is one away. */
export function moveThreshold(steps: readonly number[], threshold: number, by: number): number {
  const above = steps.findIndex((step) => step > threshold);
  const next = above === -1 ? steps.length : above;
  if (next === 0 && by < 0) return threshold; // lower than every step already
  const at = by > 0 ? next - 1 : steps[next - 1] === threshold ? next - 1 : next;
  return steps[Math.min(steps.length - 1, Math.max(0, at + by))];
}

/** What {@link adviceFor} looks at, beside the cut. */
export interface Setup {
  readonly form: Form;
  /** Whether rows of no class are in the epoch. */
  readonly background: boolean;
  /** γ of the draws, or the fixed β. */
  readonly beta: number;
}

/** Core's findings about this set-up. */
export function adviceFor({ counts }: Ranked, { gate }: Cut, { form, background, beta }: Setup): readonly Finding[] {
  if (form === 'softmax') return diagnose({ form, gate, counts, beta });
  // One row of a class stands for all rows of classes.
  return diagnose({ form, gate, counts, labels: background ? [0, gate.classes] : [0] });
}
