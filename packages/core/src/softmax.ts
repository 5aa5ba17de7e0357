// The softmax form, SEQL: the reference, in double, over all classes or over one shard of them. SPEC X1 to X7, P2.

import type { PreparedSoftmax, Reduction } from './batch.ts';
import { type Batch, type LossOptions, type LossResult, type LossValue, reduce, shapeOf, sumOf } from './loss.ts';
import { prepareSoftmax } from './prepare.ts';

/**
 * Equalization Loss, softmax form, with its gradient.
 *
 * `L_i = -Σ_j y_ij (z_ij - log D_i)`, `D_i = Σ_k w_ik e^(z_ik)`, `w_ik = 1 - β_ik T_k (1 - y_ik)`,
 * gradient `(Σ_j y_ij) w_ik e^(z_ik) / D_i - y_ik`. SPEC X1 to X4.
 *
 * @param batch Logits `[rows * classes]`, gate, beta, labels or targets; optional rowWeights, normalizer.
 * @param options `reduction` (default `mean`), `gradient: false` to leave it out.
 * @returns Loss, row losses and gradient, in double.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `BETA_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `DTYPE`, `UNSUPPORTED`
 */
export function softmaxEql(batch: Batch, options: LossOptions & { readonly gradient: false }): LossValue;
export function softmaxEql(batch: Batch, options?: LossOptions & { readonly gradient?: true }): LossResult;
export function softmaxEql(batch: Batch, options: LossOptions = {}): LossValue | LossResult {
  const prepared = prepareSoftmax(shapeOf(batch), batch, options.reduction);
  return lossFrom(prepared, batch.logits, sumsOf(prepared, batch.logits), options.gradient !== false);
}

/**
 * What one shard of the classes tells the others: per row, the parts of `D_i`. SPEC P2.
 *
 * `D_i = (rest_i + own_i) e^(max_i)`. The label's own term is kept apart so that neither `log D - z_y` nor `p_y - 1`
 * cancels for a well-classified row.
 */
export interface ShardSums {
  /** m, the largest included logit; -Infinity when the shard includes none. `[rows]` */
  readonly max: Float64Array;
  /** `Σ w_k e^(z_k - m)` without the index label's term. `[rows]` */
  readonly rest: Float64Array;
  /** The index label's term, `e^(z_y - m)`; 0 when the label is in another shard. `[rows]` */
  readonly own: Float64Array;
  /** `Σ y_k`. `[rows]` */
  readonly mass: Float64Array;
}

/**
 * First pass over one shard of the classes: the parts of `D_i` that the shards exchange. SPEC P2.
 *
 * @param batch The shard's logits, gate and β; a label of C means a class in another shard.
 * @throws {EqlError} as {@link softmaxEql}
 */
export function softmaxShardSums(batch: Batch): ShardSums {
  return sumsOf(prepareSoftmax(shapeOf(batch), batch, undefined, true), batch.logits);
}

/**
 * Merges the sums of all shards: `m = max m_p`, `s = Σ s_p e^(m_p - m)`. Exact for shards that include nothing. SPEC P2.
 *
 * @param parts The sums of each shard, for the same rows. At least one.
 * @throws {RangeError} when there is no part, or the parts differ in their number of rows.
 */
export function mergeShardSums(parts: readonly ShardSums[]): ShardSums {
  const rows = parts[0]?.max.length;
  if (rows === undefined || parts.some((part) => part.max.length !== rows)) {
    throw new RangeError('mergeShardSums takes the sums of at least one shard, all for the same rows.');
  }
  const merged = emptySums(rows);
  for (let i = 0; i < rows; i++) {
    for (const part of parts) merged.max[i] = Math.max(merged.max[i], part.max[i]); // NaN stays
    for (const part of parts) {
      const scale = part.max[i] === merged.max[i] ? 1 : Math.exp(part.max[i] - merged.max[i]);
      merged.rest[i] += part.rest[i] * scale;
      merged.own[i] += part.own[i] * scale;
      merged.mass[i] += part.mass[i];
    }
  }
  return merged;
}

/**
 * Second pass over one shard: its share of the loss and the gradient of its own logits. SPEC P2.
 *
 * The losses and row losses of all shards add up to those of the whole; the gradients stand side by side.
 *
 * @param batch The same shard as in {@link softmaxShardSums}; give `normalizer` for a mean that all shards share.
 * @param merged What {@link mergeShardSums} made of all shards.
 * @throws {EqlError} as {@link softmaxEql}
 */
