// What is learned: texts as features, their classes, and how often each class occurs.

import { createGate, frequenciesFromCounts, type Gate } from '@eqloss/core';
import type { Group } from '@eqloss/training/scores';
import { bucketsOf } from './features.ts';
import { countLabels, type Gloss } from './glosses.ts';
import { type Split, splitGlosses } from './split.ts';

/** λ: classes with less than this share of the glosses are tail. 12 of 45 are, with 3 % of the glosses. */
export const THRESHOLD = 0.005;
/** γ, the probability of β = 1. */
export const GAMMA = 0.9;
/** Classes with at least this share of the glosses are head: 10. */
const HEAD_SHARE = 0.03;

/** Glosses ready to be learned from. */
export interface Examples {
  /** Buckets of each gloss. */
  readonly buckets: readonly Int32Array[];
  readonly labels: Int32Array;
}

/** Everything that the methods have in common. */
export interface Task {
  /** Width of a row of features. */
  readonly buckets: number;
  readonly classes: number;
  /** The training part as words, for the background. */
  readonly glosses: readonly Gloss[];
  readonly train: Examples;
  readonly validation: Examples;
  readonly test: Examples;
  /** f: each class's share of the training part. They sum to 1. */
  readonly frequencies: Float64Array;
  readonly gate: Gate;
  /** Of each class; tail is what the gate withholds. */
  readonly groups: readonly Group[];
}

/** How a task is made smaller, for tests. */
export interface TaskOptions {
  /** Width of a row of features. Default 4096. */
  readonly buckets?: number;
  /** Every how many-th gloss of the training part is learned from. Default 1. */
  readonly every?: number;
}

/** Splits the glosses, hashes their words, and builds the gate from the shares of the training part. */
export function createTask(glosses: readonly Gloss[], { buckets = 4096, every = 1 }: TaskOptions = {}): Task {
  const split: Split = splitGlosses(glosses);
  const train = split.train.filter((_, at) => at % every === 0);
  const examples = (part: readonly Gloss[]): Examples => ({
    buckets: part.map(({ words }) => bucketsOf(words, buckets)),
    labels: Int32Array.from(part, ({ label }) => label),
  });
  const frequencies = frequenciesFromCounts(countLabels(train), train.length);
  const gate = createGate(frequencies, { threshold: THRESHOLD });
  return {
    buckets,
    classes: gate.classes,
    glosses: train,
    train: examples(train),
    validation: examples(split.validation),
    test: examples(split.test),
    frequencies,
    gate,
    groups: Array.from(frequencies, (f, j) => (gate.tail[j] === 1 ? 'tail' : f < HEAD_SHARE ? 'mid' : 'head')),
  };
}
