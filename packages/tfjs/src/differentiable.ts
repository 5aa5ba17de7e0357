// Reduction, row weights and the gradient's way through tfjs's tape, the same for both forms. SPEC R1 to R5.

import { checkSingle, EqlError, type PreparedBatch, type Reduction, toSingle } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import { rowSums } from './numerics.ts';
import type { LossTensor } from './options.ts';

/** One form of the loss for one batch, on the current backend. Rows with weight 0 must give finite values. */
export interface Formula {
  /** Row losses `[rows]` before row weights, and the tensors that {@link Formula.gradient} needs. */
  forward(logits: tf.Tensor): { readonly rowLosses: tf.Tensor; readonly saved: readonly tf.Tensor[] };
  /** Gradient of the sum of those row losses, `[rows, classes]`. */
  gradient(saved: readonly tf.Tensor[]): tf.Tensor;
}

/**
 * The loss as a tensor that tfjs can differentiate with respect to the logits, once.
 *
 * The gradient is our own: tfjs-core by itself registers none, and SPEC N1 asks for more than automatic differentiation
 * of a select gives.
 *
 * @throws {EqlError} `UNSUPPORTED` for weights beyond single precision, and from the second derivative.
 */
export function differentiable<R extends Reduction>(
  logits: tf.Tensor,
  batch: PreparedBatch,
  formula: Formula,
): LossTensor<R> {
  checkSingle(batch);
  const loss = tf.customGrad((...args: unknown[]) => {
    const [z, save] = args as [tf.Tensor, tf.GradSaveFunc];
    if (batch.rows === 0) {
      save([z]);
      const value = batch.reduction === 'none' ? tf.zeros([0]) : tf.scalar(0);
      return { value, gradFunc: (_dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.zerosLike(saved) };
    }
    const { rowLosses, saved } = formula.forward(z);
    save([z, ...saved]);
    return {
      value: reduce(batch, rowLosses),
      gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => onceOnly(kept[0], dy, () => backward(batch, dy, formula, kept)),
    };
  })(logits);
  return loss as LossTensor<R>;
}

function reduce(batch: PreparedBatch, rowLosses: tf.Tensor): tf.Tensor {
  const weighted = tf.mul(rowLosses, tf.tensor1d(toSingle(batch.rowWeights)));
  if (batch.reduction === 'none') return weighted;
  return tf.div(tf.reshape(rowSums(tf.reshape(weighted, [1, batch.rows])), []), batch.divisor);
}

/** `dy` is what follows the loss: a scalar, or `[rows]` for reduction `none`. */
function backward(batch: PreparedBatch, dy: tf.Tensor, formula: Formula, kept: readonly tf.Tensor[]): tf.Tensor {
  const { rows, rowWeights, divisor } = batch;
  const scale = tf.tensor2d(toSingle(rowWeights.map((weight) => weight / divisor)), [rows, 1]);
  const upstream = tf.reshape(dy, dy.rank === 0 ? [] : [rows, 1]);
  return tf.mul(formula.gradient(kept.slice(1)), tf.mul(scale, upstream));
}

/**
 * Makes a second derivative an error. Without it tfjs would leave out the part that goes through the saved tensors, and
 * return a wrong number. Both ways into the gradient are inputs: the logits and dy.
 */
function onceOnly(logits: tf.Tensor, dy: tf.Tensor, compute: () => tf.Tensor): tf.Tensor {
  return tf.customGrad(() => ({
    value: compute(),
    gradFunc: (): tf.Tensor[] => {
      throw new EqlError('UNSUPPORTED', 'the loss has a first derivative only; a second one was asked for.');
    },
  }))(logits, dy);
}
