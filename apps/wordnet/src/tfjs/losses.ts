// The losses in TensorFlow.js. What is not ours is composed from tfjs's own losses.

import { sigmoidEql, softmaxEql } from '@eqloss/tfjs';
import * as tf from '@tensorflow/tfjs';
import { classWeights, logPriors, type MethodName } from '../methods.ts';
import { GAMMA, type Task } from '../task.ts';

/** The loss of one batch, a mean over its rows. */
export type BatchLoss = (labels: Int32Array, logits: tf.Tensor2D, step: number) => tf.Scalar;

/** Each method's loss, for one task and one seed of draws. */
export const losses: Readonly<Record<MethodName, (task: Task, seed: number) => BatchLoss>> = {
  ce:
    ({ classes }) =>
    (labels, logits) =>
      tf.losses.softmaxCrossEntropy(oneHot(labels, classes), logits),
  seql:
    ({ gate }, seed) =>
    (labels, logits, step) =>
      softmaxEql(labels, logits, gate, { beta: { gamma: GAMMA, seed, step } }),
  weights: (task) => {
    const weights = classWeights(task);
    return (labels, logits) => {
      const rowWeights = Float32Array.from(labels, (label) => weights[label]);
      return tf.losses.softmaxCrossEntropy(oneHot(labels, task.classes), logits, tf.tensor1d(rowWeights));
    };
  },
  adjusted: (task) => {
    const priors = Float32Array.from(logPriors(task));
    return (labels, logits) =>
      tf.losses.softmaxCrossEntropy(oneHot(labels, task.classes), tf.add(logits, tf.tensor1d(priors)));
  },
  bce: ({ classes }) => sigmoidCrossEntropy(classes),
  eql,
  'eql-alone': eql,
};

function eql({ gate }: Task): BatchLoss {
  return (labels, logits) => sigmoidEql(labels, logits, gate);
}

function sigmoidCrossEntropy(classes: number): BatchLoss {
  return (labels, logits) => {
    const targets = oneHot(labels, classes);
    // tfjs's own mean divides by the classes as well.
    const sum = tf.losses.sigmoidCrossEntropy(targets, logits, undefined, undefined, tf.Reduction.SUM);
    return tf.div(sum, labels.length);
  };
}

/** Target rows; background, whose label is the number of classes, is a row of zeros. */
function oneHot(labels: Int32Array, classes: number): tf.Tensor2D {
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    if (label < classes) rows[i * classes + label] = 1;
  });
  return tf.tensor2d(rows, [labels.length, classes]);
}
