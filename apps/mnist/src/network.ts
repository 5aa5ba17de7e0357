// The network, 784 : 64 : 10, and a training step of it: wholly on the GPU.

import { free, type GpuArray, type PipelineKernel, readBack } from '@eqloss/gpujs';
import { createRandom, type Random } from '@eqloss/training/random';
import type { GPU } from 'gpu.js';
import { createLayer, type Layer } from './layer.ts';

/** What a network is made of. */
export interface NetworkOptions {
  /** Rows of a batch. */
  readonly rows: number;
  /** Widths: what comes in, between the layers, classes. */
  readonly widths: readonly [number, number, number];
  /** What the bias of every class starts from. */
  readonly bias: number;
  /** Of the weights to start from. */
  readonly seed: number;
}

/** What a step learns, beside the images. */
interface Lesson {
  /** `[rows]`. */
  readonly labels: ArrayLike<number>;
  /** Softmax form. */
  readonly beta?: ArrayLike<number> | number;
  /** Learning rate. */
  readonly rate: number;
  /** Whether the row losses are read back. */
  readonly wantsLoss: boolean;
}

/** A network in training. */
export interface Network {
  readonly layers: readonly [Layer, Layer];
  /** @returns The logits, `[rows * classes]`, for the caller to free. */
  forward(images: GpuArray): Promise<GpuArray>;
  /**
   * One step of descent. Everything stays on the GPU, but for row losses that are wanted.
   *
   * @param images `[rows * pixels]`. They stay the caller's.
   * @returns The loss before the step; NaN when it is not wanted.
   */
  step(images: GpuArray, lesson: Lesson): Promise<number>;
  /** Frees the weights. */
  free(): void;
}

/** How much of the velocity a step keeps. */
export const MOMENTUM = 0.9;

/** @param loss Its gradient is what the network descends. It stays the caller's. */
export async function createNetwork(gpu: GPU, loss: PipelineKernel, options: NetworkOptions): Promise<Network> {
  const { rows, widths, bias, seed } = options;
  const [inputs, hidden, classes] = widths;
  const random = createRandom(seed, 'weights');
  const shared = { rows, momentum: MOMENTUM };
  const first = await createLayer(gpu, {
    ...shared,
    inputs,
    outputs: hidden,
    relu: true,
    start: startOf(inputs, hidden, 0, random),
  });
  const second = await createLayer(gpu, {
    ...shared,
    inputs: hidden,
    outputs: classes,
    relu: false,
    start: startOf(hidden, classes, bias, random),
  });
  return {
    layers: [first, second],
    forward: async (images) => {
      const between = await first.forward(images);
      const logits = await second.forward(between);
      free(between);
      return logits;
    },
    step: async (images, { rate, wantsLoss, ...answers }) => {
      const between = await first.forward(images);
      const logits = await second.forward(between);
      const result = await loss.run({ ...answers, logits });
      // Before the second layer's weights, which it goes through, are changed.
      const gradient = await second.backward(result.gradient, between);
      await second.update(result.gradient, between, rate);
      await first.update(gradient, images, rate);
      const value = wantsLoss ? await result.readLoss() : Number.NaN;
      free(between, logits, gradient);
      result.release();
      return value;
    },
    free: () => {
      first.free();
      second.free();
    },
  };
}

/** Reads the class of each row's largest logit. */
export async function classesOf(logits: GpuArray, classes: number): Promise<Int32Array> {
  const values = await readBack(logits);
  return Int32Array.from({ length: values.length / classes }, (_, row) => {
    const own = values.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}

/** Weights even in ±sqrt(6 / inputs), as suits a relu (He et al., 2015); the biases below them. */
function startOf(inputs: number, outputs: number, bias: number, random: Random): Float32Array {
  const most = Math.sqrt(6 / inputs);
  const steps = 2 ** 24;
  return Float32Array.from({ length: (inputs + 1) * outputs }, (_, k) =>
    k < inputs * outputs ? most * ((2 * random.integer(steps)) / steps - 1) : bias,
  );
}
