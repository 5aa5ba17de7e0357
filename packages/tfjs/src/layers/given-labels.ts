// Labels of a whole data set, on the host: for advice and for evaluation.

import { type BatchInputs, checkSigmoid, checkSoftmax, EqlError, type Form } from '@eqloss/core';
import { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor, readGiven } from '../given.ts';
import type { Values } from '../options.ts';
import { nameOf } from '../options-object.ts';
import { kindOf } from './answers.ts';
import type { LabelKind } from './config.ts';

/** Labels of a data set: class indices or target rows, tensors or arrays; see `labels` of a loss's config for shapes. */
export type DatasetLabels = Values;

/** What tells indices from target rows. */
export interface LabelHints {
  /** If it was said. */
  readonly kind?: LabelKind | undefined;
  /** For which form: softmax has no background. Default: any. */
  readonly form?: Form;
  /** The shape of the logits, null where it is not known. */
  readonly logits?: readonly (number | null)[] | undefined;
}

/**
 * Refuses what is neither a tensor nor an array, before anything is read.
 *
 * @throws {EqlError} `UNSUPPORTED`
 */
export function checkLabels(labels: unknown): void {
  const isList = typeof labels === 'object' && labels !== null && 'length' in labels;
  if (isList || labels instanceof Tensor) return;
  throw new EqlError('UNSUPPORTED', `labels are ${nameOf(labels)}; wanted a tensor or an array.`);
}

/**
 * Reads labels as indices, waiting for the GPU if need be.
 *
 * @returns `[rows]`: the class (of target rows the largest, the first of equals), `classes` for background, -1 for ignored.
 * @throws {EqlError} `UNSUPPORTED` for labels of several dimensions that may be either; `DISPOSED`, `RANK`, `ROW_COUNT`,
 * `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`
 */
export async function readIndices(
  labels: DatasetLabels,
  classes: number,
  { kind: said, form, logits }: LabelHints = {},
): Promise<Int32Array> {
  const { data, shape } = await read(labels);
  const kind = said ?? kindByShape(shape, logits);
  const gate = { classes, threshold: 0, tail: new Uint8Array(classes) };
  if (kind === 'sparse') {
    checkRows(shape.length === logits?.length && shape.at(-1) === 1 ? shape.slice(0, -1) : shape, shape, logits);
    check(data.length, { gate, labels: data }, form);
    return Int32Array.from(data);
  }
  if (shape.at(-1) !== classes) {
    throw new EqlError('CLASS_COUNT', `labels have shape [${shape.join(', ')}]; wanted ${classes} targets a row.`);
  }
  checkRows(shape.slice(0, -1), shape, logits);
  const rows = data.length / classes;
  const { foreground } = check(rows, { gate, targets: data });
  return Int32Array.from({ length: rows }, (_, i) => (foreground[i] === 1 ? largest(data, i, classes) : classes));
}

async function read(labels: DatasetLabels) {
  if (labels instanceof Tensor) {
    checkTensor('labels', labels);
    return { data: await labels.data(), shape: labels.shape };
  }
  // An array has its data.
  const { data, shape } = readGiven('labels', labels, 'read') as { data: ArrayLike<number>; shape: readonly number[] };
  return { data, shape };
}

function kindByShape(labels: readonly number[], logits: LabelHints['logits']): LabelKind {
  if (logits !== undefined) return kindOf(labels, logits.length);
  if (labels.length < 2 || labels.at(-1) === 1) return 'sparse';
  throw new EqlError(
    'UNSUPPORTED',
    `labels of shape [${labels.join(', ')}] may be target rows or indices [batch, …]; give the model, or say labels: one-hot or sparse in the loss.`,
  );
}

/** One list of all rows goes with any logits. */
function checkRows(rows: readonly number[], labels: readonly number[], logits: LabelHints['logits']): void {
  const wanted = logits?.slice(0, -1);
  if (wanted === undefined || rows.length < 2) return;
  if (rows.length === wanted.length && wanted.every((n, k) => n === null || n === rows[k])) return;
  throw new EqlError(
    rows.length === wanted.length ? 'ROW_COUNT' : 'RANK',
    `labels have shape [${labels.join(', ')}], the logits [${logits?.map((n) => n ?? 'batch').join(', ')}].`,
  );
}

function check(rows: number, batch: BatchInputs, form?: Form) {
  const shape = [rows, batch.gate.classes];
  if (form === 'softmax') checkSoftmax(shape, { ...batch, beta: 0 });
  return checkSigmoid(shape, batch);
}

function largest(targets: ArrayLike<number>, row: number, classes: number): number {
  let best = 0;
  for (let j = 1; j < classes; j++) if (targets[row * classes + j] > targets[row * classes + best]) best = j;
  return best;
}
