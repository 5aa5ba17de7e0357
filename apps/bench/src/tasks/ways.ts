// Task `ways`: what a batch costs that asks for more than index labels, one β and ordinary numbers.

import { drawBeta, type Form, sigmoidEql, softmaxEql } from '@eqloss/core';
import { createLossSession, type LossBatch, type LossResult } from '@eqloss/onnxruntime';
import { BETA, type Inputs, makeInputs } from '../inputs.ts';
import type { Ready } from '../task.ts';
import { distanceOf } from '../verify.ts';
import { loadRuntime } from './engine.ts';

/** A batch, and what is unusual about it. */
export interface WaysTask {
  readonly way: 'plain' | 'nan' | 'one-hot' | 'soft' | 'class' | 'given' | 'drawn';
  readonly form: Form;
  readonly rows: number;
  readonly classes: number;
}

/** @throws {Unavailable} when onnxruntime-node does not load. */
export async function createTask({ way, ...shape }: WaysTask): Promise<Ready> {
  const { ort, environment } = await loadRuntime();
  return {
    environment,
    open: async () => {
      const inputs = makeInputs({ ...shape, foreground: 0.25, tail: 'scattered', beta: 'fixed' });
      const { gate } = inputs;
      const session = await createLossSession(ort, { form: shape.form, gate, executionProviders: ['cpu'] });
      const batch = batchOf(inputs, way);
      const gradient = new Float32Array(batch.logits.length);
      let result: LossResult;
      const run = async (): Promise<void> => {
        result = await session.run(batch, { gradient });
      };
      return { run, check: () => checked(result, batch, inputs) };
    },
  };
}

const draw = { gamma: BETA, seed: 1, step: 0 };

function batchOf(inputs: Inputs, way: WaysTask['way']): LossBatch {
  const { labels, beta } = inputs;
  const { rows, classes } = inputs.of;
  const batch = { logits: inputs.readLogits(), beta };
  if (way === 'nan') {
    // In the middle of the first row.
    batch.logits[classes >> 1] = Number.NaN;
    return { ...batch, labels };
  }
  if (way === 'class') return { ...batch, labels, beta: new Float64Array(classes).fill(BETA) };
  if (way === 'given') return { ...batch, labels, beta: drawBeta({ ...draw, rows, classes }) };
  if (way === 'drawn') return { ...batch, labels, beta: draw };
  if (way === 'plain') return { ...batch, labels };
  const targets = new Float32Array(rows * classes);
  labels.forEach((label, i) => {
    if (label === classes) return;
    targets[i * classes + label] = way === 'soft' ? 0.75 : 1;
    if (way === 'soft') targets[i * classes + ((label + 1) % classes)] = 0.25;
  });
  return { ...batch, targets };
}

function checked(result: LossResult, batch: LossBatch, { of, gate }: Inputs): undefined {
  const { rows, classes, form } = of;
  const { beta } = batch;
  const drawn = typeof beta === 'object' && 'gamma' in beta ? drawBeta({ ...beta, rows, classes }) : beta;
  const expected =
    form === 'sigmoid' ? sigmoidEql({ ...batch, gate, beta: undefined }) : softmaxEql({ ...batch, gate, beta: drawn });
  // The losses of rows first: a NaN in one of them is one in the mean, which tells nothing.
  const rowDistance = distanceOf(numbers(result.rowLosses), numbers(expected.rowLosses), 1);
  const distance = Math.max(rowDistance, distanceOf(numbers(result.gradient), numbers(expected.gradient), rows));
  if (!(distance <= 1)) throw new Error(`${distance} times as far from core as SPEC N4 allows`);
  return undefined;
}

/** With a number for NaN that no loss and no gradient has. */
function numbers(values: Float32Array | Float64Array): { readonly loss: number; readonly gradient: Float64Array } {
  return { loss: 0, gradient: Float64Array.from(values, (value) => (Number.isNaN(value) ? -1e9 : value)) };
}
