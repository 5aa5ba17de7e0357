// What both reference losses share: the batch with its logits, the result, and the reduction.

import type { BatchInputs, PreparedBatch, Reduction } from './batch.ts';
import { EqlError } from './errors.ts';

/** A whole batch. */
export interface Batch extends BatchInputs {
  /** z, row-major, `[rows * classes]`. */
  readonly logits: Float32Array | Float64Array;
  /** `[rows, classes]`. Taken from the labels and the gate when left out. */
  readonly shape?: readonly number[];
}

export interface LossOptions {
  /** SPEC R1. Default `mean`. */
  readonly reduction?: Reduction;
  /** Whether the gradient is wanted. Default true. */
  readonly gradient?: boolean;
}

export interface LossValue {
  /** Σ rowLosses / divisor: the mean for `mean`, else the sum. */
  readonly loss: number;
  /** Weighted by `rowWeights`, never divided. `[rows]`. */
  readonly rowLosses: Float64Array;
}

export interface LossResult extends LossValue {
  /** ∂loss / ∂logits, `[rows * classes]`. SPEC R5. */
  readonly gradient: Float64Array;
}

/** The shape of the logits, stated or worked out; checks that the data fills it. */
export function shapeOf(batch: Batch): readonly number[] {
  const { logits, shape, gate, labels } = batch;
  if (!(logits instanceof Float64Array || logits instanceof Float32Array)) {
    throw new EqlError('DTYPE', 'logits must be a Float64Array or a Float32Array.');
  }
  if (shape === undefined) {
    const rows = labels?.length ?? logits.length / gate.classes;
    if (!Number.isInteger(rows)) {
      throw new EqlError('CLASS_COUNT', `${logits.length} logits are no whole rows of ${gate.classes} classes.`);
    }
    const columns = rows === 0 ? gate.classes : logits.length / rows;
    // Not whole: the labels and the logits disagree about the rows.
    return Number.isInteger(columns) ? [rows, columns] : [logits.length / gate.classes, gate.classes];
  }
  if (shape.length === 2 && shape[0] * shape[1] !== logits.length) {
    throw new EqlError('ROW_COUNT', `${logits.length} logits do not fill the shape [${shape.join(', ')}].`);
  }
  return shape;
}

/** Σ rowLosses / divisor. SPEC R1, R2. */
export function reduce(prepared: PreparedBatch, rowLosses: Float64Array): number {
  return sumOf(rowLosses.length, (i) => rowLosses[i]) / prepared.divisor;
}

/**
 * Σ term(k) for k in [0, n), in blocks of 128.
 *
 * The relative error of a sum of terms of one sign is at most (128 + n / 128) 2^-53 instead of n 2^-53: 1e-13 for
 * 100,000 terms. Unlike a compensated sum it needs no care with infinities.
 */
export function sumOf(n: number, term: (k: number) => number): number {
  let total = 0;
  for (let start = 0; start < n; start += 128) {
    const end = Math.min(start + 128, n);
    let block = 0;
    for (let k = start; k < end; k++) block += term(k);
    total += block;
  }
  return total;
}
