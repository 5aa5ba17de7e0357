// Paths `tfjs-composed-*`: the loss as one writes it with the ops that TensorFlow.js has, differentiated by it.

import * as tf from '@tensorflow/tfjs';
import { BETA, type Inputs } from '../inputs.ts';
import type { Path, PathOptions } from '../path.ts';
import { openTensors, startBackend, type Tf } from './tensors.ts';

/** @throws {Unavailable} when the backend does not start. */
export async function createPath({ backend = 'cpu' }: PathOptions): Promise<Path> {
  const engine = tf as unknown as Tf;
  return {
    environment: await startBackend(engine, backend),
    open: (inputs) => openTensors(engine, inputs, inputs.of.form === 'sigmoid' ? sigmoid : softmax),
  };
}

function sigmoid({ of: { rows, classes }, gate, labels }: Inputs) {
  const tail = tf.tensor2d(Float32Array.from(gate.tail), [1, classes]);
  return (z: tf.Tensor): tf.Scalar => {
    const y = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
    const foreground = tf.max(y, 1, true);
    const w = tf.sub(1, tf.mul(tf.mul(foreground, tail), tf.sub(1, y)));
    const losses = tf.losses.sigmoidCrossEntropy(y, z, w, 0, tf.Reduction.NONE);
    // Row by row: one long sum in single precision would lose digits.
    return tf.div(tf.sum(tf.sum(losses, 1)), rows);
  };
}

function softmax({ of: { rows, classes }, gate, labels, beta }: Inputs) {
  const tail = tf.tensor2d(gate.tail, [1, classes], 'bool');
  const drawn = typeof beta === 'object' ? tf.tensor2d(beta, [rows, classes], 'bool') : undefined;
  const bias = tf.mul(tf.cast(tail, 'float32'), Math.log(1 - BETA));
  return (z: tf.Tensor): tf.Scalar => {
    const y = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
    const negative = tf.sub(1, y);
    const weighted = drawn
      ? tf.where(
          tf.logicalAnd(tf.logicalAnd(drawn, tail), tf.cast(negative, 'bool')),
          tf.fill([rows, classes], -1e9),
          z,
        )
      : tf.add(z, tf.mul(bias, negative));
    return tf.div(tf.neg(tf.sum(tf.sum(tf.mul(y, tf.logSoftmax(weighted)), 1))), rows);
  };
}
