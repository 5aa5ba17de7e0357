// The training loop, the same for all methods and stacks.

import { createRandom, shuffled } from '@eqloss/training/random';
import { drawBackground } from './background.ts';
import { bucketsOf } from './features.ts';
import type { Method } from './methods.ts';
import type { Batch, Head, Stack } from './stack.ts';
import type { Task } from './task.ts';

/** How long and from what. */
export interface TrainOptions {
  /** Of shuffles, draws of β and background. */
  readonly seed: number;
  readonly epochs: number;
  /** Of Adam; the method's own unless given. */
  readonly rate?: number;
  /** To train for less than all epochs. */
  readonly steps?: number;
  /** Called after each step with its loss. */
  readonly onStep?: (loss: number) => void;
}

/** Glosses in a batch. */
export const BATCH = 512;
/** Background rows in a batch, beside them. */
const BACKGROUND = 256;

/** Steps in an epoch; glosses that fill no batch wait for the next shuffle. */
export function stepsOf(task: Task): number {
  return Math.floor(task.train.labels.length / BATCH);
}

/**
 * Trains a head. Every method sees the same glosses in the same batches, on every stack; those with background see more
 * rows a batch.
 *
 * Deterministic: the same task, method, seed, stack and backend give the same head, bit for bit.
 *
 * @returns The head, for the caller to release.
 */
export async function trainHead<H extends Head>(
  stack: Stack<H>,
  task: Task,
  method: Method,
  options: TrainOptions,
): Promise<H> {
  const { seed, epochs, rate = method.rate, steps = Number.POSITIVE_INFINITY, onStep } = options;
  const learner = await stack.createLearner(task, method, { seed, rate });
  const perEpoch = stepsOf(task);
  let order: Int32Array = new Int32Array();
  try {
    for (let step = 0; step < Math.min(steps, epochs * perEpoch); step++) {
      const at = step % perEpoch;
      if (at === 0) order = shuffled(task.train.labels.length, createRandom(seed, `epoch ${step / perEpoch}`));
      const batch = batchOf(task, order.subarray(at * BATCH, (at + 1) * BATCH), method, seed, step);
      const loss = await learner.step(batch);
      onStep?.(loss);
      // Lets timers and signals in.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return learner.finish();
  } catch (error) {
    await learner.release();
    throw error;
  }
}

function batchOf(
  { train, glosses, classes, buckets }: Task,
  at: Int32Array,
  method: Method,
  seed: number,
  step: number,
): Batch {
  const background = method.background ? drawBackground(glosses, BACKGROUND, seed, step) : [];
  return {
    buckets: [...Array.from(at, (i) => train.buckets[i]), ...background.map((words) => bucketsOf(words, buckets))],
    labels: Int32Array.from([...Array.from(at, (i) => train.labels[i]), ...background.map(() => classes)]),
  };
}
