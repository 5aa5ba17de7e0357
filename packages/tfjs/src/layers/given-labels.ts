// Labels of a whole data set, on the host: for advice and for evaluation.

import { type BatchInputs, checkSigmoid, EqlError } from '@eqloss/core';
import { Tensor } from '@tensorflow/tfjs-core';
import type { LabelKind } from './config.ts';

/** Labels of a data set: class indices or target rows, tensors or arrays; see `labels` of a loss's config for shapes. */
export type DatasetLabels = Tensor | ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/**
 * Reads labels as indices, waiting for the GPU if need be.
 *
 * @returns `[rows]`: the class (of target rows the largest, the first of equals), `classes` for background, -1 for ignored.
 * @throws {EqlError} `DISPOSED`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`
 */
export async function readIndices(
  labels: DatasetLabels,
  classes: number,
  said?: LabelKind | undefined,
): Promise<Int32Array> {
  const { data, shape } = labels instanceof Tensor ? await readTensor(labels) : flatten(labels);
  const columns = shape.at(-1);
  const kind = said ?? (shape.length > 1 && columns !== 1 ? 'one-hot' : 'sparse');
  const gate = { classes, threshold: 0, tail: new Uint8Array(classes) };
  if (kind === 'sparse') {
    check(data.length, { gate, labels: data });
    return Int32Array.from(data);
  }
  if (columns !== classes) {
    throw new EqlError('CLASS_COUNT', `labels have shape [${shape.join(', ')}]; wanted ${classes} targets a row.`);
  }
  const rows = data.length / classes;
  const { foreground } = check(rows, { gate, targets: data });
  return Int32Array.from({ length: rows }, (_, i) => (foreground[i] === 1 ? largest(data, i, classes) : classes));
}

function check(rows: number, batch: BatchInputs) {
  return checkSigmoid([rows, batch.gate.classes], batch);
}

async function readTensor(labels: Tensor) {
  if (labels.isDisposed) throw new EqlError('DISPOSED', 'labels are a disposed tensor.');
  return { data: await labels.data(), shape: labels.shape };
}

function flatten(labels: Exclude<DatasetLabels, Tensor>) {
  if (typeof labels[0] !== 'object') return { data: labels as ArrayLike<number>, shape: [labels.length] };
  const rows = Array.from(labels as ArrayLike<ArrayLike<number>>, (row) => Array.from(row));
  const columns = rows[0].length;
  const other = rows.findIndex((row) => row.length !== columns);
  if (other !== -1) {
    throw new EqlError(
      'CLASS_COUNT',
      `labels[${other}] has ${rows[other].length} values but labels[0] has ${columns}.`,
    );
  }
  return { data: rows.flat(), shape: [rows.length, columns] };
}

function largest(targets: ArrayLike<number>, row: number, classes: number): number {
  let best = 0;
  for (let j = 1; j < classes; j++) if (targets[row * classes + j] > targets[row * classes + best]) best = j;
  return best;
}
