// The loss by ops that every backend of tfjs has. SPEC R1 to R5.

import { toSingle } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Engine } from '../engine.ts';
import { rowSums } from './numerics.ts';
import { sigmoidFormula } from './sigmoid.ts';
import { softmaxFormula } from './softmax.ts';

/** One form of the loss for one batch. Rows with weight 0 must give finite values. */
export interface Formula {
  /** Row losses `[rows]` before row weights, and the tensors that {@link Formula.gradient} needs. */
  forward(logits: tf.Tensor2D): { readonly rowLosses: tf.Tensor; readonly saved: readonly tf.Tensor[] };
  /** Gradient of the sum of those row losses, `[rows, classes]`. */
  gradient(saved: readonly tf.Tensor[]): tf.Tensor;
}

/** For backends that are not known: correct on all of them, as fast as their ops are. */
export const composedEngine: Engine = {
  keepsGpu: false,
  forward(logits, batch) {
    const { rowLosses, saved } = formulaOf(batch).forward(logits);
    return { loss: reduce(batch, rowLosses), saved };
  },
  backward(dy, saved, batch) {
    const { rows, checked } = batch;
    const scale = tf.tensor2d(toSingle(checked.rowWeights.map((weight) => weight / checked.divisor)), [rows, 1]);
    const upstream = tf.reshape(dy, dy.rank === 0 ? [] : [rows, 1]);
    const gradient = formulaOf(batch).gradient(saved);
    // 0 · ∞ is NaN, and an excluded entry's gradient is 0: SPEC N1.
    return tf.where(tf.equal(gradient, 0), tf.zerosLike(gradient), tf.mul(gradient, tf.mul(scale, upstream)));
  },
};

function formulaOf({ checked }: Batch): Formula {
  return checked.form === 'sigmoid' ? sigmoidFormula(checked) : softmaxFormula(checked);
}

function reduce({ rows, reduction, checked }: Batch, rowLosses: tf.Tensor): tf.Tensor {
  const weighted = tf.mul(rowLosses, tf.tensor1d(toSingle(checked.rowWeights)));
  if (reduction === 'none') return weighted;
  return tf.div(tf.reshape(rowSums(tf.reshape(weighted, [1, rows])), []), checked.divisor);
}
