// A head trainer in double and in plain loops, for tests to compare with. Not published.

import { type Form, type Gate, sigmoidEql, softmaxEql } from '@eqloss/core';
import type { HeadBatch } from './batch.ts';

/** What a batch is for the reference: β may be per element. */
export type ReferenceBatch = HeadBatch & { readonly beta?: number | ArrayLike<number> };

/** A loss with the gradients of weights and bias. */
export interface Reference {
  readonly loss: number;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** `Z = X Wᵀ + b` in double, `[rows * classes]`. */
export function logitsInDouble(
  features: ArrayLike<number>,
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
): Float64Array {
  const classes = bias.length;
  const columns = weights.length / classes;
  const rows = features.length / columns;
  const logits = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < classes; j++) {
      let z = bias[j];
      for (let f = 0; f < columns; f++) z += features[i * columns + f] * weights[j * columns + f];
      logits[i * classes + j] = z;
    }
  }
  return logits;
}

/** Loss and gradients of a batch: core's loss, and plain sums around it. */
export function referenceOf(
  form: Form,
  gate: Gate,
  { features, ...batch }: ReferenceBatch,
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
): Reference {
  const logits = logitsInDouble(features, weights, bias);
  const columns = weights.length / gate.classes;
  const rows = features.length / columns;
  const whole = { ...batch, gate, logits, shape: [rows, gate.classes] };
  const { loss, gradient } = form === 'sigmoid' ? sigmoidEql(whole) : softmaxEql(whole);
  const result = { loss, weights: new Float64Array(weights.length), bias: new Float64Array(gate.classes) };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < gate.classes; j++) {
      const g = gradient[i * gate.classes + j];
      if (g === 0) continue; // a row that is out may hold NaN
      result.bias[j] += g;
      for (let f = 0; f < columns; f++) result.weights[j * columns + f] += g * features[i * columns + f];
    }
  }
  return result;
}

/** Numbers between -1 and 1 without a pattern, the same every time. */
export function waves(length: number, start = 0): Float32Array {
  return Float32Array.from({ length }, (_, k) => Math.sin((start + k) * 12.9898) * Math.cos((start + k) * 0.0078));
}
