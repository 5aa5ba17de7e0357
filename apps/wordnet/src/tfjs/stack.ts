// Training with TensorFlow.js: its autodiff, its Adam.

import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { Method } from '../methods.ts';
import type { Learner, LearnerOptions, Stack } from '../stack.ts';
import type { Task } from '../task.ts';
import { createHead, createRowMaker, logitsOf } from './head.ts';
import { losses } from './losses.ts';

/** Makes the backend the one that computes. @throws {Error} when it does not start. */
export async function startTfjs(backend: string): Promise<Stack> {
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend of TensorFlow.js does not start`);
  return { createLearner };
}

async function createLearner(task: Task, method: Method, { seed, rate }: LearnerOptions): Promise<Learner> {
  const { weights, bias, dispose } = createHead(task.buckets, task.classes, method.bias);
  const loss = losses[method.name](task, seed);
  const optimizer = tf.train.adam(rate);
  const toRows = createRowMaker(task.buckets);
  let steps = 0;
  const release = async (): Promise<void> => {
    optimizer.dispose();
    dispose();
  };
  return {
    step: async ({ buckets, labels }) => {
      const rows = toRows(buckets);
      const cost = optimizer.minimize(() => loss(labels, logitsOf({ weights, bias }, rows), steps), true, [
        weights,
        bias,
      ]);
      steps++;
      const value = cost === null ? NaN : cost.dataSync()[0];
      tf.dispose([cost ?? [], rows.x, rows.transposed]);
      return value;
    },
    finish: () => ({
      weights: Float32Array.from(weights.dataSync()),
      predict: async (buckets) =>
        tf.tidy(() => Int32Array.from(tf.argMax(logitsOf({ weights, bias }, toRows(buckets)), 1).dataSync())),
      release,
    }),
    release,
  };
}
