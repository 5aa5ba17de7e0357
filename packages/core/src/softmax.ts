// The softmax form, SEQL: the reference, in double. SPEC X1 to X7. Over shards of the classes: shards.ts.

import { sumOf } from './arrays.ts';
import type { PreparedSoftmax } from './batch.ts';
import { checkSoftmax } from './checked.ts';
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
import { prepareSoftmax } from './prepare.ts';
import { inSingle } from './rows.ts';
import { softmaxRows } from './softmax-rows.ts';

/**
 * Equalization Loss, softmax form, with its gradient.
 *
 * `L_i = -Σ_j y_ij (z_ij - log D_i)`, `D_i = Σ_k w_ik e^(z_ik)`, `w_ik = 1 - β_ik T_k (1 - y_ik)`,
 * gradient `(Σ_j y_ij) w_ik e^(z_ik) / D_i - y_ik`. SPEC X1 to X4.
 *
 * @param batch Logits `[rows * classes]`, gate, beta, labels or targets; optional rowWeights, normalizer.
 * @param options `reduction` (default `mean`), `gradient: false` to leave it out, `precision: 'single'` for speed.
 * @returns Loss, row losses and gradient; the gradient in single precision where that was asked for.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `BETA_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `DTYPE`, `UNSUPPORTED`
 */
export function softmaxEql(batch: Batch, options: LossOptions & { readonly gradient: false }): LossValue;
export function softmaxEql(
  batch: Batch,
  options: LossOptions & { readonly gradient?: true; readonly precision: 'single' },
): SingleLossResult;
export function softmaxEql(
  batch: Batch,
  options?: LossOptions & { readonly gradient?: true; readonly precision?: 'double' },
): LossResult;
export function softmaxEql(batch: Batch, options?: LossOptions): LossValue | LossResult | SingleLossResult;
export function softmaxEql(batch: Batch, options: LossOptions = {}): LossValue | LossResult | SingleLossResult {
  checkOptions(options);
  if (options.precision === 'single') {
    return inSingle(
      checkSoftmax(shapeOf(batch), batch, options.reduction),
      softmaxRows,
      batch.logits,
      options.gradient,
    );
  }
  const prepared = prepareSoftmax(shapeOf(batch), batch, options.reduction);
  const { rows, classes } = prepared;
  const gradient = options.gradient === false ? undefined : new Float64Array(rows * classes);
  const terms = gradient ?? new Float64Array(classes);
  const rowLosses = new Float64Array(rows);
  const weights = new Float64Array(classes);
  const scratch = new Float64Array(classes);
  for (let i = 0; i < rows; i++) {
    if (prepared.rowWeights[i] === 0) continue; // taken out, whatever it holds: SPEC G5, R3, X3
    const start = gradient === undefined ? 0 : i * classes;
    fillWeights(prepared, i, weights);
    const max = rowMaximum(weights, batch.logits, i);
    fillTerms(weights, batch.logits, i, max, terms, start);
    const label = labelOf(prepared, i);
    const own = label < 0 ? 0 : terms[start + label];
    const rest = restOf(terms, start, classes, label);
    rowLosses[i] = rowLoss(prepared, batch.logits, i, max, rest, own, scratch);
    if (gradient !== undefined) scaleTerms(prepared, weights, i, rest, own, massOf(prepared, i), gradient);
  }
  const loss = reduce(prepared, rowLosses);
  return gradient === undefined ? { loss, rowLosses } : { loss, rowLosses, gradient };
}

/** The label's class, or -1: none here, or target rows. */
export function labelOf(batch: PreparedSoftmax, i: number): number {
  return batch.labels === undefined ? -1 : batch.labels[i];
}

/** `Σ_j y_ij`. */
export function massOf(batch: PreparedSoftmax, i: number): number {
  if (batch.targets === undefined) return batch.labels[i] < 0 ? 0 : 1;
  return sumOf(batch.targets, i * batch.classes, (i + 1) * batch.classes);
}

/** Writes `w_ik = v + (1 - v) y`, v the weight of a negative, for every class of a row. SPEC X1. */
export function fillWeights(batch: PreparedSoftmax, i: number, weights: Float64Array): void {
  const { classes, labels, targets, negativeWeights, perElement } = batch;
  const start = i * classes;
  const from = perElement ? start : 0;
  weights.set(negativeWeights.subarray(from, from + classes));
  if (labels !== undefined) {
    if (labels[i] >= 0) weights[labels[i]] = 1;
    return;
  }
  for (let k = 0; k < classes; k++) weights[k] += (1 - weights[k]) * targets[start + k];
}

