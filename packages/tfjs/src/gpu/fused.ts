// What is computed in which order, for any kind of shader: few programs, and nothing as large as the logits but the gradient.

import * as tf from '@tensorflow/tfjs-core';
import type { Batch, DeviceInputs, Engine } from '../engine.ts';
import { type InfoVariant, infoInputs, infoVariantOf, needsInfo } from './info.ts';
import { WHOLE } from './parts.ts';
import { LOSS } from './rows.ts';
import { uploadBits, uploadInfo, uploadTail, uploadTargets, uploadWeights } from './upload.ts';
import { type InputName, type Inputs, namesOf, pick, type Variant, variantOf } from './variant.ts';

/** The programs of one kind of shader. Each returns what one or more of them wrote. */
export interface Programs {
  /** Whether textures hold half floats. */
  isHalf(): boolean;
  /** `info` `[rows, 4]` from what the host and what only the GPU has. */
  info(inputs: Readonly<Record<string, tf.Tensor>>, rows: number, variant: InfoVariant): tf.Tensor;
  /** How many rows of `info` are not ignored, at least 1, as two digits `[2]`. SPEC R1, R4. */
  count(info: tf.Tensor): tf.Tensor;
  /** Sigmoid form: weighted row losses, each in an even number of parts that are still to be added, `[rows, parts]`. */
  rowLosses(inputs: Inputs, variant: Variant): tf.Tensor;
  /** The same as they are returned, `[rows]`: for rows that need not be cut, a program less. */
  wholeRowLosses(inputs: Inputs, variant: Variant): tf.Tensor;
  /** Softmax form: `stats` `[rows, 4]`. */
  stats(inputs: Inputs, variant: Variant): tf.Tensor;
  /** The sum of each row of a matrix from an even column on: `[rows]`. */
  rowTotals(values: tf.Tensor, from: number): tf.Tensor;
  /** The sum of a matrix from an even column on, divided: a scalar. */
  total(values: tf.Tensor, from: number, divisor: Divisor): tf.Tensor;
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
      let inputs = inputsOf(programs, logits, batch, half);
      const variant = variantOf(batch, inputs, half);
      const saved = () => (wantsGradient ? Object.values(pick(inputs, namesOf(batch))) : []);
      if (batch.form === 'sigmoid' && batch.reduction === 'none' && batch.classes <= WHOLE) {
        return { loss: programs.wholeRowLosses(inputs, variant), saved: saved() };
      }
      let losses: tf.Tensor;
      if (batch.form === 'sigmoid') losses = programs.rowLosses(inputs, variant);
      else {
        losses = programs.stats(inputs, variant);
        inputs = { ...inputs, stats: losses };
      }
      const from = batch.form === 'sigmoid' ? 0 : LOSS;
      const loss =
        batch.reduction === 'none'
          ? programs.rowTotals(losses, from)
          : programs.total(losses, from, divisorOf(batch, inputs));
      return { loss, saved: saved() };
    },
    backward(dy, kept, batch) {
      const inputs = Object.fromEntries(namesOf(batch).map((name, k) => [name, kept[k]])) as unknown as Inputs;
      const variant = variantOf(batch, inputs, programs.isHalf());
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
    bits: () => uploadBits(batch, half),
    beta: () => shapedBeta(device, rows, classes),
    y: () => (device.targets ? tf.reshape(device.targets, [rows, classes]) : uploadTargets(batch, half)),
    count: () => programs.count(info),
  };
  const made: Partial<Record<InputName, tf.Tensor>> = {};
  for (const name of namesOf(batch)) made[name] = make[name]?.();
  return made as Inputs;
}

/** `[1, 1]`, `[1, classes]` or `[rows, classes]`, whatever the leading dimensions of the logits were. */
function shapedBeta({ beta }: DeviceInputs, rows: number, classes: number): tf.Tensor {
  const given = beta!;
  return tf.reshape(given, given.rank < 2 ? [1, given.size] : [rows, classes]);
}

function divisorOf({ divisor }: Batch, { count }: Inputs): Divisor {
  return divisor ?? count!;
}
