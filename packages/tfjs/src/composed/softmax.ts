// The softmax form by ops. SPEC X1 to X7.

import { type CheckedSoftmax, SMALLEST_NORMAL, toSingle } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Formula } from './engine.ts';
import { rowSums } from './numerics.ts';
import { indexMask, targetRows } from './targets.ts';

// With d = z - m, m the largest z + log w of the included entries, and s = Σ w e^d:
//
//     L = Σ y (log s - d) = (Σ y) log s - Σ y d,    gradient (Σ y) w e^d / s - y.
//
// d is replaced by 0 at excluded entries before anything is computed, since 0 NaN is NaN (SPEC N1). m may be any number that
// is near the largest term, as long as it is the same in all terms. By the largest z alone (SPEC X2), an entry of weight
// 1e-30 that holds it would underflow the others.
/** SPEC X1 to X7. */
export function softmaxFormula(batch: CheckedSoftmax): Formula {
  return {
    forward(logits) {
      const zeros = tf.zerosLike(logits);
      const positive = batch.targets === undefined ? indexMask(batch) : undefined;
      const y = positive === undefined ? targetRows(batch) : tf.cast(positive, 'float32');
      const w = weights(batch, y, positive !== undefined);
      const included = tf.greater(w, 0);
      const lowestEverywhere = tf.fill(logits.shape, lowest);
      // log 1 is 0 on every engine but for a rounding that does not matter.
      const m = maximum(tf.where(included, tf.add(logits, tf.log(tf.maximum(w, SMALLEST_NORMAL))), lowestEverywhere));
      const d = tf.where(included, tf.sub(logits, m), zeros);
      const terms = tf.mul(w, tf.exp(d));
      const s = withoutDistribution(rowSums(terms), m);
      const { mass, kept } = rowMass(batch);
      const pulled = rowSums(tf.where(tf.greater(y, 0), positive === undefined ? tf.mul(y, d) : d, zeros));
      const losses = tf.sub(tf.mul(mass, tf.log(s)), pulled);
      const rowLosses = tf.where(kept, tf.add(losses, tf.sub(s, s)), tf.zerosLike(losses));
      const share = tf.reshape(tf.div(mass, s), [-1, 1]);
      return { rowLosses, saved: [terms, share, y, included] };
    },
    gradient([terms, share, y, included]) {
      // A row without a distribution is NaN at its included entries only. SPEC N1, N2.
      return tf.where(included, tf.sub(tf.mul(terms, share), y), tf.zerosLike(terms));
    },
  };
}

/** No finite logit is lower. Not -Infinity, which engines lose. */
const lowest = -3.4028234663852886e38;

/**
 * Largest entry of each row, `[rows, 1]`. The webgl backend starts a maximum at -1e20, masks write logits far below that:
 * scaled by 2^-64 none is. The power of two is exact but for logits below 2^-62, of which it makes 0: all the same to e^d.
 */
function maximum(values: tf.Tensor): tf.Tensor {
  return tf.mul(tf.max(tf.mul(values, 2 ** -64), 1, true), 2 ** 64);
}

/**
 * `w_ik`, `[rows, classes]`, and 0 throughout a row that is taken out. SPEC X1, R3.
 *
 * For index labels it is max(y, v) exactly, with v = 1 - β T; else v + (1 - v) y.
 */
function weights(batch: CheckedSoftmax, y: tf.Tensor, hard: boolean): tf.Tensor {
  const v = keptWeights(batch);
  return hard ? tf.maximum(y, v) : tf.add(v, tf.mul(tf.sub(1, v), y));
}

function keptWeights({ rows, classes, tail, beta, perElement, rowWeights }: CheckedSoftmax): tf.Tensor {
  // 1 - β is formed in double: SPEC X1.
  const negativeWeights = new Float64Array(perElement ? rows * classes : classes);
  for (let k = 0; k < negativeWeights.length; k++) {
    negativeWeights[k] = 1 - (typeof beta === 'number' ? beta : beta[k]) * tail[k % classes];
  }
  const v = toSingle(negativeWeights);
  if (perElement) {
    for (let i = 0; i < rows; i++) if (rowWeights[i] === 0) v.fill(0, i * classes, (i + 1) * classes);
    return tf.tensor2d(v, [rows, classes]);
  }
  const kept = Float32Array.from(rowWeights, (weight) => (weight === 0 ? 0 : 1));
  // A product, since the wasm backend broadcasts a maximum 10 times more slowly.
  return tf.mul(tf.tensor2d(kept, [rows, 1]), tf.tensor2d(v, [1, classes]));
}

/**
 * s, but NaN in a row that has no distribution: one with an included NaN or +Infinity, or with nothing but -Infinity.
 * SPEC N2. Said explicitly since GPUs lose it: e^NaN may be Infinity, and a maximum over -Infinity may be -1e20.
 */
function withoutDistribution(s: tf.Tensor, m: tf.Tensor): tf.Tensor {
  const largest = tf.reshape(m, [-1]);
  const bad = tf.fill(s.shape, Number.POSITIVE_INFINITY);
  const marked = tf.where(tf.greater(s, 0), largest, bad);
  return tf.add(s, tf.sub(marked, marked));
}

/** `Σ_j y_ij`, added in double, 0 for a row that is taken out, and whether a row is not. SPEC X4, R3. */
function rowMass({ rows, classes, targets, rowWeights }: CheckedSoftmax) {
  const mass = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    if (rowWeights[i] === 0) continue;
    if (targets === undefined) mass[i] = 1;
    else for (let k = i * classes; k < (i + 1) * classes; k++) mass[i] += targets[k];
  }
  const kept = Uint8Array.from(rowWeights, (weight) => (weight === 0 ? 0 : 1));
  return { mass: tf.tensor1d(toSingle(mass)), kept: tf.tensor1d(kept, 'bool') };
}
