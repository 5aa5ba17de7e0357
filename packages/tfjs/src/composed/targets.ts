// Labels and targets as tensors. Rows that are taken out have no positive entry here. SPEC G5, R3.

import { type CheckedSigmoid, type CheckedSoftmax, toSingle } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Where the label is: bool `[rows, classes]`.
 *
 * By a difference, since the wasm backend takes 10 times as long to broadcast a comparison. `tf.oneHot` refuses a single
 * class, and on wasm it writes outside its output for a label of -1.
 */
export function indexMask({ rows, classes, labels, rowWeights }: CheckedSigmoid | CheckedSoftmax): tf.Tensor {
  const column = Float32Array.from(labels!, (label, i) => (rowWeights[i] === 0 ? -1 : label));
  return tf.equal(tf.sub(tf.tensor2d(column, [rows, 1]), tf.range(0, classes)), 0);
}

/** y, float32 `[rows, classes]`. */
export function targetRows({ rows, classes, targets, rowWeights }: CheckedSigmoid | CheckedSoftmax): tf.Tensor {
  const y = toSingle(targets!);
  for (let i = 0; i < rows; i++) if (rowWeights[i] === 0) y.fill(0, i * classes, (i + 1) * classes);
  return tf.tensor2d(y, [rows, classes]);
}
