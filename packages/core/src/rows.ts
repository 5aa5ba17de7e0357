// What both losses in single precision share: where the results of rows go, and a whole batch of them.

import type { CheckedSigmoid, CheckedSoftmax } from './batch.ts';
import { type LossValue, reduce, type SingleLossResult } from './loss.ts';
import { checkSingle } from './single.ts';

/** Where the results of some rows go. Entries of other rows are not touched. */
export interface RowOutputs {
  /** Weighted by `rowWeights`, never divided. `[rows]` */
  readonly rowLosses?: Float64Array;
  /** ∂loss / ∂logits, `[rows * classes]`. May be the array of the logits itself, but no other view of its memory. */
  readonly gradient?: Float32Array;
}

/** `sigmoidRows` or `softmaxRows`. */
export type Rows<B> = (
  batch: B,
  logits: Float32Array | Float64Array,
  from: number,
  to: number,
  outputs: RowOutputs,
) => void;

/** All rows of a batch, into new arrays, and their reduction. */
export function inSingle<B extends CheckedSigmoid | CheckedSoftmax>(
  batch: B,
  rowsOf: Rows<B>,
  logits: Float32Array | Float64Array,
  wantsGradient = true,
): LossValue | SingleLossResult {
  checkSingle(batch);
  const rowLosses = new Float64Array(batch.rows);
  const gradient = wantsGradient ? new Float32Array(batch.rows * batch.classes) : undefined;
  rowsOf(batch, logits, 0, batch.rows, { rowLosses, gradient });
  const loss = reduce(batch, rowLosses);
  return gradient === undefined ? { loss, rowLosses } : { loss, rowLosses, gradient };
}
