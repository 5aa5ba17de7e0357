// Task `gpujs-step-*`: a training step of a linear layer in gpu.js. The logits and their gradient stay where they were
// computed, or are read back between the kernels, as with a loss that takes arrays.

import { Unavailable } from '@eqloss/conformance/protocol';
import { type Form, sigmoidEql, softmaxEql } from '@eqloss/core';
import { createSigmoidEql, createSoftmaxEql, free, type GpuArray, type KernelOptions, readBack } from '@eqloss/gpujs';
import type { GPU, IGPUKernelSettings } from 'gpu.js';
import { startDawn } from '../../../../scripts/dawn.mjs';
import { checkMode, startEngine } from '../gpujs-engine.ts';
import { BETA, type Inputs, makeInputs } from '../inputs.ts';
import type { Ready } from '../task.ts';

/** A layer, a batch of rows, and what happens between the kernels. */
export interface GpujsStepTask {
  readonly way: 'read back' | 'pipelined';
  /** Of gpu.js. */
  readonly mode: 'cpu' | 'webasm' | 'webgpu';
  readonly form: Form;
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
}

/** @throws {Unavailable} when gpu.js does not run the mode here. */
export async function createTask(task: GpujsStepTask): Promise<Ready> {
  if (task.mode === 'webgpu') {
    const reason = await startDawn();
    if (reason !== undefined) throw new Unavailable(reason);
  }
  const { environment, createGpu } = await startEngine(task.mode);
  return {
    environment,
    open: async () => {
      const batch = makeBatch(task);
      const training = await startTraining(createGpu(), task, batch);
      const loss = await training.step();
      check(batch, loss, await training.weights());
      const run = async (): Promise<void> => {
        const value = await training.step();
        if (!Number.isFinite(value)) throw new Error(`the loss is ${value}`);
      };
      // Of the first step: later ones depend on it.
      return { run, check: () => loss };
    },
  };
}

/** Labels and gate, and what goes into the layer: numbers of about the size 1 and 0.05, none like another. */
interface Batch {
  readonly inputs: Inputs;
  /** x `[rows * features]`. */
  readonly features: Float32Array;
  /** W `[features * classes]`, before the first step. */
  readonly weights: Float32Array;
}

interface Training {
  /** The loss before the weights were changed by it. */
  step(): Promise<number>;
  weights(): Promise<Float32Array>;
}

/** Rate of descent. */
const RATE = 0.1;

function makeBatch({ form, rows, features, classes }: GpujsStepTask): Batch {
  return {
    inputs: makeInputs({ form, rows, classes, foreground: 0.25, tail: 'scattered', beta: 'fixed' }),
    features: Float32Array.from({ length: rows * features }, (_, k) => 1.5 * Math.sin(12.9898 * k)),
    weights: Float32Array.from({ length: features * classes }, (_, k) => 0.07 * Math.sin(78.233 * k)),
  };
}

/** The weights stay where they are in both ways. */
async function startTraining(gpu: GPU, task: GpujsStepTask, { inputs, ...batch }: Batch): Promise<Training> {
  const { way, form, rows, features, classes } = task;
  const pipelined = way === 'pipelined';
  const settings: IGPUKernelSettings = { precision: 'single', constants: { rows, features, classes, rate: RATE } };
  const stays = { ...settings, pipeline: true, immutable: true };
  const forward = gpu.createKernel(FORWARD, { ...(pipelined ? stays : settings), output: [rows * classes] });
  const update = gpu.createKernel(UPDATE, { ...stays, output: [features * classes] });
  // Kernels of WebGPU are only told what to do: a number of the weights is here when they are.
  const wait = gpu.createKernel('function (weights) { return weights[0]; }', { ...settings, output: [1] });
  const lossOf = await createLoss(gpu, form, { rows, gate: inputs.gate }, pipelined);
  const labels = { labels: inputs.labels, ...(form === 'softmax' && { beta: BETA }) };
  let weights: GpuArray = batch.weights;
  return {
    step: async () => {
      const logits = (await forward(batch.features, weights)) as GpuArray;
      const { gradient, readLoss, release } = await lossOf({ ...labels, logits });
      const next = (await update(batch.features, weights, gradient)) as GpuArray;
      const loss = await readLoss();
      await wait(next);
      free(logits, weights);
      release();
      weights = next;
      return loss;
    },
    weights: async () => {
      for (const kernel of [forward, update]) checkMode(gpu, kernel);
      return readBack(weights);
    },
  };
}