export function softmaxShard(
  batch: Batch,
  merged: ShardSums,
  options: { readonly reduction?: Reduction } = {},
): LossResult {
  const prepared = prepareSoftmax(shapeOf(batch), batch, options.reduction, true);
  // Only now is it known which rows have no target in any shard. SPEC X3.
  for (let i = 0; i < prepared.rows; i++) if (merged.mass[i] === 0) prepared.rowWeights[i] = 0;
  return lossFrom(prepared, batch.logits, merged, true) as LossResult;
}

function emptySums(rows: number): ShardSums {
  return {
    max: new Float64Array(rows).fill(-Infinity),
    rest: new Float64Array(rows),
    own: new Float64Array(rows),
    mass: new Float64Array(rows),
  };
}

function sumsOf(batch: PreparedSoftmax, logits: ArrayLike<number>): ShardSums {
  const { rows, classes, labels, targets } = batch;
  const sums = emptySums(rows);
  let i = 0;
  const term = (k: number): number => {
    const w = weight(batch, i, k);
    return w === 0 ? 0 : w * Math.exp(logits[i * classes + k] - sums.max[i]);
  };
  const restTerm = (k: number): number => (k === labels?.[i] ? 0 : term(k));
  const targetOf = (k: number): number => target(batch, i, k);
  for (i = 0; i < rows; i++) {
    if (batch.rowWeights[i] === 0) continue; // taken out, whatever it holds: SPEC G5, R3
    // Only included entries may set the maximum: a larger excluded logit would underflow every term of the sum and
    // leave log(0). SPEC X2. Math.max keeps a NaN, as SPEC N2 wants.
    for (let k = 0; k < classes; k++) {
      if (weight(batch, i, k) > 0) sums.max[i] = Math.max(sums.max[i], logits[i * classes + k]);
    }
    if (targets !== undefined) sums.mass[i] = sumOf(classes, targetOf);
    else sums.mass[i] = batch.labels![i] >= 0 ? 1 : 0;
    if (sums.max[i] === -Infinity) continue; // nothing is included, or nothing but e^-Infinity = 0
    sums.rest[i] = sumOf(classes, restTerm);
    if (labels !== undefined && labels[i] >= 0) sums.own[i] = term(labels[i]);
  }
  return sums;
}

function lossFrom(
  batch: PreparedSoftmax,
  logits: ArrayLike<number>,
  sums: ShardSums,
  withGradient: boolean,
): LossValue | LossResult {
  const { rows, classes, labels, rowWeights } = batch;
  const rowLosses = new Float64Array(rows);
  const gradient = withGradient ? new Float64Array(rows * classes) : undefined;
  let i = 0;
  let logSum = 0;
  // -y (z - log D) = y ((m - z) + log s): a sum of terms >= 0 but for log s, so logits of 1e4 do not cancel.
  const term = (k: number): number => {
    const y = target(batch, i, k);
    return y === 0 ? 0 : y * (sums.max[i] - logits[i * classes + k] + logSum);
  };
  for (i = 0; i < rows; i++) {
    if (rowWeights[i] === 0) continue; // taken out, whatever it holds: SPEC G5, R3, X3
    const { own, rest } = { own: sums.own[i], rest: sums.rest[i] };
    // A label with the largest logit has own = 1 and m - z_y = 0: log1p keeps the digits of a small loss. SPEC N3.
    logSum = own === 1 ? Math.log1p(rest) : Math.log(own + rest);
    const label = labels === undefined ? -1 : labels[i];
    if (batch.targets !== undefined) rowLosses[i] = rowWeights[i] * sumOf(classes, term);
    else if (label >= 0) rowLosses[i] = rowWeights[i] * term(label);
    if (gradient === undefined) continue;
    const scale = rowWeights[i] / batch.divisor;
    const share = sums.mass[i] / (own + rest);
    for (let k = 0; k < classes; k++) {
      const w = weight(batch, i, k);
      if (w === 0) continue; // excluded, whatever it holds: SPEC N1
      // p_y - 1 = -rest / (own + rest) does not cancel. SPEC X4.
      const value =
        k === label
          ? -rest / (own + rest)
          : share * w * Math.exp(logits[i * classes + k] - sums.max[i]) - target(batch, i, k);
      gradient[i * classes + k] = scale * value;
    }
  }
  const loss = reduce(batch, rowLosses);
  return gradient === undefined ? { loss, rowLosses } : { loss, rowLosses, gradient };
}

function target(batch: PreparedSoftmax, i: number, k: number): number {
  if (batch.targets !== undefined) return batch.targets[i * batch.classes + k];
  return batch.labels?.[i] === k ? 1 : 0;
}

/** SPEC X1: `v + (1 - v) y`, with v the weight of a negative entry. */
function weight(batch: PreparedSoftmax, i: number, k: number): number {
  const v = batch.negativeWeights[batch.perElement ? i * batch.classes + k : k];
  return v + (1 - v) * target(batch, i, k);
}
