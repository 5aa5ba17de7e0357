// Paths `tfjs-*`: @eqloss/tfjs under tf.valueAndGrad.

import type { Form } from '@eqloss/core';
import { sigmoidEql, softmaxEql } from '@eqloss/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { Inputs } from '../inputs.ts';
import type { Path, PathOptions } from '../path.ts';
import { openTensors, startBackend } from './tensors.ts';

/** @throws {Unavailable} when the backend does not start. */
export async function createPath({ backend = 'cpu' }: PathOptions): Promise<Path> {
  return { environment: await startBackend(tf, backend), open: (inputs) => openTensors(tf, inputs, lossOf) };
}

const losses: Readonly<Record<Form, (inputs: Inputs) => (z: tf.Tensor) => tf.Scalar>> = {
  sigmoid:
    ({ labels, gate }) =>
    (z) =>
      sigmoidEql(labels, z, gate),
  softmax:
    ({ labels, gate, beta = 0 }) =>
    (z) =>
      softmaxEql(labels, z, gate, { beta }),
};

function lossOf(inputs: Inputs): (z: tf.Tensor) => tf.Scalar {
  return losses[inputs.of.form](inputs);
}
