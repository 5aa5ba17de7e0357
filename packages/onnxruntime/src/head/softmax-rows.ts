// What the pieces of the softmax form tell each other, merged in double. SPEC P2.

import type { CheckedBatch } from './batch.ts';

/** What one piece says of each row: see `buildSums`. `[rows]` each. */
export interface PieceSums {
  readonly max: Float32Array;
  readonly rest: Float32Array;
  /** With labels: the label's logit where the label is in the piece. */
  readonly own?: Float32Array;
  /** With targets. */
  readonly cost?: Float32Array;
}

/** The rows of a batch, as far as the pieces are known. */
export interface SoftmaxRows {
  /** Takes in a piece: the classes `from` to `to`. */
  add(sums: PieceSums, from: number, to: number): void;
  /** What the second pass wants of each row, and the loss of the batch. After the last piece. */
  finish(): SoftmaxShares;
}

/** What the second pass wants. `[rows]` each. */
export interface SoftmaxShares {
  /** Σ row losses / divisor. */
  readonly loss: number;
  readonly max: Float32Array;
  /** `weight Σy / (divisor Σ_k w_k e^(z_k - m))` */
  readonly share: Float32Array;
  /** The gradient at the index label. */
  readonly atLabel: Float32Array;
  /** `weight / divisor` */
  readonly scale: Float32Array;
}

/**
 * Starts with no piece. Of each row are kept the largest included logit m of the pieces so far and `Σ w_k e^(z_k - m)`; with
 * labels the label's logit, its term apart; with targets `Σ y_k (m - z_k)` and `Σ y_k`.
 */
export function softmaxRowsOf(batch: CheckedBatch, classes: number): SoftmaxRows {
  const { rows, labels, targets, origins, rowWeights, divisor } = batch;
  const max = new Float64Array(rows).fill(-Infinity);
  const rest = new Float64Array(rows);
  const own = new Float64Array(rows).fill(-Infinity);
  const cost = new Float64Array(rows);
  const mass = new Float64Array(rows);
  return {
    add: (sums, from, to) => {
      for (let i = 0; i < rows; i++) {
        const part = partOf(sums, i);
        const merged = Math.max(max[i], part.max);
        // Infinity - Infinity would be NaN where a side has nothing, or nothing new.
        const kept = max[i] === merged ? 0 : merged - max[i];
        const came = part.max === merged ? 0 : merged - part.max;
        rest[i] = rest[i] * Math.exp(-kept) + part.rest * Math.exp(-came);
        if (labels !== undefined) {
          if (labels[i] >= from && labels[i] < to) own[i] = sums.own![i];
        } else {
          let here = 0;
          for (let k = origins[i] * classes + from; k < origins[i] * classes + to; k++) here += targets![k];
          if (mass[i] > 0) cost[i] += mass[i] * kept;
          if (here > 0) cost[i] += sums.cost![i] + here * came;
          mass[i] += here;
        }
        max[i] = merged;
      }
    },
    finish: () => {
      const result = { max: floats(rows), share: floats(rows), atLabel: floats(rows), scale: floats(rows) };
      let total = 0;
      for (let i = 0; i < rows; i++) {
        const scale = rowWeights[i] / divisor;
        result.scale[i] = scale;
        const m = Math.max(max[i], own[i]); // NaN stays
        const others = max[i] === m ? rest[i] : rest[i] * Math.exp(max[i] - m);
        const label = labels === undefined ? 0 : Math.exp(own[i] - m);
        const sum = others + label;
        result.max[i] = m;
        // An included +Infinity, or nothing but -Infinity: no distribution. SPEC N2.
        const valid = Number.isFinite(m) && sum > 0;
        result.share[i] = valid ? (scale * (labels === undefined ? mass[i] : 1)) / sum : NaN;
        result.atLabel[i] = (-scale * others) / sum;
        const loss =
          labels === undefined
            ? cost[i] + mass[i] * Math.log(sum)
            : others <= label
              ? Math.log1p(others / label)
              : m - own[i] + Math.log(sum);
        total += valid ? rowWeights[i] * loss : NaN;
      }
      return { ...result, loss: total / divisor };
    },
  };
}

/**
 * A piece that includes nothing has a sum of 0 over a maximum that is lower than any, and adds nothing. One that includes
 * +Infinity or NaN makes the row's maximum infinite, and the row has no distribution (SPEC N2).
 */
function partOf({ max, rest }: PieceSums, i: number): { readonly max: number; readonly rest: number } {
  const infinite = max[i] === Infinity || Number.isNaN(max[i]);
  return infinite ? { max: Infinity, rest: 1 } : { max: max[i], rest: rest[i] };
}

function floats(length: number): Float32Array {
  return new Float32Array(length);
}
