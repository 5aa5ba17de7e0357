// Recall by group of classes over a whole evaluation set, in one call.

import { EqlError } from '@eqloss/core';
import { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor } from '../given.ts';
import { nameOf } from '../options-object.ts';
import type { LabelKind } from './config.ts';
import { checkLabels, type DatasetLabels, readIndices } from './given-labels.ts';
import { type ClassGroups, checkGroups } from './groups.ts';
import { checkLogits, predictedClasses } from './predictions.ts';

/**
 * Of the rows whose class is in a group, the share whose largest logit is that class. A row with NaN is no hit.
 *
 * What {@link groupRecall} logs, for all rows at once: `recallByGroup(y, model.predict(x), groups)`. Background and ignored
 * rows are in no group; a row of several targets belongs to its largest, the first of equals.
 *
 * @param labels Indices, with the leading dimensions of the logits or as one list of all rows; or target rows, with the shape
 * of the logits. The number of dimensions says which.
 * @param logits Or probabilities, `[…, classes]`.
 * @param kind How labels come, if the number of dimensions does not say it: with one class.
 * @returns In [0, 1] by the groups' names; NaN for a group without a row.
 * @throws {EqlError} as `checkGroups`; `DTYPE` for logits that are no tensor; `RANK`, `CLASS_COUNT`, `ROW_COUNT`,
 * `LABEL_RANGE`, `TARGET_RANGE`, `DISPOSED`, `UNSUPPORTED`
 */
export async function recallByGroup<Name extends string>(
  labels: DatasetLabels,
  logits: Tensor,
  groups: ClassGroups<Name>,
  kind?: LabelKind,
): Promise<Record<Name, number>> {
  const classes = checkGroups(groups);
  checkLabels(labels);
  if (!(logits instanceof Tensor)) throw new EqlError('DTYPE', `logits are ${nameOf(logits)}; wanted a tensor.`);
  checkTensor('logits', logits);
  const { shape } = logits;
  if (shape.length < 2) {
    throw new EqlError('RANK', `logits have shape [${shape.join(', ')}]; wanted [rows, classes], or more dimensions.`);
  }
  checkLogits(logits, classes);
  const predicted = predictedClasses(logits);
  const reading = [readIndices(labels, classes, { kind, logits: shape }), predicted.data()] as const;
  const [indices, predictions] = await Promise.all(reading).finally(() => predicted.dispose());
  if (indices.length !== predictions.length) {
    throw new EqlError('ROW_COUNT', `${indices.length} labels came for ${predictions.length} rows of logits.`);
  }
  const names = Object.keys(groups) as Name[];
  const recalls = names.map((name) => [name, recallOf(groups[name], indices, predictions)] as const);
  return Object.fromEntries(recalls) as Record<Name, number>;
}

function recallOf(mask: ArrayLike<number>, indices: Int32Array, predictions: ArrayLike<number>): number {
  let rows = 0;
  let hits = 0;
  indices.forEach((label, i) => {
    // Background and ignored rows are outside of the mask.
    if (mask[label] !== 1) return;
    rows++;
    if (predictions[i] === label) hits++;
  });
  return hits / rows;
}
