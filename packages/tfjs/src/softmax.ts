// The softmax form, SEQL. SPEC X1 to X7.

import type { Gate, Reduction } from '@eqloss/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { differentiable } from './loss.ts';
import type { Labels, LossTensor, SoftmaxOptions } from './options.ts';

/**
 * Equalization Loss, softmax form (SEQL), differentiable with respect to the logits.
 *
 * `L_i = -Σ_j y_ij (z_ij - log D_i)`, `D_i = Σ_k w_ik e^(z_ik)`, `w_ik = 1 - β_ik T_k (1 - y_ik)`,
 * gradient `(Σ_j y_ij) w_ik e^(z_ik) / D_i - y_ik`.
 *
 * Rows may have more than one dimension: logits `[…, classes]` go with labels, row weights and row losses of `[…]`.
 *
 * @param labels Index labels `[rows]` (class, -1 = ignored) or target rows `[rows, classes]` in [0, 1].
 * @param logits z `[rows, classes]`, float32.
 * @param gate Which classes are tail; of `createGate`.
 * @param options `beta` (required), `reduction` (default `mean`), `rowWeights`, `normalizer`, `validate`.
 * @returns A scalar, or `[rows]` for reduction `none`. On GPU backends, a row has the loss NaN if a value that only the GPU has is
 * out of range.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `BETA_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `DTYPE`, `UNSUPPORTED`, `DISPOSED`, before the engine works.
 */
export function softmaxEql<R extends Reduction = 'mean', L extends Tensor = Tensor>(
  labels: Labels,
  logits: L,
  gate: Gate,
  options: SoftmaxOptions<R>,
): LossTensor<R, L> {
  return differentiable('softmax', labels, logits, gate, options) as LossTensor<R, L>;
}
