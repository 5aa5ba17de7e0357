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
  readonly forms: readonly Form[];
  /** In order of preference: a test runs in the first that it lists. */
  readonly dtypes: readonly Dtype[];
  /** What it returns; the rest is not compared. */
  readonly outputs: readonly Output[];
  readonly reductions: readonly Reduction[];
  readonly features: readonly Feature[];
}

/** A dense array: `data` in row-major order, as many values as `shape` says. */
export interface DecodedTensor<T = Float64Array> {
  readonly shape: readonly number[];
  readonly data: T;
}

/** One test without its expectation: a target never sees an expected value. */
export interface DecodedTest {
  readonly id: string;
  readonly form: Form;
  readonly dtype: Dtype;
  readonly inputs: {
    /** In `dtype`, except in a test for `DTYPE`. */
    readonly logits: DecodedTensor<Float64Array | Float32Array | Int32Array>;
    readonly frequencies: Float64Array;
    readonly labels?: readonly number[];
    readonly targets?: DecodedTensor;
    readonly foreground?: readonly number[];
    readonly rowWeights?: Float64Array;
    /** A number, or `[classes]`, or `[rows * classes]`. */
    readonly beta?: number | Float64Array;
  };
  readonly options: {
    readonly threshold?: number;
    /** Unchecked: may be a word that no implementation knows. */
    readonly reduction: string;
    readonly normalizer?: number;
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
  readonly name: string;
  readonly version: string;
  /** Engine, backend actually used, device. */
  readonly environment: Readonly<Record<string, string>>;
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
