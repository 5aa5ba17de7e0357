// Trains and judges every method that a run asks for.

import type { Progress } from '@eqloss/training/progress';
import type { Trial } from '@eqloss/training/table';
import { evaluate } from './evaluate.ts';
import type { Method } from './methods.ts';
import type { Options } from './options.ts';
import type { Stack } from './stack.ts';
import type { Task } from './task.ts';
import { stepsOf, trainHead } from './train.ts';

/** One trained head. */
export interface HeadTrial extends Trial {
  readonly method: Method;
  readonly seed: number;
  readonly rate: number;
}

/** Steps that a run takes. */
export function countSteps(task: Task, { methods, seeds, epochs, rates }: Options): number {
  return methods.length * seeds.length * (rates?.length ?? 1) * epochs * stepsOf(task);
}

/**
 * Trains each method, from each seed, at each rate.
 *
 * Scores are those on the test part; when there are rates to choose from, those on the validation part.
 */
export async function runTrials(stack: Stack, task: Task, options: Options, progress: Progress): Promise<HeadTrial[]> {
  const { methods, seeds, epochs, rates } = options;
  const trials: HeadTrial[] = [];
  for (const method of methods) {
    for (const rate of rates ?? [method.rate]) {
      for (const seed of seeds) {
        progress.begin(method.title);
        const start = performance.now();
        const head = await trainHead(stack, task, method, { seed, epochs, rate, onStep: progress.step });
        const seconds = (performance.now() - start) / 1000;
        const scores = await evaluate(task, head, rates === undefined ? task.test : task.validation);
        await head.release();
        // A rate is told where there is a choice.
        const title = rates === undefined ? method.title : `${method.title}, ${rate}`;
        trials.push({ title, method, seed, rate, seconds, scores });
      }
    }
  }
  return trials;
}
