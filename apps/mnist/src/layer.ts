// A dense layer in gpu.js kernels: `y = x W + b`, where x, y and the weights stay on the GPU.

import { free, type GpuArray, readBack } from '@eqloss/gpujs';
import type { GPU } from 'gpu.js';
import { createKernel } from './kernel.ts';

/** The size of a layer, and how it learns. */
export interface LayerOptions {
  /** Rows of a batch. */
  readonly rows: number;
  /** Numbers in a row that comes in. */
  readonly inputs: number;
  /** Numbers in a row that goes out. */
  readonly outputs: number;
  /** Whether what is below 0 goes out as 0. */
  readonly relu: boolean;
  readonly momentum: number;
  /** W and below it b, to start from. `[(inputs + 1) * outputs]`. */
  readonly start: Float32Array;
}

/** Results are the caller's to free. */
export interface Layer {
  /** @param x `[rows * inputs]`. @returns y, `[rows * outputs]`. */
  forward(x: GpuArray): Promise<GpuArray>;
  /**
   * The gradient with respect to what the layer below gave before its relu.
   *
   * @param gradient Of y. `[rows * outputs]`. @param x As it went in. @returns `[rows * inputs]`.
   */
  backward(gradient: GpuArray, x: GpuArray): Promise<GpuArray>;
  /** One step of descent with momentum, at a learning rate. */
  update(gradient: GpuArray, x: GpuArray, rate: number): Promise<void>;
  /** Reads W and b back. */
  weights(): Promise<Float32Array>;
  /** Reads the velocity of W and b back: after the first step, their gradient. */
  velocity(): Promise<Float32Array>;
  /** Frees the weights. The kernels end with their GPU. */
  free(): void;
}

/** Makes the kernels, and puts the weights where they are read. */
export async function createLayer(gpu: GPU, options: LayerOptions): Promise<Layer> {
  const { rows, inputs, outputs, relu, momentum, start } = options;
  const sizes = { rows, inputs, outputs };
  const forward = createKernel(gpu, relu ? FORWARD_RELU : FORWARD, rows * outputs, sizes);
  const backward = createKernel(gpu, BACKWARD, rows * inputs, sizes);
  const accelerate = createKernel(gpu, ACCELERATE, start.length, { ...sizes, momentum });
  const move = createKernel(gpu, MOVE, start.length);
  // From the first step on the weights are a kernel's result: WebGL would compile a second shader for arrays.
  const upload = createKernel(gpu, UPLOAD, start.length);
  let weights = await upload(start);
  let velocity = await upload(new Float32Array(start.length));
  return {
    forward: (x) => forward(x, weights),
    backward: (gradient, x) => backward(gradient, x, weights),
    update: async (gradient, x, rate) => {
      const before = [weights, velocity];
      velocity = await accelerate(gradient, x, velocity);
      weights = await move(weights, velocity, rate);
      free(...before);
    },
    weights: () => readBack(weights),
    velocity: () => readBack(velocity),
    free: () => free(weights, velocity),
  };
}

// Every result is flat, so each kernel finds its row and column itself. Half a place more: a quotient in single precision may
// fall below the whole number that it is. Loops are bounded by constants: gpu.js stops others at 1000 turns.

/** y_ij = b_j + Σ_k x_ik w_kj. */
const FORWARD = `function (x, weights) {
  const row = Math.floor((this.thread.x + 0.5) / this.constants.outputs);
  const column = this.thread.x - row * this.constants.outputs;
  let sum = weights[this.constants.inputs * this.constants.outputs + column];
  for (let k = 0; k < this.constants.inputs; k++) {
    sum += x[row * this.constants.inputs + k] * weights[k * this.constants.outputs + column];
  }
  return sum;
}`;

const FORWARD_RELU = FORWARD.replace('return sum;', 'return sum > 0.0 ? sum : 0.0;');

/** Σ_j g_ij w_kj, or 0 where the relu of the layer below gave 0. */
const BACKWARD = `function (gradient, x, weights) {
  const row = Math.floor((this.thread.x + 0.5) / this.constants.inputs);
  const k = this.thread.x - row * this.constants.inputs;
  let sum = 0.0;
  for (let j = 0; j < this.constants.outputs; j++) {
    sum += gradient[row * this.constants.outputs + j] * weights[k * this.constants.outputs + j];
  }
  return x[this.thread.x] > 0.0 ? sum : 0.0;
}`;

/** v' = momentum v + g; the gradient of w_kj is Σ_i x_ik g_ij, that of b_j is Σ_i g_ij. */
const ACCELERATE = `function (gradient, x, velocity) {
  const k = Math.floor((this.thread.x + 0.5) / this.constants.outputs);
  const column = this.thread.x - k * this.constants.outputs;
  let sum = 0.0;
  for (let i = 0; i < this.constants.rows; i++) {
    const input = k < this.constants.inputs ? x[i * this.constants.inputs + k] : 1.0;
    sum += input * gradient[i * this.constants.outputs + column];
  }
  return this.constants.momentum * velocity[this.thread.x] + sum;
}`;

/** w' = w - rate v'. */
const MOVE = `function (weights, velocity, rate) {
  return weights[this.thread.x] - rate * velocity[this.thread.x];
}`;

const UPLOAD = `function (values) {
  return values[this.thread.x];
}`;
