// Trains and judges every method that a run asks for.

import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { evaluate } from './evaluate.ts';
import type { Backend, Options } from './options.ts';
import type { Progress } from './progress.ts';
import type { Trial } from './table.ts';
import type { Task } from './task.ts';
import { stepsOf, trainHead } from './train.ts';

/** Makes the backend the one that computes. @throws {Error} when it does not start. */
export async function startBackend(backend: Backend): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend of TensorFlow.js does not start`);
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
export async function runTrials(task: Task, options: Options, progress: Progress): Promise<Trial[]> {
  const { methods, seeds, epochs, rates } = options;
  const trials: Trial[] = [];
  for (const method of methods) {
    for (const rate of rates ?? [method.rate]) {
      for (const seed of seeds) {
        progress.begin(method.title);
        const head = await trainHead(task, method, { seed, epochs, rate, onStep: progress.step });
        const scores = evaluate(task, head, rates === undefined ? task.test : task.validation);
        head.dispose();
        trials.push({ method, seed, rate, scores });
      }
    }
  }
  return trials;
}
