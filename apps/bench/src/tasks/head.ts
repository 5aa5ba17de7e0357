// Task `head`: a step of training a linear head, the classes all at once or in pieces.

import type { Form } from '@eqloss/core';
import { createHeadTrainer, type OptimizerOptions } from '@eqloss/onnxruntime';
import { BETA, gateOf, makeLabels, makeTail } from '../inputs.ts';
import type { Ready } from '../task.ts';
import { loadRuntime } from './engine.ts';

/** A head, a batch of rows, and how the head is trained. */
export interface HeadTask {
  readonly form: Form;
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
  /** As the trainer has it; left out for its default. */
  readonly chunk?: number | false;
  readonly optimizer: 'sgd' | 'momentum' | 'adamw';
}

const optimizers: Readonly<Record<HeadTask['optimizer'], OptimizerOptions>> = {
  sgd: { name: 'sgd', rate: 0.01 },
  momentum: { name: 'sgd', rate: 0.01, momentum: 0.9 },
  adamw: { name: 'adamw', rate: 1e-4 },
};

/** How many arrays as long as the parameters there must be: the parameters, and what the optimizer remembers. */
const arrays: Readonly<Record<HeadTask['optimizer'], number>> = { sgd: 1, momentum: 2, adamw: 3 };

/** @throws {Unavailable} when onnxruntime-node does not load. */
export async function createTask({ form, rows, features: size, classes, ...more }: HeadTask): Promise<Ready> {
  const { ort, environment } = await loadRuntime();
  return {
    environment,
    open: async () => {
      const trainer = await createHeadTrainer(ort, {
        ...{ features: size, form, chunk: more.chunk, executionProviders: ['cpu'] },
        gate: gateOf(makeTail({ classes, tail: 'scattered' })),
        optimizer: optimizers[more.optimizer],
        beta: form === 'softmax' ? BETA : undefined,
        weights: { seed: 1, deviation: 0.05 },
      });
      // Numbers of about the size 1, none like another.
      const features = Float32Array.from({ length: rows * size }, (_, k) => 1.5 * Math.sin(12.9898 * k));
      const labels = makeLabels({ form, rows, classes, foreground: form === 'sigmoid' ? 0.25 : 1, tail: 'scattered' });
      let first = Number.NaN;
      return {
        run: async () => {
          const { loss } = await trainer.step({ features, labels });
          if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
          if (Number.isNaN(first)) first = loss;
        },
        // Of the first step: later ones depend on it.
        check: () => first,
        ownBytes: 4 * arrays[more.optimizer] * classes * (size + 1),
      };
    },
  };
}
