// What every mode of gpu.js must do, as one suite.

import type { Form, Gate } from '@eqloss/core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import {
  createSigmoidEql,
  createSoftmaxEql,
  type GpuLike,
  type KernelBatch,
  type KernelOptions,
  type KernelResult,
  type Mode,
} from '../src/index.ts';
import { testFailures } from './failures.ts';
import { testLife } from './life.ts';
import { testLoss } from './loss.ts';
import { testPipeline } from './pipeline.ts';
import { testTraps } from './traps.ts';

/** gpu.js's own `GPU`. */
export interface TestGpu extends GpuLike {
  createKernel(source: string, settings: object): TestKernel;
  destroy(): Promise<void>;
}

/** A kernel of the user's own. */
export interface TestKernel {
  (...args: readonly unknown[]): unknown;
  destroy(): void;
}

/** A mode under test. */
export interface Subject {
  readonly mode: Mode;
  /** The one that all tests share. */
  gpu(): TestGpu;
  /** Another one, for a test that breaks it. */
  createGpu(): Promise<TestGpu>;
  /** Random batches a form: software GPUs compile slowly. */
  readonly runs: number;
  /** Whether the mode computes on the processor: it has no device, and typed arrays for textures. */
  readonly onHost: boolean;
  /** A test of devices and textures: none where there are none. */
  readonly testOnGpu: (name: string, run: () => Promise<void>) => void;
}

/** A batch with its gate. */
export interface Case extends KernelBatch {
  readonly gate: Gate;
  readonly logits: Float32Array;
}

export const createOf = { sigmoid: createSigmoidEql, softmax: createSoftmaxEql };

/** One batch through a handle of its own. */
export async function evaluate(
  gpu: GpuLike,
  form: Form,
  { gate, ...batch }: Case,
  options: Partial<KernelOptions> = {},
): Promise<KernelResult> {
  const rows = Math.max(batch.logits.length / gate.classes, 1);
  const kernel = await createOf[form](gpu, { rows, gate, ...options, pipeline: false });
  try {
    return await kernel.run(batch);
  } finally {
    await kernel.destroy();
  }
}

/** A kernel of the caller's that hands numbers on, its result stays. @param output Its size: flat, or `[classes, rows]`. */
export function createForward(gpu: TestGpu, output: readonly number[], settings: object = {}): TestKernel {
  const index = output.length === 1 ? 'this.thread.x' : `this.thread.y * ${output[0]} + this.thread.x`;
  const stays = { precision: 'single', pipeline: true, immutable: true };
  return gpu.createKernel(`function (z) { return z[${index}]; }`, { ...stays, output, ...settings });
}

/** All tests of a mode. */
export function describeMode(mode: Mode, createGpu: () => Promise<TestGpu>, runs: number): void {
  describe(`gpu.js in mode ${mode}`, () => {
    let gpu: TestGpu;
    beforeAll(async () => {
      gpu = await createGpu();
    });
    afterAll(() => gpu.destroy());
    const onHost = mode === 'cpu' || mode === 'webasm';
    const testOnGpu: Subject['testOnGpu'] = onHost ? () => {} : test;
    const subject: Subject = { mode, gpu: () => gpu, createGpu, runs, onHost, testOnGpu };
    testLoss(subject);
    testPipeline(subject);
    testLife(subject);
    testFailures(subject);
    testTraps(subject);
  });
}
