// The loss as a tensor that tfjs can differentiate with respect to the logits, once. The same for both forms and all engines.

import { EqlError, type Form, type Gate } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import { type AnyOptions, readBatch } from './batch.ts';
import type { Batch, Engine } from './engine.ts';
import { engineOf } from './engines.ts';
import { hold } from './hold.ts';
import type { Labels } from './options.ts';

/**
 * Reads, checks and computes one loss on the current backend.
 *
 * The gradient is our own: tfjs-core by itself registers none, and SPEC N1 asks for more than automatic differentiation of a
 * select gives. It is only made where one can be asked for.
 *
 * @throws {EqlError} before anything is computed, what `readBatch` throws; later `UNSUPPORTED` from a second derivative, and
 * from a gradient on another backend than the loss.
 */
export function differentiable(
  form: Form,
  labels: Labels,
  logits: tf.Tensor,
  gate: Gate,
  options: AnyOptions | null | undefined,
): tf.Tensor {
  const backend = tf.getBackend();
  const way = engineOf(backend);
  const batch = readBatch(form, labels, logits, gate, options, way.keepsGpu, way.draws);
  return batch.rows === 0 ? ofNoRows(logits, batch) : ofRows(logits, batch, way, backend);
}

function ofRows(logits: tf.Tensor, batch: Batch, way: Engine, backend: string): tf.Tensor {
  const { rows, classes } = batch;
  const wantsGradient = isTapeOn();
  const shape = batch.reduction === 'none' ? logits.shape.slice(0, -1) : [];
  return tf.customGrad((...args: unknown[]) => {
    const [z, save] = args as [tf.Tensor, tf.GradSaveFunc];
    const { loss, gradient, saved = [] } = way.forward(as(z, [rows, classes]) as tf.Tensor2D, batch, wantsGradient);
    save([...saved]);
    const made = gradient && hold(gradient);
    const gradFunc = (dy: tf.Tensor, kept: tf.Tensor[]) =>
      onceOnly(z, dy, () => {
        checkBackend(backend);
        const flat = as(dy, batch.reduction === 'none' ? [rows] : []);
        return as(way.backward(flat, made ? [made()] : kept, batch), z.shape);
      });
    return { value: as(loss, shape), gradFunc };
  })(logits);
}

/** SPEC R4. */
function ofNoRows(logits: tf.Tensor, { reduction }: Batch): tf.Tensor {
  const { shape } = logits;
  return tf.customGrad(() => ({
    value: reduction === 'none' ? tf.zeros(shape.slice(0, -1)) : tf.scalar(0),
    gradFunc: () => tf.zeros(shape),
  }))(logits);
}

/** Whether tfjs records what is computed, so that a gradient may be asked for. */
export function isTapeOn(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/** The same values in another shape; no work where it is the same. */
function as(tensor: tf.Tensor, shape: readonly number[]): tf.Tensor {
  if (tensor.shape.length === shape.length && shape.every((n, k) => n === tensor.shape[k])) return tensor;
  return tf.reshape(tensor, [...shape]);
}

/**
 * Makes a second derivative an error. Without it tfjs would leave out the part that goes through the saved tensors, and
 * return a wrong number. Both ways into the gradient are inputs: the logits, which may be gone by now, and dy.
 */
function onceOnly(logits: tf.Tensor, dy: tf.Tensor, compute: () => tf.Tensor): tf.Tensor {
  return tf.customGrad(() => ({
    value: compute(),
    gradFunc: (): tf.Tensor[] => {
      throw new EqlError('UNSUPPORTED', 'the loss has a first derivative only; a second one was asked for.');
    },
  }))(logits, dy);
}

function checkBackend(backend: string): void {
  const now = tf.getBackend();
  if (now !== backend) {
    throw new EqlError(
      'UNSUPPORTED',
      `the loss was computed on the backend ${backend}, and its gradient is asked for on ${now}; switch between steps.`,
    );
  }
}
