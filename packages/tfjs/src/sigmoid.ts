// The sigmoid form. SPEC S1 to S5.

import type { Gate, Reduction } from '@eqloss/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { differentiable } from './loss.ts';
import type { Labels, LossTensor, SigmoidOptions } from './options.ts';

/**
 * Equalization Loss, sigmoid form, differentiable with respect to the logits.
 *
 * `L_i = Σ_j w_ij (softplus(z_ij) - y_ij z_ij)`, `w_ij = 1 - E_i T_j (1 - y_ij)`, gradient `w_ij (σ(z_ij) - y_ij)`.
 *
 * Rows may have more than one dimension: logits `[…, classes]` go with labels, row weights and row losses of `[…]`.
 *
 * @param labels Index labels `[rows]` (class, C = background, -1 = ignored) or target rows `[rows, classes]` in [0, 1].
 * @param logits z `[rows, classes]`, float32. There is no background column.
 * @param gate Which classes are tail; of `createGate`.
 * @param options `reduction` (default `mean`), `foreground`, `rowWeights`, `normalizer`, `validate`.
 * @returns A scalar, or `[rows]` for reduction `none`. On GPU backends, a row has the loss NaN if a value that only the GPU has is
 * out of range.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `FOREGROUND_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `DTYPE`, `UNSUPPORTED`, `DISPOSED`, before the engine works.
 */
export function sigmoidEql<R extends Reduction = 'mean', L extends Tensor = Tensor>(
  labels: Labels,
  logits: L,
  gate: Gate,
  options?: SigmoidOptions<R>,
): LossTensor<R, L> {
  return differentiable('sigmoid', labels, logits, gate, options) as LossTensor<R, L>;
}
