// A batch for a head, checked, without the rows that are taken out.

import { type BatchInputs, checkSigmoid, checkSingle, checkSoftmax, EqlError, kindOf, MIXED } from '@eqloss/core';
import type { Head } from './options.ts';

/** One batch: features and what is known of each row. */
export interface HeadBatch extends Omit<BatchInputs, 'gate' | 'beta'> {
  /** X, row-major, `[rows * features]`. Not to be written to until the step is done. */
  readonly features: Float32Array;
}

/** A batch in which every row counts. */
export interface CheckedBatch {
  /** N, the rows that are left. */
  readonly rows: number;
  /** `[rows, features]`. */
  readonly features: Float32Array;
  /** `[rows]`: a class, or -1 for background. Undefined with target rows. */
  readonly labels: Int32Array | undefined;
  /** The caller's own, `[rowsGiven * classes]`; row i of the batch is row `origin(i)` there. */
  readonly targets: ArrayLike<number> | undefined;
  /** E `[rows]`, sigmoid only. */
  readonly foreground: Uint8Array | undefined;
  /** `[rows]`, each > 0. */
  readonly rowWeights: Float64Array;
  /** What the sum of the row losses is divided by. */
  readonly divisor: number;
  /** The row that this was in the batch that came, which decides what is drawn for it. SPEC X5. */
  readonly origins: Int32Array;
}

/**
 * Checks a batch and takes out the rows that have no influence: ignored ones, those of weight 0, those of the softmax
 * form without a target. SPEC G5, R3, X3.
 *
 * They must go before the matrix product and not only in the loss: their gradient is 0, but 0 times a feature that is NaN
 * is NaN. SPEC N1.
 *
 * @throws {EqlError} as `sigmoidEql` and `softmaxEql` of core; `DTYPE`, `ROW_COUNT` for the features.
 */
export function checkBatch(head: Head, batch: HeadBatch): CheckedBatch {
  if (typeof batch !== 'object' || batch === null) {
    throw new EqlError('UNSUPPORTED', `batch is ${batch}; wanted an object with features and labels or targets.`);
  }
  const { features, ...answers } = batch;
  const given = checkFeatures(head, features);
  checkNames(answers, ['gate', 'beta', 'logits', 'shape']);
  const inputs = { ...answers, gate: head.gate };
  const shape = [given, head.classes];
  const checked = head.form === 'sigmoid' ? checkSigmoid(shape, inputs) : checkSoftmax(shape, { ...inputs, beta: 0 });
  checkSingle(checked);
  const { rowWeights, divisor, positives } = checked;
  const origins = Int32Array.from(rowWeights.keys()).filter((row) => rowWeights[row] !== 0);
  const rows = origins.length;
  // Rows of zeros and a single 1 are rows with a label, at a fraction of the cost.
  const hard = positives !== undefined && origins.every((row) => positives[row] !== MIXED);
  const labels = checked.labels ?? (hard ? positives : undefined);
  const pick = <T extends Int32Array | Uint8Array | Float64Array>(values: T): T =>
    rows === given ? values : (values.filter((_, row) => rowWeights[row] !== 0) as T);
  return {
    rows,
    features: rows === given ? ownView(features) : rowsOf(features, head.features, origins),
    labels: labels && pick(labels),
    targets: labels === undefined ? checked.targets : undefined,
    foreground: checked.form === 'sigmoid' ? pick(checked.foreground) : undefined,
    rowWeights: pick(rowWeights),
    divisor,
    origins,
  };
}

/**
 * Refuses what core knows and a trainer does not take: it would be ignored.
 *
 * @throws {EqlError} `UNSUPPORTED`
 */
export function checkNames(answers: object, names: readonly string[]): void {
  const name = names.find((each) => each in answers);
  if (name !== undefined) throw new EqlError('UNSUPPORTED', `${name} came with the rows; the trainer has its own.`);
}

/**
 * @returns How many rows there are.
 * @throws {EqlError} `DTYPE`, `ROW_COUNT`
 */
export function checkFeatures(head: Head, features: Float32Array): number {
  if (kindOf(features) !== 'Float32Array') {
    throw new EqlError('DTYPE', `features came as ${kindOf(features)}; wanted a Float32Array, row after row.`);
  }
  const rows = features.length / head.features;
  if (!Number.isInteger(rows)) {
    throw new EqlError('ROW_COUNT', `${features.length} features are no rows of ${head.features}.`);
  }
  return rows;
}

/** ONNX Runtime takes arrays of its own realm only; the memory stays the caller's. */
export function ownView(values: Float32Array): Float32Array {
  return new Float32Array(values.buffer, values.byteOffset, values.length);
}

/** Copies rows of a matrix. */
export function rowsOf(
  matrix: Float32Array,
  columns: number,
  rows: ArrayLike<number>,
  into: Float32Array = new Float32Array(rows.length * columns),
): Float32Array {
  for (let i = 0; i < rows.length; i++) {
    into.set(matrix.subarray(rows[i] * columns, (rows[i] + 1) * columns), i * columns);
  }
  return into;
}
