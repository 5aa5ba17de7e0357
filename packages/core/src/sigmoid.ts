// The sigmoid form: the reference, in double. SPEC S1 to S4.

import type { PreparedSigmoid } from './batch.ts';
import { type Batch, type LossOptions, type LossResult, type LossValue, reduce, shapeOf, sumOf } from './loss.ts';
import { prepareSigmoid } from './prepare.ts';

/**
 * Equalization Loss, sigmoid form, with its gradient.
 *
 * `L_i = Σ_j w_ij (softplus(z_ij) - y_ij z_ij)`, `w_ij = 1 - E_i T_j (1 - y_ij)`, gradient `w_ij (σ(z_ij) - y_ij)`.
 *
 * @param batch Logits `[rows * classes]`, gate, labels or targets; optional foreground, rowWeights, normalizer.
 * @param options `reduction` (default `mean`), `gradient: false` to leave it out.
 * @returns Loss, row losses and gradient, in double.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `FOREGROUND_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `DTYPE`, `UNSUPPORTED`
 */
export function sigmoidEql(batch: Batch, options: LossOptions & { readonly gradient: false }): LossValue;
export function sigmoidEql(batch: Batch, options?: LossOptions & { readonly gradient?: true }): LossResult;
export function sigmoidEql(batch: Batch, options: LossOptions = {}): LossValue | LossResult {
  const prepared = prepareSigmoid(shapeOf(batch), batch, options.reduction);
  const { rows, classes, rowWeights } = prepared;
  const rowLosses = new Float64Array(rows);
  let i = 0;
  const term = (j: number): number => elementLoss(prepared, batch.logits, i, j);
  for (i = 0; i < rows; i++) {
    if (rowWeights[i] === 0) continue; // taken out, whatever it holds: SPEC G5, R3
    rowLosses[i] = rowWeights[i] * sumOf(classes, term);
  }
  const loss = reduce(prepared, rowLosses);
  if (options.gradient === false) return { loss, rowLosses };

  const gradient = new Float64Array(rows * classes);
  for (i = 0; i < rows; i++) {
    if (rowWeights[i] === 0) continue;
    const scale = rowWeights[i] / prepared.divisor;
    for (let j = 0; j < classes; j++) {
      gradient[i * classes + j] = scale * elementGradient(prepared, batch.logits, i, j);
    }
  }
  return { loss, rowLosses, gradient };
}

// softplus(z) - y z = y softplus(-z) + (1 - y) softplus(z), and with a = 1 - y for z >= 0, a = y for z < 0,
//
//     = a |z| + log1p(e^-|z|),
//
// a sum of terms >= 0: nothing cancels, so a loss of 1e-9 keeps its digits (SPEC N3); and with 0 |z| = 0 also at
// infinity it has the limits of SPEC N2.
function elementLoss(batch: PreparedSigmoid, logits: ArrayLike<number>, i: number, j: number): number {
  const y = target(batch, i, j);
  const w = weight(batch, i, j, y);
  if (w === 0) return 0; // excluded, whatever it holds: SPEC N1
  const z = logits[i * batch.classes + j];
  const size = Math.abs(z);
  const slope = z >= 0 ? 1 - y : y;
  return w * ((slope === 0 ? 0 : slope * size) + Math.log1p(Math.exp(-size)));
}

function elementGradient(batch: PreparedSigmoid, logits: ArrayLike<number>, i: number, j: number): number {
  const y = target(batch, i, j);
  const w = weight(batch, i, j, y);
  if (w === 0) return 0;
  const z = logits[i * batch.classes + j];
  // σ(z) - 1 = -σ(-z): a well-classified positive keeps its digits.
  return w * (y === 1 ? -sigmoid(-z) : sigmoid(z) - y);
}

function target(batch: PreparedSigmoid, i: number, j: number): number {
  if (batch.targets !== undefined) return batch.targets[i * batch.classes + j];
  return batch.labels?.[i] === j ? 1 : 0;
}

/** SPEC S1: 1, except y in a tail class of a foreground row. */
function weight(batch: PreparedSigmoid, i: number, j: number, y: number): number {
  return batch.foreground[i] === 1 && batch.tail[j] === 1 ? y : 1;
}

/** σ(z), never by an exponential that overflows. */
function sigmoid(z: number): number {
  const e = Math.exp(-Math.abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}
