// The softmax form over classes that lie in several places: one exchange of sums, then each shard is on its own. SPEC P2.

import type { PreparedSoftmax, Reduction } from './batch.ts';
import { EqlError } from './errors.ts';
import { type Batch, type LossResult, reduce, shapeOf } from './loss.ts';
import { prepareSoftmaxShard } from './prepare.ts';
import { fillTerms, fillWeights, labelOf, massOf, restOf, rowLoss, rowMaximum, scaleTerms } from './softmax.ts';

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
 * @param batch The shard's logits, gate (`sliceGate`) and β; labels count from the shard's first class, and a label of C
 * means a class in another shard.
 * @throws {EqlError} as `softmaxEql`
 */
export function softmaxShardSums(batch: Batch): ShardSums {
  const prepared = prepareSoftmaxShard(shapeOf(batch), batch);
  const { rows, classes } = prepared;
  const sums = emptySums(rows);
  const weights = new Float64Array(classes);
  const terms = new Float64Array(classes);
  for (let i = 0; i < rows; i++) {
    if (prepared.rowWeights[i] === 0) continue; // taken out, whatever it holds: SPEC G5, R3
    const label = labelOf(prepared, i);
    fillWeights(prepared, i, weights);
    sums.max[i] = rowMaximum(weights, batch.logits, i);
    sums.mass[i] = massOf(prepared, i);
    fillTerms(weights, batch.logits, i, sums.max[i], terms, 0);
    sums.rest[i] = restOf(terms, 0, classes, label);
    if (label >= 0) sums.own[i] = terms[label];
  }
  return sums;
}

/**
 * Merges the sums of all shards: `m = max m_p`, `s = Σ s_p e^(m_p - m)`. Exact for shards that include nothing. SPEC P2.
 *
 * @param parts The sums of each shard, for the same rows. At least one.
 * @throws {EqlError} `ROW_COUNT` when there is no part, or the parts differ in their number of rows.
 */
export function mergeShardSums(parts: readonly ShardSums[]): ShardSums {
  const rows = parts[0]?.max.length;
  if (rows === undefined || parts.some((part) => part.max.length !== rows)) {
    const came = parts.map((part) => part.max.length).join(', ') || 'none';
    throw new EqlError('ROW_COUNT', `sums of ${came} rows came; wanted at least one shard, all with the same rows.`);
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
 * @param batch The same shard as in {@link softmaxShardSums}.
 * @param merged What {@link mergeShardSums} made of all shards.
 * @param options `reduction` (default `mean`: all class shards count the same rows).
 * @throws {EqlError} as `softmaxEql`; `ROW_COUNT` when `merged` has other rows; `LABEL_RANGE` when not exactly one shard
 * holds a row's index label.
 */
export function softmaxShard(
  batch: Batch,
  merged: ShardSums,
  options: { readonly reduction?: Reduction } = {},
): LossResult {
  const prepared = prepareSoftmaxShard(shapeOf(batch), batch, options.reduction);
  const { rows, classes } = prepared;
  checkMerged(prepared, merged);
  const rowLosses = new Float64Array(rows);
  const gradient = new Float64Array(rows * classes);
  const weights = new Float64Array(classes);
  const scratch = new Float64Array(classes);
  for (let i = 0; i < rows; i++) {
    // Only now is it known which rows have no target in any shard. SPEC X3.
    if (prepared.rowWeights[i] === 0 || merged.mass[i] === 0) continue;
    const { max, rest, own, mass } = {
      max: merged.max[i],
      rest: merged.rest[i],
      own: merged.own[i],
      mass: merged.mass[i],
    };
    fillWeights(prepared, i, weights);
    fillTerms(weights, batch.logits, i, max, gradient, i * classes);
    rowLosses[i] = rowLoss(prepared, batch.logits, i, max, rest, own, scratch);
    scaleTerms(prepared, weights, i, rest, own, mass, gradient);
  }
  return { loss: reduce(prepared, rowLosses), rowLosses, gradient };
}

function emptySums(rows: number): ShardSums {
  return {
    max: new Float64Array(rows).fill(-Infinity),
    rest: new Float64Array(rows),
    own: new Float64Array(rows),
    mass: new Float64Array(rows),
  };
}

function checkMerged({ rows, labels, rowWeights }: PreparedSoftmax, merged: ShardSums): void {
  if (merged.max.length !== rows) {
    throw new EqlError('ROW_COUNT', `the merged sums have ${merged.max.length} rows but the shard has ${rows}.`);
  }
  if (labels === undefined) return;
  for (let i = 0; i < rows; i++) {
    if (rowWeights[i] === 0 || merged.mass[i] === 1) continue;
    throw new EqlError('LABEL_RANGE', `the label of row ${i} is in ${merged.mass[i]} shards; wanted exactly one.`);
  }
}
