// How well a head does: no gate, no draws, the largest logit wins. SPEC D5.

import type { Head } from './stack.ts';
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
export async function evaluate(task: Task, head: Head, examples: Examples): Promise<Scores> {
  return scoresOf(await answersOf(head, examples), examples.labels, task.groups);
}

/** The class that a head gives to each gloss. */
export async function answersOf({ predict }: Pick<Head, 'predict'>, { buckets }: Examples): Promise<Int32Array> {
  const answers = new Int32Array(buckets.length);
  for (let start = 0; start < buckets.length; start += BATCH) {
    answers.set(await predict(buckets.slice(start, start + BATCH)), start);
  }
  return answers;
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
