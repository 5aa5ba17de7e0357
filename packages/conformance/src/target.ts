// What an implementation under test looks like to the runner.

import type { Dtype, Form, Output, Reduction } from './format.ts';
import type { Signal } from './signal.ts';

/** What a target may be unable to do. A test that needs a missing one is reported `unsupported`, never passed. */
export type Feature =
  | 'index-labels'
  | 'target-rows'
  | 'background'
  | 'ignored-rows'
  | 'foreground'
  | 'row-weights'
  | 'normalizer'
  | 'beta-scalar'
  | 'beta-class'
  | 'beta-element'
  /** Has a handle that can be released and then refuses work with `DISPOSED`. */
  | 'release';

/** What a target claims. A test that needs more is `unsupported`; what is claimed is judged. */
export interface Supports {
  /** Which of the two losses it has. */
  readonly forms: readonly Form[];
  /** In order of preference: a test runs in the first that it lists. */
  readonly dtypes: readonly Dtype[];
  /** What it returns; the rest is not compared. */
  readonly outputs: readonly Output[];
  /** Which reductions it knows. */
  readonly reductions: readonly Reduction[];
  /** Which inputs it takes, word by word. */
  readonly features: readonly Feature[];
}

/** A dense array: `data` in row-major order, as many values as `shape` says. */
export interface DecodedTensor<T = Float64Array> {
  /** Sizes, outermost first; `[]` for a number. */
  readonly shape: readonly number[];
  /** The values; as many as the product of the sizes. */
  readonly data: T;
}

/** One test without its expectation: a target never sees an expected value. */
export interface DecodedTest {
  /** Permanent and unique, as `sigmoid-reduction-mean-labels`. */
  readonly id: string;
  /** Which of the two losses. */
  readonly form: Form;
  /** The precision that the answer is judged in. */
  readonly dtype: Dtype;
  /** What was not given is absent. Shapes as in FORMAT.md. */
  readonly inputs: {
    /** In `dtype`, except in a test for `DTYPE`. */
    readonly logits: DecodedTensor<Float64Array | Float32Array | Int32Array>;
    /** f `[classes]`, to be compared with `threshold` in double. SPEC G1. */
    readonly frequencies: Float64Array;
    /** `[rows]`: a class, `classes` for background (sigmoid), -1 for ignored. SPEC G5. */
    readonly labels?: readonly number[];
    /** `[rows, classes]`, each in [0, 1], instead of labels. SPEC G7. */
    readonly targets?: DecodedTensor;
    /** E `[rows]`, each 0 or 1; wins over what the labels suggest. SPEC G4. */
    readonly foreground?: readonly number[];
    /** `[rows]`, finite, >= 0. SPEC R3. */
    readonly rowWeights?: Float64Array;
    /** A number, or `[classes]`, or `[rows * classes]`. */
    readonly beta?: number | Float64Array;
  };
  /** How the loss is asked for. */
  readonly options: {
    /** λ; absent only in the test that it is required. SPEC G3. */
    readonly threshold?: number;
    /** Unchecked: may be a word that no implementation knows. */
    readonly reduction: string;
    /** Replaces the divisor of `mean`. SPEC R2. */
    readonly normalizer?: number;
    /** Make your handle, release it, then run: the answer is `DISPOSED`. */
    readonly released?: true;
  };
}

/** What a target computed. All values are read as doubles; the runner checks their number against the shape. */
export interface Outputs {
  /** Absent for reduction `none`. */
  readonly loss?: number;
  /** Of shape `[rows]`; 0 for a row that is ignored or has weight 0. */
  readonly rowLosses?: ArrayLike<number>;
  /** With respect to the logits, row-major `[rows * classes]`. */
  readonly gradient?: ArrayLike<number>;
}

/**
 * The answer to one test: its outputs; or the error code of SPEC.md with which the input was refused; or why the target
 * declined.
 */
export type Outcome =
  | { readonly outputs: Outputs }
  | { readonly error: string; readonly message?: string }
  | { readonly skipped: { readonly reason: string; readonly link?: string } };

/** An implementation under test. */
export interface Target {
  /** The version of this interface. */
  readonly protocol: 1;
  /** For reports. */
  readonly name: string;
  /** Of the implementation, for reports. */
  readonly version: string;
  /** Engine, backend actually used, device. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it claims, and is judged by. */
  readonly supports: Supports;
  /**
   * Answers one test; tests come one after the other. Rejecting is an error of the harness, not an answer.
   *
   * @param signal Aborts when the time limit is over: a target that can interrupt its work should, the answer is dropped.
   */
  run(test: DecodedTest, signal?: Signal): Promise<Outcome>;
  /** Releases what the target holds. Called once, at the end; what goes wrong in it is no failure. */
  stop?(): Promise<void>;
}
