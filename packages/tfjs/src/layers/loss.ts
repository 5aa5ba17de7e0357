// The losses as `model.compile({ loss })` takes them.

import * as tf from '@tensorflow/tfjs-core';
import { readGiven } from '../given.ts';
import { isTapeOn } from '../loss.ts';
import { sigmoidEql } from '../sigmoid.ts';
import { softmaxEql } from '../softmax.ts';
import { answersOf } from './answers.ts';
import { checkConfig, isDrawn, type LossConfig } from './config.ts';

/** A loss function of a model. */
export interface LayersLoss {
  /**
   * @param yTrue Labels: see `labels` of the config.
   * @param yPred Logits `[batch, …, classes]`, float32, not activated.
   * @returns `[batch]`.
   */
  (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor1D;
  /** The step whose β comes next: the step that it started with, and one more for each that was taken. 0 if β is not drawn. */
  readonly step: number;
  /** What makes this loss anew, with the step where it stands. */
  readonly config: LossConfig;
}

/**
 * A loss for `model.compile({ loss })`, one value for each example of the batch: the trainer takes the mean itself, and
 * `classWeight` multiplies examples, for which a scalar would be silently wrong.
 *
 * The last layer must have no activation; for `predict`, put `tf.sigmoid` or `tf.softmax` behind it. Where a row of labels is
 * ignored, what is left of the batch counts more, so that the trainer's mean is that of SPEC R1: the sum over the rows that
 * are not ignored, divided by their number. Logits with inner dimensions, `[batch, …, classes]`, give the mean over these.
 *
 * A drawn β takes another step each time that the loss of other logits is computed where a gradient can be asked for, and only
 * then: validation does not disturb the draws, nor does the loss as a metric of the model, which has the β of the loss. A
 * gradient that goes through the loss of two batches takes two steps, so that these have draws of their own.
 *
 * With `classWeight`, tfjs wants a weight for each label that occurs, also for background (the number of classes) and -1; an
 * all-zero target row gets that of class 0.
 *
 * `model.fit` refuses index labels for a loss function that is not its own; {@link compileLoss} makes it take them.
 *
 * @param config `{ form: 'sigmoid', gate }` or `{ form: 'softmax', gate, beta }`, and `labels`.
 * @throws {EqlError} `UNSUPPORTED`, `CLASS_COUNT`, `BETA_RANGE` at once; from the loss itself what `sigmoidEql` and
 * `softmaxEql` throw, and `RANK` for labels that do not go with the logits.
 */
export function layersLoss(config: LossConfig): LayersLoss {
  const checked = checkConfig(config);
  const { form, gate } = checked;
  let step = isDrawn(checked.beta) ? (checked.beta.step ?? 0) : 0;
  const taken = new WeakMap<object, Map<number, number>>();
  const loss = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor1D =>
    tf.tidy(() => {
      const { kind, labels } = answersOf(yTrue, yPred, checked.labels, gate.classes);
      const rowWeights = kind === 'sparse' ? weightsOfCounted(labels) : undefined;
      const options = { reduction: 'none', rowWeights } as const;
      const steps = isDrawn(checked.beta) && isTapeOn() ? stepsOn(taken) : undefined;
      const rowLosses: tf.Tensor =
        checked.form === 'sigmoid'
          ? sigmoidEql(labels, yPred, gate, options)
          : softmaxEql(labels, yPred, gate, { ...options, beta: betaAt(checked.beta, steps?.get(yPred.id) ?? step) });
      if (steps !== undefined && !steps.has(yPred.id)) steps.set(yPred.id, step++);
      return meanOfInner(rowLosses);
    });
  const now = (): LossConfig =>
    checked.form === 'softmax' && isDrawn(checked.beta) ? { ...checked, beta: { ...checked.beta, step } } : checked;
  // Not enumerable: tfjs saves the enumerable properties of a loss function as if it were a list of losses by output.
  return Object.defineProperties(loss, {
    name: { value: `${form}Eql` },
    step: { get: () => step },
    config: { get: now },
  }) as LayersLoss;
}

/**
 * Which steps were taken on the tape that tfjs records now, by the id of the logits.
 *
 * tfjs makes an array anew for each outermost gradient: it is what tells one step of a training from the next, and within a
 * step the logits tell a loss from the same loss as a metric.
 */
function stepsOn(taken: WeakMap<object, Map<number, number>>): Map<number, number> {
  const tape = tf.engine().state.activeTape;
  const steps = taken.get(tape) ?? new Map<number, number>();
  taken.set(tape, steps);
  return steps;
}

function betaAt(beta: (LossConfig & { form: 'softmax' })['beta'], step: number) {
  return isDrawn(beta) ? { gamma: beta.gamma, seed: beta.seed, step } : beta;
}

/** `rows / counted` for a row that is counted, 0 for one that is ignored; nothing if none is. SPEC G5, R1. */
function weightsOfCounted(labels: tf.Tensor): tf.Tensor | undefined {
  const values = readGiven('labels', labels, 'keep')?.data;
  if (values === undefined) return weightsOnGpu(labels);
  let counted = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== -1) counted++;
  if (counted === values.length) return undefined;
  const weight = values.length / Math.max(counted, 1);
  return tf.tensor(
    Float32Array.from(values, (label) => (label === -1 ? 0 : weight)),
    labels.shape,
  );
}

/** The same where only the GPU knows the labels, without waiting for it. */
function weightsOnGpu(labels: tf.Tensor): tf.Tensor {
  const counted = tf.cast(tf.notEqual(labels, -1), 'float32');
  return tf.mul(counted, tf.div(labels.size, tf.maximum(tf.sum(counted), 1)));
}

function meanOfInner(rowLosses: tf.Tensor): tf.Tensor1D {
  if (rowLosses.rank < 2) return rowLosses as tf.Tensor1D;
  const inner = rowLosses.shape.map((_, axis) => axis).slice(1);
  return tf.mean(rowLosses, inner) as tf.Tensor1D;
}