interface StepLoss {
  readonly gradient: GpuArray;
  readLoss(): Promise<number>;
  release(): void;
}

/** The loss of this project, from arrays to arrays or from and to what stays. */
async function createLoss(gpu: GPU, form: Form, options: KernelOptions, pipelined: boolean) {
  const create = form === 'sigmoid' ? createSigmoidEql : createSoftmaxEql;
  if (pipelined) {
    const kernel = await create(gpu, { ...options, pipeline: true });
    return (batch: Parameters<typeof kernel.run>[0]): Promise<StepLoss> => kernel.run(batch);
  }
  const kernel = await create(gpu, { ...options, pipeline: false });
  return async (batch: Parameters<typeof kernel.run>[0]): Promise<StepLoss> => {
    const { loss, gradient } = await kernel.run(batch);
    return { gradient, readLoss: async () => loss, release: () => {} };
  };
}

// Half a place more: a quotient in single precision may fall below the whole number that it is.
const FORWARD = `function (features, weights) {
  const row = Math.floor((this.thread.x + 0.5) / this.constants.classes);
  const column = this.thread.x - row * this.constants.classes;
  let sum = 0;
  for (let k = 0; k < this.constants.features; k++) {
    sum += features[row * this.constants.features + k] * weights[k * this.constants.classes + column];
  }
  return sum;
}`;

const UPDATE = `function (features, weights, gradient) {
  const feature = Math.floor((this.thread.x + 0.5) / this.constants.classes);
  const column = this.thread.x - feature * this.constants.classes;
  let sum = 0;
  for (let i = 0; i < this.constants.rows; i++) {
    sum += features[i * this.constants.features + feature] * gradient[i * this.constants.classes + column];
  }
  return weights[this.thread.x] - this.constants.rate * sum;
}`;

/** Far above what sums of some hundred terms lose in single precision, far below what a step changes. */
const APART = 1e-6;

/** @throws {Error} when the loss of a step, or what it made of the weights, is not what plain loops in double give. */
function check({ inputs, features, weights }: Batch, loss: number, after: Float32Array): void {
  const { of, gate, labels, beta } = inputs;
  const { rows, classes } = of;
  const width = features.length / rows;
  const logits = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < width; k++) {
      for (let j = 0; j < classes; j++) logits[i * classes + j] += features[i * width + k] * weights[k * classes + j];
    }
  }
  const batch = { gate, labels, logits };
  const expected = of.form === 'sigmoid' ? sigmoidEql(batch) : softmaxEql({ ...batch, beta });
  const far = Math.abs(loss - expected.loss) / Math.max(1, Math.abs(expected.loss));
  if (!(far <= APART)) throw new Error(`the loss is ${loss}; core gives ${expected.loss}`);
  const descended = Float64Array.from(weights);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < width; k++) {
      const step = RATE * features[i * width + k];
      for (let j = 0; j < classes; j++) descended[k * classes + j] -= step * expected.gradient[i * classes + j];
    }
  }
  if (after.length !== descended.length) throw new Error(`${after.length} weights; wanted ${descended.length}`);
  descended.forEach((weight, k) => {
    if (!(Math.abs(after[k] - weight) <= APART)) throw new Error(`weight ${k} is ${after[k]}; core gives ${weight}`);
  });
}
