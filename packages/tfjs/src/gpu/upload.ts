// What the host knows of a batch, as tensors. SPEC X1, G5.

import { type CheckedSoftmax, SMALLEST_NORMAL, toSingle } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../engine.ts';
import { HIGH, LABEL, MASS, NO_LABEL, WEIGHT } from './rows.ts';
import { digitsOf } from './variant.ts';

/** The smallest number that half floats hold with all their digits. */
const SMALLEST_HALF = 2 ** -14;

/** `info` `[rows, 4]`, without what only the GPU knows. */
export function uploadInfo({ rows, classes, checked, device }: Batch, half: boolean): tf.Tensor {
  const info = new Float32Array(rows * 4);
  const weights = normal(checked.rowWeights, half);
  const { labels, targets } = checked;
  const known = device.targets === undefined ? targets : undefined;
  for (let i = 0; i < rows; i++) {
    const label = labels === undefined || labels[i] < 0 ? NO_LABEL : labels[i];
    const high = half ? Math.floor(label / 1024) : 0;
    info[i * 4 + LABEL] = label - 1024 * high;
    info[i * 4 + HIGH] = high;
    info[i * 4 + WEIGHT] = weights[i];
    if (checked.form === 'sigmoid') info[i * 4 + MASS] = checked.foreground[i];
    else info[i * 4 + MASS] = known === undefined ? 1 : sumOf(known, i * classes, classes);
  }
  return tf.tensor2d(info, [rows, 4]);
}

/** T `[1, classes]`. */
export function uploadTail({ classes, checked }: Batch): tf.Tensor {
  return tf.tensor2d(Float32Array.from(checked.tail), [1, classes]);
}

/** y `[rows, classes]`. */
export function uploadTargets({ rows, classes, checked }: Batch, half: boolean): tf.Tensor {
  return tf.tensor2d(normal(checked.targets!, half), [rows, classes]);
}

/** v = 1 - β T `[1, classes]`, or `[rows, classes]` for β per element; formed in double. */
export function uploadWeights({ rows, classes, checked }: Batch, half: boolean): tf.Tensor {
  const { beta, tail, perElement } = checked as CheckedSoftmax;
  const count = perElement ? rows : 1;
  const v = new Float32Array(count * classes).fill(1);
  const smallest = half ? SMALLEST_HALF : SMALLEST_NORMAL;
  const tailClasses = Int32Array.from(tail.keys()).filter((j) => tail[j] === 1);
  for (let start = 0; start < v.length; start += classes) {
    for (const j of tailClasses) {
      const weight = 1 - (typeof beta === 'number' ? beta : beta[start + j]);
      v[start + j] = weight > 0 && weight < smallest ? smallest : weight;
    }
  }
  return tf.tensor2d(v, [count, classes]);
}

/** 1 - v for β that is 0 or 1, as digits of numbers, the lowest first; 1 in place of columns that are not there. */
export function uploadBits({ rows, classes, checked }: Batch, half: boolean): tf.Tensor {
  const { beta, tail } = checked as CheckedSoftmax;
  const draws = beta as Uint8Array;
  const digits = digitsOf(half);
  const columns = Math.ceil(classes / digits);
  const bits = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const start = i * classes;
    for (let column = 0; column < columns; column++) {
      const first = column * digits;
      const end = Math.min(first + digits, classes);
      // Draws are 0 and 1 at random: no branch may depend on which.
      let number = (-1 << (end - first)) & ((1 << digits) - 1);
      for (let j = first; j < end; j++) number |= (draws[start + j] & tail[j]) << (j - first);
      bits[i * columns + column] = number;
    }
  }
  return tf.tensor2d(bits, [rows, columns]);
}

/** In single precision; what is above 0 stays above 0, in half precision too. */
function normal(values: ArrayLike<number>, half: boolean): Float32Array {
  const single = toSingle(values);
  const smallest = half ? SMALLEST_HALF : SMALLEST_NORMAL;
  for (let k = 0; half && k < single.length; k++) if (single[k] > 0 && single[k] < smallest) single[k] = smallest;
  return single;
}

function sumOf(values: ArrayLike<number>, start: number, count: number): number {
  let sum = 0;
  for (let k = start; k < start + count; k++) sum += values[k];
  return sum;
}
