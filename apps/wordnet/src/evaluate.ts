// How well a head does: no gate, no draws, the largest logit wins. SPEC D5.

import * as tf from '@tensorflow/tfjs';
import { createRowMaker, type Head, logitsOf } from './head.ts';
import type { Examples, Group, Task } from './task.ts';
import { BATCH } from './train.ts';

/** Shares in [0, 1]. */
export interface Scores {
  /** Glosses whose class has the largest logit. */
  readonly accuracy: number;
  /** The same among the glosses of a group of classes. */
  readonly tail: number;
  readonly mid: number;
  readonly head: number;
  /** Recall of each class, averaged over the classes. */
  readonly balanced: number;
}

/** Scores a head on glosses that it has not seen. */
export function evaluate(task: Task, head: Head, examples: Examples): Scores {
  return scoresOf(predict(task, head, examples), examples.labels, task.groups);
}

/**
 * Counts right answers.
 *
 * @param answers One class a row.
 * @param labels The right ones.
 * @param groups Of each class.
 */
export function scoresOf(answers: ArrayLike<number>, labels: ArrayLike<number>, groups: readonly Group[]): Scores {
  const right = groups.map(() => 0);
  const rows = groups.map(() => 0);
  for (let i = 0; i < labels.length; i++) {
    rows[labels[i]]++;
    if (answers[i] === labels[i]) right[labels[i]]++;
  }
  const share = (isIn: (label: number) => boolean): number => {
    const sum = (counts: readonly number[]) => counts.reduce((total, count, j) => total + (isIn(j) ? count : 0), 0);
    return sum(right) / sum(rows);
  };
  const seen = rows.flatMap((count, j) => (count > 0 ? [right[j] / count] : []));
  return {
    accuracy: share(() => true),
    tail: share((j) => groups[j] === 'tail'),
    mid: share((j) => groups[j] === 'mid'),
    head: share((j) => groups[j] === 'head'),
    balanced: seen.reduce((total, recall) => total + recall, 0) / seen.length,
  };
}

function predict(task: Task, head: Head, { buckets }: Examples): Int32Array {
  const answers = new Int32Array(buckets.length);
  const toRows = createRowMaker(task.buckets, BATCH);
  for (let start = 0; start < buckets.length; start += BATCH) {
    const found = tf.tidy(() => {
      const rows = toRows(buckets.slice(start, start + BATCH));
      return tf.argMax(logitsOf(head, rows), 1).dataSync();
    });
    answers.set(found, start);
  }
  return answers;
}
