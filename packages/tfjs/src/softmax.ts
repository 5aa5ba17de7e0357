// The softmax form, SEQL, on the current backend. SPEC X1 to X7.

import { type Gate, type PreparedSoftmax, prepareSoftmax, type Reduction, toSingle } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import { differentiable, type Formula } from './differentiable.ts';
import { readBatch } from './host.ts';
import { rowSums } from './numerics.ts';
import type { Labels, LossTensor, SoftmaxOptions } from './options.ts';
import { indexMask, targetRows } from './targets.ts';

/**
 * Equalization Loss, softmax form (SEQL), differentiable with respect to the logits.
 *
 * `L_i = -Σ_j y_ij (z_ij - log D_i)`, `D_i = Σ_k w_ik e^(z_ik)`, `w_ik = 1 - β_ik T_k (1 - y_ik)`,
 * gradient `(Σ_j y_ij) w_ik e^(z_ik) / D_i - y_ik`.
 *
 * @param labels Index labels `[rows]` (class, -1 = ignored) or target rows `[rows, classes]` in [0, 1].
 * @param logits z `[rows, classes]`, float32.
 * @param gate Which classes are tail; of `createGate`.
 * @param options `beta` (required), `reduction` (default `mean`), `rowWeights`, `normalizer`.
 * @returns A scalar, or `[rows]` for reduction `none`.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `BETA_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `DTYPE`, `UNSUPPORTED`, `DISPOSED`, before the engine works.
 */
export function softmaxEql<R extends Reduction = 'mean'>(
  labels: Labels,
  logits: tf.Tensor,
  gate: Gate,
  options: SoftmaxOptions<R>,
): LossTensor<R> {
  const host = readBatch(labels, logits, gate, options);
  const batch = prepareSoftmax(logits.shape, host.inputs, host.reduction);
  host.checkShapes();
  return differentiable<R>(logits, batch, formulaOf(batch));
}

// With d = z - m, m the largest included logit (SPEC X2), and s = Σ w e^d:
//
//     L = Σ y (log s - d) = (Σ y) log s - Σ y d,    gradient (Σ y) w e^d / s - y.
//
// d is replaced by 0 at excluded entries before anything is computed, since 0 NaN is NaN (SPEC N1).
function formulaOf(batch: PreparedSoftmax): Formula {
  return {
    forward(logits) {
      const zeros = tf.zerosLike(logits);
      const positive = batch.targets === undefined ? indexMask(batch) : undefined;
      const y = positive === undefined ? targetRows(batch) : tf.cast(positive, 'float32');
      const w = weights(batch, y, positive !== undefined);
      const included = tf.greater(w, 0);
      const m = maximum(tf.where(included, logits, tf.fill(logits.shape, lowest)));
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
function weights(batch: PreparedSoftmax, y: tf.Tensor, hard: boolean): tf.Tensor {
  const v = keptWeights(batch);
  return hard ? tf.maximum(y, v) : tf.add(v, tf.mul(tf.sub(1, v), y));
}

function keptWeights({ rows, classes, negativeWeights, perElement, rowWeights }: PreparedSoftmax): tf.Tensor {
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
function rowMass({ rows, classes, targets, rowWeights }: PreparedSoftmax) {
  const mass = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    if (rowWeights[i] === 0) continue;
    if (targets === undefined) mass[i] = 1;
    else mass[i] = targets.subarray(i * classes, (i + 1) * classes).reduce((sum, y) => sum + y, 0);
  }
  const kept = Uint8Array.from(rowWeights, (weight) => (weight === 0 ? 0 : 1));
  return { mass: tf.tensor1d(toSingle(mass)), kept: tf.tensor1d(kept, 'bool') };
}
