// The sigmoid form by ops. SPEC S1 to S4.

import type { CheckedSigmoid } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Formula } from './engine.ts';
import { decay, log1p, rowSums } from './numerics.ts';
import { indexMask, targetRows } from './targets.ts';

// With u = e^-|z|:
//
//     softplus(z) - y z = y softplus(-z) + (1 - y) softplus(z) = y max(-z, 0) + (1 - y) max(z, 0) + log(1 + u),
//
// a sum of terms >= 0: nothing cancels (SPEC N3). Excluded logits are replaced by 0 before anything is computed, since
// 0 NaN is NaN (SPEC N1); what remains of them goes away with the weight 0.
/** SPEC S1 to S4. */
export function sigmoidFormula(batch: CheckedSigmoid): Formula {
  return {
    forward(logits) {
      const zeros = tf.zerosLike(logits);
      const positive = batch.targets === undefined ? indexMask(batch) : undefined;
      const y = positive === undefined ? targetRows(batch) : tf.cast(positive, 'float32');
      // max(y, 1 - E T) is w exactly, for soft targets too.
      const w = tf.maximum(y, ungated(batch));
      const z = tf.where(tf.greater(w, 0), logits, zeros);
      const u = decay(tf.abs(z));
      const slope = positive === undefined ? softSlope(z, y, zeros) : hardSlope(z, positive);
      return { rowLosses: rowSums(tf.mul(w, tf.add(slope, log1p(u)))), saved: [z, u, y, w] };
    },
    // σ(z) is 1 / (1 + u) for z >= 0, else u / (1 + u). On one fraction bar, 1 - y and y stand alone, and a
    // well-classified entry keeps its digits.
    gradient([z, u, y, w]) {
      const other = tf.sub(1, y);
      const above = tf.sub(other, tf.mul(y, u));
      const below = tf.sub(tf.mul(other, u), y);
      const numerator = tf.where(tf.greaterEqual(z, 0), above, below);
      return tf.mul(w, tf.div(numerator, tf.add(u, 1)));
    },
  };
}

/** `1 - E_i T_j`, and 0 throughout a row that is taken out. `[rows, classes]`. SPEC S1, R3. */
function ungated({ rows, classes, tail, foreground, rowWeights }: CheckedSigmoid): tf.Tensor {
  const kept = Float32Array.from(rowWeights, (weight) => (weight === 0 ? 0 : 1));
  const gated = Float32Array.from(foreground, (e, i) => e * kept[i]);
  const product = tf.mul(tf.tensor2d(gated, [rows, 1]), tf.tensor2d(Float32Array.from(tail), [1, classes]));
  return tf.sub(tf.tensor2d(kept, [rows, 1]), product);
}

/** max(-z, 0) at the label, else max(z, 0): no product that could be 0 times Infinity. SPEC N2. */
function hardSlope(z: tf.Tensor, positive: tf.Tensor): tf.Tensor {
  return tf.maximum(tf.where(positive, tf.neg(z), z), 0);
}

/** y max(-z, 0) + (1 - y) max(z, 0); a factor of 0 wins over an infinite logit. SPEC N2. */
function softSlope(z: tf.Tensor, y: tf.Tensor, zeros: tf.Tensor): tf.Tensor {
  const down = tf.mul(y, tf.maximum(tf.neg(z), 0));
  const up = tf.mul(tf.sub(1, y), tf.maximum(z, 0));
  return tf.add(tf.where(tf.greater(y, 0), down, zeros), tf.where(tf.less(y, 1), up, zeros));
}
