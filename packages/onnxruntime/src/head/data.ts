// Where the batches of a fit come from: arrays of a whole data set, or a function that makes them.

import { type BatchInputs, checkSigmoid, checkSoftmax, EqlError } from '@eqloss/core';
import { unsupported } from '../options.ts';
import { checkFeatures, checkNames, type HeadBatch, rowsOf } from './batch.ts';
import type { Head } from './options.ts';

/** A data set in memory: everything row by row. */
export interface HeadData extends Omit<BatchInputs, 'gate' | 'beta' | 'normalizer'> {
  /** `[rows * features]` */
  readonly features: Float32Array;
}

/** A data set that is made when needed: features that are too many, or sparse, or augmented. */
export interface HeadSource {
  /** How many there are. */
  readonly rows: number;
  /** The batch of these rows. Called for one batch after the other; memory may be used again. */
  batch(rows: Int32Array): HeadBatch | Promise<HeadBatch>;
}

/** What `fit` takes. */
export type FitData = HeadData | HeadSource;

/**
 * Either kind as a source. Arrays are checked as a whole, before anything is done.
 *
 * @throws {EqlError} as `sigmoidEql` and `softmaxEql` of core; `DTYPE`, `ROW_COUNT`, `UNSUPPORTED`
 */
export function sourceOf(head: Head, data: FitData): HeadSource {
  if (typeof data !== 'object' || data === null) unsupported('data', data, 'features and labels, or rows and batch');
  if ('batch' in data) {
    const { rows } = data;
    if (!(Number.isSafeInteger(rows) && rows >= 0)) {
      throw new EqlError('ROW_COUNT', `data.rows is ${rows}; wanted an integer >= 0.`);
    }
    if (typeof data.batch !== 'function') unsupported('data.batch', data.batch, 'a function of row numbers');
    return data;
  }
  return sourceOfArrays(head, data);
}

function sourceOfArrays(head: Head, { features, ...answers }: HeadData): HeadSource {
  const rows = checkFeatures(head, features);
  checkNames(answers, ['gate', 'beta', 'logits', 'shape', 'normalizer']);
  const inputs = { ...answers, gate: head.gate };
  if (head.form === 'sigmoid') checkSigmoid([rows, head.classes], inputs);
  else checkSoftmax([rows, head.classes], { ...inputs, beta: 0 });
  const { labels, targets, foreground, rowWeights } = answers;
  const memory = { features: new Float32Array(0) };
  return {
    rows,
    batch: (chosen) => {
      const size = chosen.length * head.features;
      if (memory.features.length < size) memory.features = new Float32Array(size);
      const pick = (values: ArrayLike<number> | undefined) => values && Float64Array.from(chosen, (row) => values[row]);
      return {
        features: rowsOf(features, head.features, chosen, memory.features.subarray(0, size)),
        labels: labels && Int32Array.from(chosen, (row) => labels[row]),
        targets: targets && targetRows(targets, head.classes, chosen),
        foreground: pick(foreground),
        rowWeights: pick(rowWeights),
      };
    },
  };
}

/** In double, whatever they came in: what is above 0 stays above 0. */
function targetRows(targets: ArrayLike<number>, classes: number, chosen: Int32Array): ArrayLike<number> {
  if (targets instanceof Float32Array) return rowsOf(targets, classes, chosen);
  const picked = new Float64Array(chosen.length * classes);
  for (let i = 0; i < chosen.length; i++) {
    for (let j = 0; j < classes; j++) picked[i * classes + j] = targets[chosen[i] * classes + j];
  }
  return picked;
}
