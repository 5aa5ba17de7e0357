// What both paths of TensorFlow.js share: the backend, and a loss with its gradient.

import { Unavailable } from '@eqloss/conformance/protocol';
import type * as Engine from '@tensorflow/tfjs-core';
import type { Inputs } from '../inputs.ts';
import type { Opened } from '../path.ts';

/** The engine, whichever package it comes from. */
export type Tf = typeof Engine;

/**
 * Starts a backend.
 *
 * @returns What the report says about it.
 * @throws {Unavailable} when it does not start.
 */
export async function startBackend(tf: Tf, backend: string): Promise<Readonly<Record<string, string>>> {
  try {
    if (backend === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
    else await import('@tensorflow/tfjs-backend-wasm');
    if (!(await tf.setBackend(backend))) throw new Error('tf.setBackend() answers false');
  } catch (error) {
    throw new Unavailable(`the ${backend} backend of tfjs does not start: ${(error as Error).message}`);
  }
  return { engine: `TensorFlow.js ${tf.version_core}`, backend: tf.getBackend() };
}

/** Logits stay in a tensor, and so does the gradient: as in a training step. */
export function openTensors(
  tf: Tf,
  inputs: Inputs,
  lossOf: (inputs: Inputs) => (z: Engine.Tensor) => Engine.Scalar,
): Opened {
  const { rows, classes } = inputs.of;
  const logits = tf.tensor2d(inputs.readLogits(), [rows, classes]);
  const step = tf.valueAndGrad(lossOf(inputs));
  let last: { readonly value: Engine.Tensor; readonly grad: Engine.Tensor } | undefined;
  const forget = () => tf.dispose(last ? [last.value, last.grad] : []);
  return {
    run: () => {
      forget();
      last = step(logits);
    },
    outputs: () => ({
      loss: last!.value.dataSync()[0],
      gradient: last!.grad.dataSync() as Float32Array,
    }),
    close: () => {
      forget();
      tf.dispose(logits);
    },
  };
}
