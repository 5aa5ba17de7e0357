// The sigmoid form: the reference, in double. SPEC S1 to S5.

import { sumOf } from './arrays.ts';
import type { PreparedSigmoid } from './batch.ts';
import { checkSigmoid } from './checked.ts';
import { checkOptions } from './checks.ts';
import {
  type Batch,
  type LossOptions,
  type LossResult,
  type LossValue,
  reduce,
  type SingleLossResult,
  shapeOf,
} from './loss.ts';
import { prepareSigmoid } from './prepare.ts';
import { inSingle } from './rows.ts';
import { sigmoidRows } from './sigmoid-rows.ts';

/**
 * Equalization Loss, sigmoid form, with its gradient.
 *
 * `L_i = Σ_j w_ij (softplus(z_ij) - y_ij z_ij)`, `w_ij = 1 - E_i T_j (1 - y_ij)`, gradient `w_ij (σ(z_ij) - y_ij)`.
 * SPEC S1 to S3.
 *
 * @param batch Logits `[rows * classes]`, gate, labels or targets; optional foreground, rowWeights, normalizer.
 * @param options `reduction` (default `mean`), `gradient: false` to leave it out, `precision: 'single'` for speed.
 * @returns Loss, row losses and gradient; the gradient in single precision where that was asked for.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `FOREGROUND_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `DTYPE`, `UNSUPPORTED`
 */
export function sigmoidEql(batch: Batch, options: LossOptions & { readonly gradient: false }): LossValue;
export function sigmoidEql(
  batch: Batch,
  options: LossOptions & { readonly gradient?: true; readonly precision: 'single' },
): SingleLossResult;
export function sigmoidEql(
  batch: Batch,
  options?: LossOptions & { readonly gradient?: true; readonly precision?: 'double' },
): LossResult;
export function sigmoidEql(batch: Batch, options?: LossOptions): LossValue | LossResult | SingleLossResult;
export function sigmoidEql(batch: Batch, options: LossOptions = {}): LossValue | LossResult | SingleLossResult {
  checkOptions(options);
  if (options.precision === 'single') {
    return inSingle(
      checkSigmoid(shapeOf(batch), batch, options.reduction),
      sigmoidRows,
      batch.logits,
      options.gradient,
    );
  }
  const prepared = prepareSigmoid(shapeOf(batch), batch, options.reduction);
  const { rows, classes, rowWeights } = prepared;
  const rowLosses = new Float64Array(rows);
  const gradient = options.gradient === false ? undefined : new Float64Array(rows * classes);
  const elementLosses = new Float64Array(classes);
  for (let i = 0; i < rows; i++) {
    if (rowWeights[i] === 0) continue; // taken out, whatever it holds: SPEC G5, R3
    fillRow(prepared, batch.logits, i, elementLosses, gradient);
    rowLosses[i] = rowWeights[i] * sumOf(elementLosses, 0, classes);
  }
  const loss = reduce(prepared, rowLosses);
  return gradient === undefined ? { loss, rowLosses } : { loss, rowLosses, gradient };
}

// softplus(z) - y z = y softplus(-z) + (1 - y) softplus(z). With e = e^-|z|, p = e / (1 + e), and the slope a = 1 - y for
// z >= 0, a = y for z < 0,
//
//     loss = a |z| + log(1 + e),    gradient = σ(z) - y = a - p for z >= 0, p - a for z < 0.
//
// The loss is a sum of terms >= 0, so one of 1e-9 keeps its digits, and so does the gradient, since neither 1 - p nor
// p - 1 is formed (SPEC N3). With a |z| = 0 for a = 0 also at infinity, the loss has the limits of SPEC N2.
function fillRow(
  batch: PreparedSigmoid,
  logits: ArrayLike<number>,
  i: number,
  losses: Float64Array,
  gradient: Float64Array | undefined,
): void {
  const { classes, tail, targets } = batch;
  const label = batch.labels === undefined ? -1 : batch.labels[i];
  const gated = batch.foreground[i] === 1;
  const scale = batch.rowWeights[i] / batch.divisor;
  for (let j = 0; j < classes; j++) {
    const hard = j === label ? 1 : 0;
    const y = targets === undefined ? hard : targets[i * classes + j];
    const w = gated && tail[j] === 1 ? y : 1; // SPEC S1
    losses[j] = 0;
    if (w === 0) continue; // excluded, whatever it holds: SPEC N1
    const z = logits[i * classes + j];
    const size = Math.abs(z);
    const e = Math.exp(-size);
    const slope = z >= 0 ? 1 - y : y;
    losses[j] = w * ((slope === 0 ? 0 : slope * size) + Math.log1p(e));
    if (gradient === undefined) continue;
    const p = e / (1 + e);
    gradient[i * classes + j] = scale * (w * (z >= 0 ? slope - p : p - slope));
  }
}
