// A linear head in TensorFlow.js, on sparse rows.

import * as tf from '@tensorflow/tfjs';

/** Logits are `x weights + bias`. */
export interface Head {
  /** `[buckets, classes]`. */
  readonly weights: tf.Variable<tf.Rank.R2>;
  /** `[classes]`. */
  readonly bias: tf.Variable<tf.Rank.R1>;
  dispose(): void;
}

/** A batch as the wasm backend wants it: dense. */
export interface Rows {
  /** `[rows, buckets]`. */
  readonly x: tf.Tensor2D;
  /** `[buckets, rows]`. */
  readonly transposed: tf.Tensor2D;
}

/** A head of zeros, but for the bias. */
export function createHead(buckets: number, classes: number, bias = 0): Head {
  const head = {
    weights: tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R2>([buckets, classes]))),
    bias: tf.tidy(() => tf.variable(tf.fill<tf.Rank.R1>([classes], bias))),
  };
  return { ...head, dispose: () => tf.dispose([head.weights, head.bias]) };
}

/**
 * Makes dense rows of features from each row's buckets: 1 / sqrt(buckets of the row) there, else 0.
 *
 * One pair of arrays serves all batches, since zeroing takes less than allocating; the cpu backend reads them in
 * place. So a batch is good until the next one is made.
 *
 * @param most Rows in the largest batch.
 */
export function createRowMaker(buckets: number, most: number): (bucketsOfRows: readonly Int32Array[]) => Rows {
  const memory = [new Float32Array(most * buckets), new Float32Array(most * buckets)];
  return (bucketsOfRows) => {
    const rows = bucketsOfRows.length;
    const [x, transposed] = memory.map((each) => each.subarray(0, rows * buckets).fill(0));
    for (const [row, found] of bucketsOfRows.entries()) {
      const share = 1 / Math.sqrt(found.length);
      for (const bucket of found) {
        x[row * buckets + bucket] = share;
        transposed[bucket * rows + row] = share;
      }
    }
    return { x: tf.tensor2d(x, [rows, buckets]), transposed: tf.tensor2d(transposed, [buckets, rows]) };
  };
}

/**
 * Logits `[rows, classes]`, differentiable with respect to the head.
 *
 * `tf.matMul(x, weights)` says the same. But the wasm backend takes 14 times as long to multiply by a transposed matrix,
 * and so would its gradient: given the transposed rows, both ways are plain products.
 */
export function logitsOf({ weights, bias }: Head, { x, transposed }: Rows): tf.Tensor2D {
  const product = tf.customGrad((...args: unknown[]) => ({
    value: tf.matMul(x, args[0] as tf.Tensor2D) as tf.Tensor,
    gradFunc: (dy: tf.Tensor) => tf.matMul(transposed, dy as tf.Tensor2D) as tf.Tensor,
  }));
  return tf.add(product(weights), bias);
}
