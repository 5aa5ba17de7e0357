// Rows that core calculates, in double: those that the kernels cannot take, and all of a runtime without SIMD.

import {
  type CheckedSigmoid,
  type CheckedSoftmax,
  type DrawnBeta,
  type RowOutputs,
  sigmoidRows,
  softmaxRows,
  softmaxRowsOf,
} from '@eqloss/core';
import { betaOfRow } from './draws.ts';

/** @returns Calculates the rows `from` to `to`. */
export function rowsOnHost(
  checked: CheckedSigmoid | CheckedSoftmax,
  logits: Float32Array,
  outputs: RowOutputs,
  draws: DrawnBeta | undefined,
): (from: number, to: number) => void {
  if (checked.form === 'sigmoid') return (from, to) => sigmoidRows(checked, logits, from, to, outputs);
  if (draws === undefined) return softmaxRowsOf(checked, logits, outputs);
  return (from, to) => {
    for (let i = from; i < to; i++) drawnRow(checked, logits, outputs, draws, i);
  };
}

/** A batch of its own, for which β is drawn: no more memory than a row takes. */
function drawnRow(
  checked: CheckedSoftmax,
  logits: Float32Array,
  { rowLosses, gradient }: RowOutputs,
  draws: DrawnBeta,
  i: number,
): void {
  const { classes } = checked;
  const [start, end] = [i * classes, (i + 1) * classes];
  const row: CheckedSoftmax = {
    ...checked,
    rows: 1,
    rowWeights: checked.rowWeights.subarray(i, i + 1),
    ...(checked.labels !== undefined
      ? { labels: checked.labels.subarray(i, i + 1), targets: undefined, positives: undefined }
      : {
          labels: undefined,
          targets: Array.prototype.slice.call(checked.targets, start, end),
          positives: checked.positives.subarray(i, i + 1),
        }),
    beta: betaOfRow(draws, i, classes),
    perElement: false,
  };
  softmaxRows(row, part(logits, start, classes), 0, 1, {
    rowLosses: rowLosses && new Float64Array(rowLosses.buffer, rowLosses.byteOffset + 8 * i, 1),
    gradient: gradient && part(gradient, start, classes),
  });
}

/** By its memory: an array of another realm may not have this one's methods. */
function part({ buffer, byteOffset }: Float32Array, start: number, length: number): Float32Array {
  return new Float32Array(buffer, byteOffset + 4 * start, length);
}
