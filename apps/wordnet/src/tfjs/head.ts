// A linear head in TensorFlow.js, on sparse rows.

import * as tf from '@tensorflow/tfjs';
import { createMemory, writeRows } from '../rows.ts';

/** Logits are `x weights + bias`. */
export interface Parameters {
  /** `[buckets, classes]`. */
  readonly weights: tf.Variable<tf.Rank.R2>;
  /** `[classes]`. */
  readonly bias: tf.Variable<tf.Rank.R1>;
}

/** A batch as the wasm backend wants it: dense. */
export interface Rows {
  /** `[rows, buckets]`. */
  readonly x: tf.Tensor2D;
  /** `[buckets, rows]`. */
  readonly transposed: tf.Tensor2D;
}

/** A head of zeros, but for the bias; for the caller to dispose. */
export function createHead(buckets: number, classes: number, bias = 0): Parameters & { dispose(): void } {
  const parameters = {
    weights: tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R2>([buckets, classes]))),
    bias: tf.tidy(() => tf.variable(tf.fill<tf.Rank.R1>([classes], bias))),
  };
  return { ...parameters, dispose: () => tf.dispose([parameters.weights, parameters.bias]) };
}

/**
 * Makes dense rows of features from each row's buckets.
 *
 * One pair of arrays serves all batches; the cpu backend reads them in place. So a batch is good until the next one is made.
 */
export function createRowMaker(buckets: number): (bucketsOfRows: readonly Int32Array[]) => Rows {
  const [plain, turned] = [createMemory(), createMemory()];
  return (bucketsOfRows) => {
    const rows = bucketsOfRows.length;
    const x = plain(rows * buckets);
    const transposed = turned(rows * buckets);
    writeRows(x, bucketsOfRows, { row: buckets, bucket: 1 });
    writeRows(transposed, bucketsOfRows, { row: 1, bucket: rows });
    return { x: tf.tensor2d(x, [rows, buckets]), transposed: tf.tensor2d(transposed, [buckets, rows]) };
  };
}

/**
 * Logits `[rows, classes]`, differentiable with respect to the head.
 *
 * `tf.matMul(x, weights)` says the same. But the wasm backend takes 14 times as long to multiply by a transposed matrix,
 * and so would its gradient: given the transposed rows, both ways are plain products.
 */
export function logitsOf({ weights, bias }: Parameters, { x, transposed }: Rows): tf.Tensor2D {
  const product = tf.customGrad((...args: unknown[]) => ({
    value: tf.matMul(x, args[0] as tf.Tensor2D) as tf.Tensor,
    gradFunc: (dy: tf.Tensor) => tf.matMul(transposed, dy as tf.Tensor2D) as tf.Tensor,
  }));
  return tf.add(product(weights), bias);
}