// An entry of such a weight may hold the largest logit without outweighing any other: then its logarithm counts, too. Above it,
// a weight leaves 368 of the 708 that e^x has before it loses digits.
const TINY = 2 ** -490;

/**
 * `m_i`, the largest logit, or level `z + log w` of a tiny weight: -Infinity when nothing is included.
 *
 * Only included entries may set the maximum: a larger excluded logit would underflow every term of the sum and leave
 * log(0). SPEC X2. Math.max keeps a NaN, as SPEC N2 wants.
 */
export function rowMaximum(weights: Float64Array, logits: ArrayLike<number>, i: number): number {
  const start = i * weights.length;
  let max = -Infinity;
  for (let k = 0; k < weights.length; k++) {
    const w = weights[k];
    if (w > 0) max = Math.max(max, w < TINY ? logits[start + k] + Math.log(w) : logits[start + k]);
  }
  return max;
}

/** Writes `w_ik e^(z_ik - m)` to `terms[at + k]`; 0 where nothing is included but e^-Infinity. */
export function fillTerms(
  weights: Float64Array,
  logits: ArrayLike<number>,
  i: number,
  max: number,
  terms: Float64Array,
  at: number,
): void {
  const start = i * weights.length;
  for (let k = 0; k < weights.length; k++) {
    const w = weights[k];
    const depth = logits[start + k] - max;
    // Excluded, whatever it holds: SPEC N1.
    if (w === 0 || max === -Infinity) terms[at + k] = 0;
    else terms[at + k] = w < TINY ? Math.exp(depth + Math.log(w)) : w * Math.exp(depth);
  }
}

/** The sum of a row's terms without the label's: `p_y - 1 = -rest / (rest + own)` then does not cancel. SPEC N3. */
export function restOf(terms: Float64Array, start: number, classes: number, label: number): number {
  if (label < 0) return sumOf(terms, start, start + classes);
  return sumOf(terms, start, start + label) + sumOf(terms, start + label + 1, start + classes);
}

/** `w Σ_j y_ij (log D_i - z_ij)` over this batch's classes. SPEC X3, R3. */
export function rowLoss(
  batch: PreparedSoftmax,
  logits: ArrayLike<number>,
  i: number,
  max: number,
  rest: number,
  own: number,
  scratch: Float64Array,
): number {
  const { classes, rowWeights, targets } = batch;
  const label = labelOf(batch, i);
  // A term y ((m - z) + log s) is a sum of parts >= 0 but for log s, so logits of 1e4 do not cancel. Where the label
  // outweighs the rest, log D - z_y = log(1 + rest / own) keeps the digits of a small loss. SPEC N3.
  if (label >= 0) {
    const gap = max - logits[i * classes + label];
    return rowWeights[i] * (rest <= own ? Math.log1p(rest / own) : gap + Math.log(own + rest));
  }
  if (targets === undefined) return 0;
  const logSum = Math.log(own + rest);
  for (let k = 0; k < classes; k++) {
    const y = targets[i * classes + k];
    scratch[k] = y === 0 ? 0 : y * (max - logits[i * classes + k] + logSum);
  }
  return rowWeights[i] * sumOf(scratch, 0, classes);
}

/** Turns a row of terms into the gradient, in place: `(Σ y) term / s - y`, scaled. SPEC X4. */
export function scaleTerms(
  batch: PreparedSoftmax,
  weights: Float64Array,
  i: number,
  rest: number,
  own: number,
  mass: number,
  gradient: Float64Array,
): void {
  const { classes, targets } = batch;
  const label = labelOf(batch, i);
  const scale = batch.rowWeights[i] / batch.divisor;
  const share = mass / (own + rest);
  for (let k = 0; k < classes; k++) {
    if (weights[k] === 0) continue; // excluded, whatever it holds: SPEC N1
    const at = i * classes + k;
    const y = targets === undefined ? 0 : targets[at]; // the label has a formula of its own
    gradient[at] = scale * (k === label ? -rest / (own + rest) : share * gradient[at] - y);
  }
}
