// Which class a model's logits say, where they say one.

import { EqlError } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Refuses logits that the groups do not go with.
 *
 * @throws {EqlError} `CLASS_COUNT`
 */
export function checkLogits(logits: tf.Tensor, classes: number): void {
  const columns = logits.shape.at(-1);
  if (columns === classes) return;
  throw new EqlError('CLASS_COUNT', `logits have ${columns} columns, but the groups ${classes} classes.`);
}

/**
 * The class with the largest logit of each row.
 *
 * A row that holds NaN says none: tfjs would take it for class 0, or for what is beside the NaN, and a model that has diverged
 * would have a recall.
 *
 * @param logits Or probabilities, `[…, classes]`.
 * @returns `[…]`, int32: the class, -1 for a row that says none.
 */
export function predictedClasses(logits: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const saysNone = tf.any(tf.isNaN(logits), -1);
    return tf.where(saysNone, tf.scalar(-1, 'int32'), tf.argMax(logits, -1));
  });
}
