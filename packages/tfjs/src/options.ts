// What the two losses take beside logits and gate, and what they return.

import type { Reduction } from '@eqloss/core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/** A list of numbers: a tensor of rank 1, or any array. */
export type Values = Tensor | ArrayLike<number>;

/** One list of numbers a row: a tensor of rank 2, nested arrays, or one flat array, row-major. */
export type Rows = Tensor | ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/**
 * Index labels `[rows]` or target rows `[rows, classes]`.
 *
 * A tensor says which by its rank, 1 or 2. Nested arrays are target rows; a flat array is target rows when it has one
 * value per logit and not just one per row, else index labels. SPEC G5, G7.
 */
export type Labels = Values | Rows;

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
}

/** What `sigmoidEql` takes. There is no β here: giving one is `UNSUPPORTED`. SPEC S1 to S5. */
export interface SigmoidOptions<R extends Reduction = Reduction> extends CommonOptions<R> {
  /** E `[rows]`, each 0 or 1; wins over what the labels suggest. SPEC G4. */
  readonly foreground?: Values;
}

/** What `softmaxEql` takes. There is no foreground here: giving one is `UNSUPPORTED`. SPEC X1 to X6. */
export interface SoftmaxOptions<R extends Reduction = Reduction> extends CommonOptions<R> {
  /** β in [0, 1]: a number, `[classes]`, or `[rows, classes]`. Required. SPEC X5. */
  readonly beta: number | Rows;
}

/** `[rows]` for reduction `none`, else a scalar. */
export type LossTensor<R extends Reduction> = R extends 'none' ? Tensor1D : Scalar;
