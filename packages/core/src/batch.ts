// The seam: what a caller has becomes, once, checked and in double, what every engine can eat.

import type { Gate } from './gate.ts';

/** Which of the two losses: SPEC S1 to S5, or X1 to X7. */
export type Form = 'sigmoid' | 'softmax';

/** SPEC R1. */
export type Reduction = 'none' | 'sum' | 'mean';

/** Everything a loss needs beside the logits. Rows are N, classes C. */
export interface BatchInputs {
  /** Which classes are tail: `createGate`. */
  readonly gate: Gate;
  /** Index labels `[rows]`: a class in `0..C-1`, `C` = background (sigmoid only), `-1` = ignored. SPEC G5. */
  readonly labels?: ArrayLike<number>;
  /** Instead of labels: target rows `[rows * classes]`, row-major, each in [0, 1]. */
  readonly targets?: ArrayLike<number>;
  /** E `[rows]`, each 0 or 1; wins over what the labels suggest. Sigmoid only. SPEC G4. */
  readonly foreground?: ArrayLike<number>;
  /** Factor of each row's loss and gradient, `[rows]`, finite, >= 0. SPEC R3. */
  readonly rowWeights?: ArrayLike<number>;
  /** β in [0, 1]: a number, `[classes]`, or `[rows * classes]`. Softmax only, where it is required. SPEC X5. */
  readonly beta?: number | ArrayLike<number>;
  /**
   * Replaces the divisor of `mean`; finite, > 0. For a batch spread over workers: the rows that are not ignored in all of
   * them, and 1 when there are none. SPEC R2.
   */
  readonly normalizer?: number;
}

/** What a checked batch has in either form. */
export interface BatchCommon {
  /** N. */
  readonly rows: number;
  /** C. */
  readonly classes: number;
  /** As it was asked for. */
  readonly reduction: Reduction;
  /**
   * `[rows]`. 0 takes the row out: it must not contribute whatever its logits hold. Ignored rows have 0, and so do rows of
   * the softmax form without a target. SPEC G5, R3, X3.
   */
  readonly rowWeights: Float64Array;
  /** What `mean` divides by; 1 for the other reductions. Always > 0. */
  readonly divisor: number;
}

/** One of the two kinds of label, as the caller has it where it is large. */
export type CheckedAnswers =
  | {
      /** `[rows]`: the class, or -1 for a row without a positive entry (background or ignored). A copy. */
      readonly labels: Int32Array;
      readonly targets: undefined;
      readonly positives: undefined;
    }
  | {
      readonly labels: undefined;
      /** `[rows * classes]`, row-major: the caller's own array. */
      readonly targets: ArrayLike<number>;
      /**
       * `[rows]`: the class of a row whose only target above 0 is a 1, -1 for a row of zeros, `MIXED` (-2) for any other.
       * A row that is not `MIXED` may be calculated as one with this label.
       */
      readonly positives: Int32Array;
    };

/** A checked batch of the sigmoid form, without a copy of anything of the size of the logits. */
export type CheckedSigmoid = BatchCommon &
  CheckedAnswers & {
    readonly form: 'sigmoid';
    /** T `[classes]`: the gate's own array. */
    readonly tail: Uint8Array;
    /** E `[rows]`. */
    readonly foreground: Uint8Array;
  };

/** A checked batch of the softmax form, without a copy of anything of the size of the logits. */
export type CheckedSoftmax = BatchCommon &
  CheckedAnswers & {
    readonly form: 'softmax';
    /** T `[classes]`: the gate's own array. */
    readonly tail: Uint8Array;
    /** β: a number, `[classes]`, or `[rows * classes]`; the caller's own array. For one row `[classes]` is meant. */
    readonly beta: number | ArrayLike<number>;
    /** Whether `beta` has one value per element. */
    readonly perElement: boolean;
  };

/** One of the two kinds of label, copied from the caller's. */
export type PreparedAnswers =
  | {
      /** `[rows]`: the class, or -1 for a row without a positive entry (background or ignored). */
      readonly labels: Int32Array;
      readonly targets: undefined;
    }
  | {
      readonly labels: undefined;
      /** `[rows * classes]`, row-major. */
      readonly targets: Float64Array;
    };

/** SPEC S1: `w_ij = 1 - foreground[i] tail[j] (1 - y_ij)`. */
export type PreparedSigmoid = BatchCommon &
  PreparedAnswers & {
    readonly form: 'sigmoid';
    /** T `[classes]`: the gate's own array. */
    readonly tail: Uint8Array;
    /** E `[rows]`. */
    readonly foreground: Uint8Array;
  };

/** SPEC X1: `w_ik = 1 - β_ik T_k (1 - y_ik) = v_ik + (1 - v_ik) y_ik` with v = `negativeWeights`. */
export type PreparedSoftmax = BatchCommon &
  PreparedAnswers & {
    readonly form: 'softmax';
    /** `1 - β T`, formed in double: the weight of an entry with y = 0. `[classes]`, or `[rows * classes]` for β per element. */
    readonly negativeWeights: Float64Array;
    /** Whether `negativeWeights` has one value per element rather than one per class. */
    readonly perElement: boolean;
  };

/** A checked batch of either form. */
export type PreparedBatch = PreparedSigmoid | PreparedSoftmax;
