// What both paths of TensorFlow.js share: the backend, and a loss with its gradient.

import { Unavailable } from '@eqloss/conformance/protocol';
import type * as Engine from '@tensorflow/tfjs-core';
import type { Inputs } from '../inputs.ts';
import type { Opened } from '../path.ts';
import { describeDevice } from './device.ts';

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
    await backends[backend]();
    if (!(await tf.setBackend(backend))) throw new Error('tf.setBackend() answers false');
  } catch (error) {
    throw new Unavailable(`the ${backend} backend of tfjs does not start: ${(error as Error).message}`);
  }
  const device = await describeDevice(tf.getBackend(), () => {
    return (tf.backend() as unknown as { readonly gpgpu: { readonly gl: WebGLRenderingContext } }).gpgpu.gl;
  });
  return { engine: `TensorFlow.js ${tf.version_core}`, backend: tf.getBackend(), ...device };
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
  const waits = tf.getBackend().startsWith('webg');
  let last: { readonly value: Engine.Tensor; readonly grad: Engine.Tensor } | undefined;
  const forget = () => tf.dispose(last ? [last.value, last.grad] : []);
  return {
    run: () => {
      forget();
      last = step(logits);
      // A GPU has only been told what to do. The loss is read after that, and a GPU works in order: once the number is
      // here, the gradient is there.
      return waits ? read(last.value) : undefined;
    },
    outputs: async () => ({
      loss: (await last!.value.data())[0],
      gradient: (await last!.grad.data()) as Float32Array,
    }),
    close: () => {
      forget();
      tf.dispose(logits);
    },
  };
}

// One literal each: bundlers follow them.
const backends: Readonly<Record<string, () => Promise<unknown>>> = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};

async function read(loss: Engine.Tensor): Promise<void> {
  await loss.data();
}
