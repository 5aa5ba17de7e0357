// Recall by group of classes over a whole evaluation set, in one call.

import { EqlError } from '@eqloss/core';
import { argMax, type Tensor } from '@tensorflow/tfjs-core';
import type { LabelKind } from './config.ts';
import { type DatasetLabels, readIndices } from './given-labels.ts';
import { type ClassGroups, checkGroups } from './groups.ts';

/**
 * Of the rows whose class is in a group, the share whose largest logit is that class.
 *
 * What {@link groupRecall} logs, for all rows at once: `recallByGroup(y, model.predict(x), groups)`. Background and ignored
 * rows are in no group; a row of several targets belongs to its largest, the first of equals.
 *
 * @param labels Indices `[rows]` or target rows `[rows, classes]`; a tensor may have more leading dimensions.
 * @param logits Or probabilities, `[…, classes]`.
 * @param kind How labels come; must be said with one class.
 * @returns In [0, 1] by the groups' names; NaN for a group without a row.
 * @throws {EqlError} as `checkGroups`; `CLASS_COUNT`, `ROW_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `DISPOSED`
 */
export async function recallByGroup<Name extends string>(
  labels: DatasetLabels,
  logits: Tensor,
  groups: ClassGroups<Name>,
  kind?: LabelKind,
): Promise<Record<Name, number>> {
  const classes = checkGroups(groups);
  if (logits.isDisposed) throw new EqlError('DISPOSED', 'logits are a disposed tensor.');
  if (logits.shape.at(-1) !== classes) {
    throw new EqlError('CLASS_COUNT', `logits have ${logits.shape.at(-1)} columns, but the groups ${classes} classes.`);
  }
  const largest = argMax(logits, -1);
  const [indices, predictions] = await Promise.all([readIndices(labels, classes, kind), largest.data()]).finally(() =>
    largest.dispose(),
  );
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
