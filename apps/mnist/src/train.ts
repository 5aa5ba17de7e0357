// A training: the same for all methods, modes and places.

import { createSigmoidEql, createSoftmaxEql, free } from '@eqloss/gpujs';
import { type Scores, scoresOf } from '@eqloss/training/scores';
import { batchesOf, quartersOf, rowsOf } from './batches.ts';
import { PIXELS } from './digits.ts';
import { type GpuMode, openGpu } from './gpu.ts';
import { createImages } from './images.ts';
import type { Method } from './methods.ts';
import { classesOf, createNetwork } from './network.ts';
import type { Task } from './task.ts';

/** Width between the layers. */
const HIDDEN = 64;

/** One training of a method. */
export interface TrainOptions {
  /** Of weights, shuffles, draws of β and background; and of the split, for who makes the task. */
  readonly seed: number;
  /** How many the learning rate is to fall over. */
  readonly epochs: number;
  /** Of gpu.js. */
  readonly mode: GpuMode;
}

/** A network that learns. */
export interface Training {
  /** Sees every digit once. @returns The loss of the last batch, which alone is read back. */
  epoch(): Promise<number>;
  /** How well the network does on the test: no gate, no draws, the largest logit wins. SPEC D5. */
  scores(): Promise<Scores>;
  /** Frees what the GPU holds. */
  close(): Promise<void>;
}

/** A training whose network is in reach. */
export interface LocalTraining extends Training {
  /** Reads the weights of both layers back. */
  weights(): Promise<readonly Float32Array[]>;
}

/**
 * Starts a training.
 *
 * Deterministic: the same task, method, seed and mode give the same weights, bit for bit.
 *
 * @throws {Error} when the mode does not run here.
 */
export async function startTraining(task: Task, method: Method, options: TrainOptions): Promise<LocalTraining> {
  const { seed, epochs, mode } = options;
  const { classes } = task.gate;
  const rows = rowsOf(method);
  const gpu = await openGpu(mode);
  const createLoss = method.form === 'softmax' ? createSoftmaxEql : createSigmoidEql;
  const lossKernel = await createLoss(gpu, {
    rows,
    gate: method.equalized ? task.gate : task.openGate,
    pipeline: true,
    // As β is drawn.
    ...(method.form === 'softmax' && method.equalized && { beta: 'element' }),
  });
  const images = createImages(gpu, task.pixels, rows);
  const network = await createNetwork(gpu, lossKernel, {
    rows,
    widths: [PIXELS, HIDDEN, classes],
    bias: method.bias,
    seed,
  });
  let epoch = 0;
  return {
    epoch: async () => {
      const batches = [...batchesOf(task, method, seed, epoch)];
      let loss = Number.NaN;
      for (const [at, { quarters, ...answers }] of batches.entries()) {
        const rate = method.rate * (1 - (epoch + at / batches.length) / epochs);
        const batch = await images(quarters);
        loss = await network.step(batch, { ...answers, rate, wantsLoss: at === batches.length - 1 });
        free(batch);
      }
      epoch++;
      return loss;
    },
    scores: async () => {
      const answers: number[] = [];
      const labels = task.labels.subarray(task.trained);
      for (let start = 0; start < labels.length; start += rows) {
        // The kernels take whole batches: what is too much of the last one is left out.
        const digits = Int32Array.from({ length: rows }, (_, i) => task.trained + ((start + i) % labels.length));
        const batch = await images(quartersOf(digits));
        const logits = await network.forward(batch);
        answers.push(...(await classesOf(logits, classes)));
        free(batch, logits);
      }
      return scoresOf(answers.slice(0, labels.length), labels, task.groups);
    },
    weights: () => Promise.all(network.layers.map((layer) => layer.weights())),
    close: async () => {
      network.free();
      await lossKernel.destroy();
      await gpu.destroy();
    },
  };
}
