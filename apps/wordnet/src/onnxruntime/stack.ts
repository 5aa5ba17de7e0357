// Training with `createHeadTrainer` on onnxruntime-node: loss and gradients in a graph, AdamW.

import { createHeadTrainer, type HeadTrainer } from '@eqloss/onnxruntime';
import * as ort from 'onnxruntime-node';
import type { Method } from '../methods.ts';
import { createMemory, writeRows } from '../rows.ts';
import type { Head, Learner, LearnerOptions, Stack } from '../stack.ts';
import type { Task } from '../task.ts';
import { settingsOf } from './settings.ts';

/** A head that can be handed on. */
export interface TrainerHead extends Head {
  /** What was trained: features in, logits out. */
  readonly trainer: HeadTrainer;
}

/** ONNX Runtime's CPU, one thread. */
export const onnxruntime: Stack<TrainerHead> = { createLearner };

async function createLearner(
  task: Task,
  method: Method,
  { seed, rate }: LearnerOptions,
): Promise<Learner<TrainerHead>> {
  const { gate, beta, rowWeight, addedBias } = settingsOf(task, method, seed);
  const trainer = await createHeadTrainer(ort, {
    features: task.buckets,
    form: method.form,
    gate,
    beta,
    // Without decay this is Adam; epsilon is that of TensorFlow.js.
    optimizer: { name: 'adamw', rate, epsilon: 1e-7, weightDecay: 0 },
    bias: Float32Array.from(addedBias, (added) => method.bias + added),
    executionProviders: ['cpu'],
  });
  const memory = createMemory();
  const toFeatures = (buckets: readonly Int32Array[]): Float32Array => {
    const features = memory(buckets.length * task.buckets);
    writeRows(features, buckets, { row: task.buckets, bucket: 1 });
    return features;
  };
  const release = () => trainer.release();
  return {
    step: async ({ buckets, labels }) => {
      const rowWeights = rowWeight && Float64Array.from(labels, rowWeight);
      return (await trainer.step({ features: toFeatures(buckets), labels, rowWeights })).loss;
    },
    finish: () => {
      for (const [j, added] of addedBias.entries()) trainer.bias[j] -= added;
      return {
        trainer,
        weights: trainer.weights.slice(),
        predict: (buckets) => trainer.predict(toFeatures(buckets)),
        release,
      };
    },
    release,
  };
}
