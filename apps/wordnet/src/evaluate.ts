// How well a head does: no gate, no draws, the largest logit wins. SPEC D5.

import { type Scores, scoresOf } from '@eqloss/training/scores';
import type { Head } from './stack.ts';
import type { Examples, Task } from './task.ts';
import { BATCH } from './train.ts';

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
