// What the two losses take beside logits and gate, and what they return.

import type { Reduction } from '@eqloss/core';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

/** Numbers: a tensor, or an array, flat (row after row) or nested. For logits `[…, classes]`, rows are their leading dimensions. */
export type Values = Tensor | ArrayLike<number> | Nested;

/** Nested arrays. Not recursive: a string is an array of strings. */
export type Nested =
  | ArrayLike<ArrayLike<number>>
  | ArrayLike<ArrayLike<ArrayLike<number>>>
  | ArrayLike<ArrayLike<ArrayLike<ArrayLike<number>>>>;

/**
 * Index labels `[rows]` or target rows `[rows, classes]`; for logits `[…, classes]`, `[…]` or `[…, classes]`.
 *
 * A tensor or nested arrays say which by their rank. A flat array, which goes with logits of rank 2 only, is target rows
 * when it has one value per logit and not just one per row, else index labels. SPEC G5, G7.
 */
export type Labels = Values;

/**
 * What both forms take; `undefined` and `null` count as left out.
 *
 * An option by another name is refused with `UNSUPPORTED`: a misspelt weight must not be ignored. SPEC R1 to R3.
 */
export interface CommonOptions<R extends Reduction> {
  /** SPEC R1. Default `mean`. */
  readonly reduction?: R;
  /** Factor of each row's loss and gradient, `[rows]`, finite, >= 0. SPEC R3. */
  readonly rowWeights?: Values;
  /** Replaces the divisor of `mean`; finite, > 0. SPEC R2. */
  readonly normalizer?: number;
  /**
   * On GPU backends, whether inputs that only the GPU holds are read back and checked, which makes the call wait for it.
   * Default false: a row with a value out of range then has the loss NaN. `webgpu` cannot be read synchronously:
   * `UNSUPPORTED`.
   */
  readonly validate?: boolean;
}

/** What `sigmoidEql` takes. There is no β here: giving one is `UNSUPPORTED`. SPEC S1 to S5. */
export interface SigmoidOptions<R extends Reduction = Reduction> extends CommonOptions<R> {
  /** E `[rows]`, each 0 or 1; wins over what the labels suggest. SPEC G4. */
  readonly foreground?: Values;
}

/** What `softmaxEql` takes. There is no foreground here: giving one is `UNSUPPORTED`. SPEC X1 to X6. */
export interface SoftmaxOptions<R extends Reduction = Reduction> extends CommonOptions<R> {
  /** β in [0, 1]: a number, `[classes]`, `[rows, classes]`, or how it is drawn. Required. SPEC X5. */
  readonly beta: number | Values | DrawnBeta;
}

/** β is 1 with probability γ, else 0, for each element anew: core's `drawBeta`. SPEC X5. */
export interface DrawnBeta {
  /** γ in [0, 1]. */
  readonly gamma: number;
  /** Integer in [0, 2^53). */
  readonly seed: number;
  /** Training step, integer in [0, 2^32): another one, other draws. */
  readonly step: number;
  /** Global index of the first row, for a shard of a larger batch. Default 0. SPEC P1. */
  readonly rowOffset?: number;
}

/** One loss a row for reduction `none`, with the leading dimensions of the logits; else a scalar. */
export type LossTensor<R extends Reduction, L extends Tensor = Tensor> = R extends 'none' ? RowLosses<L> : Scalar;

/** One loss a row: a tensor of one dimension less than the logits have. */
export type RowLosses<L extends Tensor> = L extends Tensor2D
  ? Tensor1D
  : L extends Tensor3D
    ? Tensor2D
    : L extends Tensor4D
      ? Tensor3D
      : Tensor;
