// What is computed in which order, for any kind of shader: few programs, and nothing as large as the logits but the gradient.

import * as tf from '@tensorflow/tfjs-core';
import type { Batch, DeviceInputs, Engine } from '../engine.ts';
import { type InfoVariant, infoInputs, infoVariantOf, needsInfo } from './info.ts';
import { uploadInfo, uploadTail, uploadTargets, uploadWeights } from './upload.ts';
import { type InputName, type Inputs, namesOf, pick, type Variant, variantOf } from './variant.ts';

/** The programs of one kind of shader. Each returns what one or more of them wrote. */
export interface Programs {
  /** Whether textures hold half floats. */
  isHalf(): boolean;
  /** `info` `[rows, 4]` from what the host and what only the GPU has. */
  info(inputs: Readonly<Record<string, tf.Tensor>>, rows: number, variant: InfoVariant): tf.Tensor;
  /** How many rows of `info` are not ignored, at least 1, as two digits `[2]`. SPEC R1, R4. */
  count(info: tf.Tensor): tf.Tensor;
  /** Sigmoid form: parts of the weighted row losses `[rows, parts]`. */
  rowLosses(inputs: Inputs, variant: Variant): tf.Tensor;
  /** Softmax form: `stats` `[3, rows]`. */
  stats(inputs: Inputs, variant: Variant): tf.Tensor;
  /** The sum of each row of a matrix `[rows, n]`, divided: `[rows]`. */
  total(values: tf.Tensor, divisor: Divisor): tf.Tensor;
  /** The gradient `[rows, classes]`. */
  gradient(inputs: Inputs, dy: tf.Tensor, divisor: Divisor, variant: Variant): tf.Tensor;
}

/** What the host, or the GPU alone, knows to divide by. */
export type Divisor = number | tf.Tensor;

/** An engine that keeps what only the GPU has on the GPU. */
export function fusedEngine(programs: Programs): Engine {
  return {
    keepsGpu: true,
    forward(logits, batch, wantsGradient) {
      const half = programs.isHalf();
      const inputs = inputsOf(programs, logits, batch, half);
      const variant = variantOf(batch.form, inputs, half);
      if (batch.form === 'sigmoid') {
        const losses = programs.rowLosses(inputs, variant);
        return { loss: sigmoidTotal(programs, losses, batch, inputs), saved: saved(inputs, batch, wantsGradient) };
      }
      const stats = programs.stats(inputs, variant);
      const all = { ...inputs, stats };
      return { loss: softmaxTotal(programs, stats, batch, inputs), saved: saved(all, batch, wantsGradient) };
    },
    backward(dy, kept, batch) {
      const inputs = Object.fromEntries(namesOf(batch).map((name, k) => [name, kept[k]])) as unknown as Inputs;
      const variant = variantOf(batch.form, inputs, programs.isHalf());
      return programs.gradient(inputs, dy, divisorOf(batch, inputs), variant);
    },
  };
}

function inputsOf(programs: Programs, z: tf.Tensor, batch: Batch, half: boolean): Inputs {
  const { rows, classes, device } = batch;
  const host = uploadInfo(batch, half);
  const info = needsInfo(batch) ? programs.info(infoInputs(batch, host), rows, infoVariantOf(batch, half)) : host;
  const make: Readonly<Partial<Record<InputName, () => tf.Tensor>>> = {
    z: () => z,
    info: () => info,
    tail: () => uploadTail(batch),
    v: () => uploadWeights(batch, half),
    beta: () => shapedBeta(device, rows, classes),
    y: () => (device.targets ? tf.reshape(device.targets, [rows, classes]) : uploadTargets(batch, half)),
    count: () => programs.count(info),
  };
  const made: Partial<Record<InputName, tf.Tensor>> = {};
  for (const name of namesOf(batch)) made[name] = make[name]?.();
  return made as Inputs;
}

/** `[]`, `[classes]` or `[rows, classes]`, whatever the leading dimensions of the logits were. */
function shapedBeta({ beta }: DeviceInputs, rows: number, classes: number): tf.Tensor {
  const given = beta!;
  return given.rank < 2 ? given : tf.reshape(given, [rows, classes]);
}

function saved(inputs: Inputs, batch: Batch, wantsGradient: boolean): tf.Tensor[] {
  return wantsGradient ? Object.values(pick(inputs, namesOf(batch))) : [];
}

function divisorOf({ divisor }: Batch, { count }: Inputs): Divisor {
  return divisor ?? count!;
}

function sigmoidTotal(programs: Programs, losses: tf.Tensor, batch: Batch, inputs: Inputs): tf.Tensor {
  const { rows, reduction } = batch;
  if (reduction === 'none') return losses.size === rows ? tf.reshape(losses, [rows]) : programs.total(losses, 1);
  return tf.reshape(programs.total(tf.reshape(losses, [1, losses.size]), divisorOf(batch, inputs)), []);
}

function softmaxTotal(programs: Programs, stats: tf.Tensor, batch: Batch, inputs: Inputs): tf.Tensor {
  const losses = tf.slice(stats, [2, 0], [1, batch.rows]);
  if (batch.reduction === 'none') return tf.reshape(losses, [batch.rows]);
  return tf.reshape(programs.total(losses, divisorOf(batch, inputs)), []);
}
