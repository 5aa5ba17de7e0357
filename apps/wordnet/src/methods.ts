// What is compared: losses for the same head, texts and steps.

import { type Form, priorBias } from '@eqloss/core';
import { sigmoidEql, softmaxEql } from '@eqloss/tfjs';
import * as tf from '@tensorflow/tfjs';
import { GAMMA, type Task } from './task.ts';

/** The loss of one batch, a mean over its rows. */
export type BatchLoss = (labels: Int32Array, logits: tf.Tensor2D, step: number) => tf.Scalar;

/** A line of the table. */
export interface Method {
  /** As the command line has it. */
  readonly name: string;
  /** As the table has it. */
  readonly title: string;
  readonly form: Form;
  /** Whether rows of no class are learned from, too. */
  readonly background: boolean;
  /** What every class's bias starts from. SPEC D5. */
  readonly bias: number;
  /** Of Adam: of 0.01, 0.03 and 0.1 the one with the best accuracy on the validation part. */
  readonly rate: number;
  /** The loss for one task and one seed of draws. */
  readonly lossFor: (task: Task, seed: number) => BatchLoss;
}

const softmax = { form: 'softmax', background: false, bias: 0, rate: 0.03 } as const;
const sigmoid = { form: 'sigmoid', background: true, bias: priorBias(), rate: 0.03 } as const;

/** In the order of the table. What is not ours, is composed from tfjs's own losses. */
export const methods: readonly Method[] = [
  {
    ...softmax,
    name: 'ce',
    title: 'softmax cross-entropy',
    lossFor:
      ({ classes }) =>
      (labels, logits) =>
        tf.losses.softmaxCrossEntropy(oneHot(labels, classes), logits),
  },
  {
    ...softmax,
    name: 'seql',
    title: 'SEQL',
    lossFor:
      ({ gate }, seed) =>
      (labels, logits, step) =>
        softmaxEql(labels, logits, gate, { beta: { gamma: GAMMA, seed, step } }),
  },
  {
    ...softmax,
    name: 'weights',
    title: 'class weights',
    lossFor: ({ classes, frequencies }) => {
      // Inverse frequency, not clipped. The mean over the training rows is 1.
      const weights = frequencies.map((f) => 1 / (classes * f));
      return (labels, logits) => {
        const rowWeights = Float32Array.from(labels, (label) => weights[label]);
        return tf.losses.softmaxCrossEntropy(oneHot(labels, classes), logits, tf.tensor1d(rowWeights));
      };
    },
  },
  {
    ...softmax,
    name: 'adjusted',
    title: 'logit adjustment',
    lossFor: ({ classes, frequencies }) => {
      // Menon et al., ICLR 2021, τ = 1: log priors are added in training only.
      const prior = Float32Array.from(frequencies, Math.log);
      return (labels, logits) =>
        tf.losses.softmaxCrossEntropy(oneHot(labels, classes), tf.add(logits, tf.tensor1d(prior)));
    },
  },
  {
    ...sigmoid,
    name: 'bce',
    title: 'sigmoid cross-entropy',
    lossFor: ({ classes }) => sigmoidCrossEntropy(classes),
  },
  { ...sigmoid, name: 'eql', title: 'sigmoid EQL', lossFor: eql },
  { ...sigmoid, name: 'eql-alone', title: 'sigmoid EQL, no background', background: false, rate: 0.01, lossFor: eql },
];

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
