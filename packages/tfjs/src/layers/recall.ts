// Recall by group of classes as metrics of a model: that of an epoch, although tfjs averages what batches give.

import { EqlError } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import { refuseUnknown } from '../options-object.ts';
import { answersOf } from './answers.ts';
import type { LabelKind } from './config.ts';
import { type ClassGroups, checkGroups } from './groups.ts';
import { checkLogits, predictedClasses } from './predictions.ts';

/** What {@link groupRecall} takes. */
export interface GroupRecallOptions {
  /** Masks by name: `groupsOf(counts, bounds)`, or `{ tail: gate.tail }`. */
  readonly groups: ClassGroups;
  /** How labels come; if left out, their shape says it. With one class it must be said. */
  readonly labels?: LabelKind;
}

/** Metrics, and the callback that makes recalls of them. */
export interface GroupRecall {
  /** For `compileLoss` or `model.compile`: two functions a group. */
  readonly metrics: ((yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor)[];
  /** For `model.fit` and `model.fitDataset`, before callbacks that look at the recalls. */
  readonly callbacks: {
    /** Puts the recalls of the whole epoch in place of the averages of batches in `logs`. */
    onEpochEnd(epoch: number, logs?: Record<string, number>): void;
  }[];
  /**
   * What `model.evaluate` or `model.evaluateDataset` returned, by name and with recalls.
   *
   * @param values Stay the caller's to dispose of.
   */
  read(
    model: { readonly metricsNames: readonly string[] },
    values: tf.Scalar | tf.Scalar[],
  ): Promise<Record<string, number>>;
}

/**
 * Recall of each group: of the rows whose class is in the group, the share whose largest logit is that class.
 *
 * An epoch's recall is no average of its batches' recalls, and a batch may have no row of a group at all. So two averages are
 * logged, `tailHits` and `tailRows` for a group `tail`, both per example, which the trainer weighs by the size of a batch.
 * At the end of an epoch the callback puts their ratio in their place, `tailRecall` and `val_tailRecall`, where
 * `model.history` and later callbacks find it; NaN if the epoch had no such row. It is the recall over the epoch's rows, up to
 * the rounding of the sums, which tfjs makes in single precision; {@link recallByGroup} counts in whole numbers.
 *
 * Background rows and ignored ones are in no group. A row of several targets belongs to its largest, the first of equals. A
 * row whose logits hold NaN is no hit.
 *
 * Together with callbacks of tfjs, such as `tf.callbacks.earlyStopping({ monitor: 'val_tailRecall', mode: 'max' })`, wrap
 * it, since tfjs takes no mixture: `[new tf.CustomCallback(recall.callbacks[0]), …]`.
 *
 * @throws {EqlError} as `checkGroups`; `UNSUPPORTED` for one class without `labels`. The metrics: `CLASS_COUNT`, `RANK`,
 * `DTYPE`.
 */
export function groupRecall(options: GroupRecallOptions): GroupRecall {
  refuseUnknown('groupRecall', options, ['groups', 'labels']);
  const { groups, labels } = options;
  if (checkGroups(groups) === 1 && labels === undefined) {
    throw new EqlError('UNSUPPORTED', 'with one class, the shape does not say what labels are; say one-hot or sparse.');
  }
  const metrics = Object.entries(groups).flatMap(([name, given]) => {
    const mask = Float32Array.from(given);
    const metric = (suffix: string, hitsOnly: boolean) => {
      const count = (yTrue: tf.Tensor, yPred: tf.Tensor) => rowsOf(mask, hitsOnly, yTrue, yPred, labels);
      // tfjs logs a metric under its function's name.
      return Object.defineProperty(count, 'name', { value: name + suffix });
    };
    return [metric(hitsSuffix, true), metric(rowsSuffix, false)];
  });
  const names = Object.keys(groups);
  return {
    metrics,
    callbacks: [{ onEpochEnd: (_epoch, logs) => replaceByRecall(logs ?? {}, names) }],
    async read(model, values) {
      const list = Array.isArray(values) ? values : [values];
      const numbers = await Promise.all(list.map(async (value) => (await value.data())[0]));
      const logs = Object.fromEntries(numbers.map((number, k) => [model.metricsNames[k], number]));
      replaceByRecall(logs, names);
      return logs;
    },
  };
}

const hitsSuffix = 'Hits';
const rowsSuffix = 'Rows';

/** How many rows of each example are in the group, or those of them that are recognized. `[batch]`, float32. */
function rowsOf(
  mask: Float32Array,
  hitsOnly: boolean,
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  said: LabelKind | undefined,
): tf.Tensor {
  return tf.tidy(() => {
    const classes = mask.length;
    const { kind, labels } = answersOf(yTrue, yPred, said, classes);
    checkLogits(yPred, classes);
    const { valid, index } = kind === 'sparse' ? ofIndices(labels, classes) : ofTargets(labels);
    const inGroup = tf.mul(tf.gather(tf.tensor1d(mask), tf.reshape(index, [-1])), tf.reshape(valid, [-1]));
    const counted = hitsOnly ? tf.mul(inGroup, isEqual(predictedClasses(yPred), index)) : inGroup;
    return tf.sum(tf.reshape(counted, [yPred.shape[0], -1]), 1);
  });
}

function isEqual(predicted: tf.Tensor, index: tf.Tensor): tf.Tensor {
  return tf.cast(tf.reshape(tf.equal(predicted, index), [-1]), 'float32');
}

function ofIndices(labels: tf.Tensor, classes: number) {
  const label = tf.cast(labels, 'float32');
  const isClass = tf.logicalAnd(tf.greaterEqual(label, 0), tf.less(label, classes));
  const index = tf.cast(tf.clipByValue(label, 0, classes - 1), 'int32');
  return { valid: tf.cast(isClass, 'float32'), index };
}

function ofTargets(targets: tf.Tensor) {
  const isForeground = tf.greater(tf.max(targets, -1), 0);
  return { valid: tf.cast(isForeground, 'float32'), index: tf.argMax(targets, -1) };
}

/** `[prefix]tailHits` and `[prefix]tailRows` become `[prefix]tailRecall`; tfjs's prefixes, val and outputs, end in _. */
function replaceByRecall(logs: Record<string, number>, names: readonly string[]): void {
  for (const name of names) {
    const ending = name + hitsSuffix;
    for (const key of Object.keys(logs)) {
      const prefix = key.slice(0, -ending.length);
      if (prefix + ending !== key || !(prefix === '' || prefix.endsWith('_'))) continue;
      const rows = prefix + name + rowsSuffix;
      logs[`${prefix}${name}Recall`] = logs[key] / logs[rows];
      delete logs[key];
      delete logs[rows];
    }
  }
}
