// What both reference losses share: the batch with its logits, the result, and the reduction.

import { kindOf, sumOf } from './arrays.ts';
import type { BatchInputs, Reduction } from './batch.ts';
import { checkGate, checkList } from './checks.ts';
import { EqlError } from './errors.ts';

/** A whole batch. */
export interface Batch extends BatchInputs {
  /** z, row-major, `[rows * classes]`. */
  readonly logits: Float32Array | Float64Array;
  /**
   * `[rows, classes]`. When left out, index labels say how many rows there are; with target rows the logits are taken to
   * have C columns, so state the shape to have that checked.
   */
  readonly shape?: readonly number[];
}

/** What a loss is asked for. */
export interface LossOptions {
  /** SPEC R1. Default `mean`. */
  readonly reduction?: Reduction;
  /** Whether the gradient is wanted. Default true. */
  readonly gradient?: boolean;
  /**
   * `double`, the default, is the reference: within 1e-12. `single` is several times as fast and within 1e-9, with the
   * gradient rounded to a Float32Array; it refuses what `checkSingle` refuses.
   */
  readonly precision?: Precision;
}

/** How exact a result is, and how fast. */
export type Precision = 'double' | 'single';

/** A loss without its gradient. */
export interface LossValue {
  /** Σ rowLosses / divisor: the mean for `mean`, else the sum. */
  readonly loss: number;
  /** Weighted by `rowWeights`, never divided. `[rows]`. */
  readonly rowLosses: Float64Array;
}

/** A loss and its gradient. */
export interface LossResult extends LossValue {
  /** ∂loss / ∂logits, `[rows * classes]`. SPEC R5. */
  readonly gradient: Float64Array;
}

/** A loss and its gradient in single precision. */
export interface SingleLossResult extends LossValue {
  /** ∂loss / ∂logits, `[rows * classes]`. SPEC R5. */
  readonly gradient: Float32Array;
}

/**
 * The shape of the logits, stated or worked out; checks that the data fills it.
 *
 * @param batch Of any form; only `logits`, `shape`, `gate` and `labels` are read.
 * @returns `[rows, columns]`, or whatever was stated. `prepareSigmoid` and `prepareSoftmax` judge it.
 * @throws {EqlError} `DTYPE`, `ROW_COUNT`, `CLASS_COUNT` (no gate)
 */
export function shapeOf(batch: Batch): readonly number[] {
  const { logits } = batch;
  const kind = kindOf(logits);
  if (kind !== 'Float64Array' && kind !== 'Float32Array') {
    throw new EqlError('DTYPE', `logits came as ${kind}; wanted a Float64Array or a Float32Array, row after row.`);
  }
  return shapeOfLength(logits.length, batch);
}

/**
 * {@link shapeOf} for logits that are not at hand: on a GPU, say.
 *
 * @param length How many logits there are.
 * @param batch Only `shape`, `gate` and `labels` are read.
 * @returns `[rows, columns]`, or whatever was stated.
 * @throws {EqlError} `ROW_COUNT`, `CLASS_COUNT` (no gate)
 */
export function shapeOfLength(length: number, batch: Omit<Batch, 'logits'>): readonly number[] {
  const { labels } = batch;
  checkGate(batch.gate);
  const shape = batch.shape ?? inferred(length, labels, batch.gate.classes);
  if (shape.length === 2 && shape[0] * shape[1] !== length) {
    const code = length % shape[1] === 0 ? 'ROW_COUNT' : 'CLASS_COUNT';
    const origin = batch.shape ? 'stated' : `of the ${labels ? 'labels' : 'targets'} and the gate`;
    throw new EqlError(code, `${length} logits do not fill the shape [${shape.join(', ')}] ${origin}.`);
  }
  return shape;
}

function inferred(length: number, labels: ArrayLike<number> | undefined, classes: number): readonly number[] {
  const wide = length % (classes + 1) === 0;
  if (labels === undefined || labels === null) {
    // Nothing says how many rows there are: whole rows of C are believed, then whole rows of C + 1 are recognized.
    return length % classes !== 0 && wide
      ? [length / (classes + 1), classes + 1]
      : [Math.ceil(length / classes), classes];
  }
  checkList('labels', labels);
  const rows = labels.length;
  if (rows === 0) return [0, classes];
  // Rows of another width mean wrong columns; whole rows of C mean that labels are missing, unless C + 1 explains it.
  const explained = length === rows * (classes + 1) || length % classes !== 0;
  return length % rows === 0 && explained ? [rows, length / rows] : [rows, classes];
}

/** Σ rowLosses / divisor. SPEC R1, R2. */
export function reduce(prepared: { readonly divisor: number }, rowLosses: Float64Array): number {
  return sumOf(rowLosses, 0, rowLosses.length) / prepared.divisor;
}
