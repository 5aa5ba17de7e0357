// What a loss session takes and gives.

import type { BatchInputs, DrawnBeta, Form, Gate, Reduction } from '@eqloss/core';
import type { Arithmetic, Output } from '../options.ts';
import type { ExecutionProvider } from '../ort.ts';

/** What `createLossSession` takes. */
export interface LossSessionOptions<O extends Output = Output> {
  /** Which of the two losses. */
  readonly form: Form;
  /** Which classes are tail, and how many there are. */
  readonly gate: Gate;
  /** SPEC R1. Default `mean`. */
  readonly reduction?: Reduction;
  /** What `run` gives: nothing beyond it is computed. Default: all three. */
  readonly outputs?: readonly O[];
  /** Where to run, in order of preference; ONNX Runtime's own default when left out. */
  readonly executionProviders?: readonly ExecutionProvider[];
  /**
   * Further options for `InferenceSession.create`. Unless given here, `intraOpNumThreads` is 1 and `logSeverityLevel` 3
   * (errors only), and threads that were asked for do not spin while they wait (`session.intra_op.allow_spinning`).
   */
  readonly sessionOptions?: Readonly<Record<string, unknown>>;
  /** Version of the standard operator set, 13 to 26. Default 17. */
  readonly opset?: number;
  /** Whose elementary functions to trust. Default `cpu` if every execution provider is `cpu` or `wasm`, else `gpu`. */
  readonly arithmetic?: Arithmetic;
  /**
   * Rows that go through the graph at a time, an integer >= 1; results do not depend on it. Default: as many as stay in
   * the cache of a CPU; on other devices all.
   */
  readonly blockRows?: number;
  /**
   * Whether a worker thread does the work, so that the event loop stays free. onnxruntime-node only; its `InferenceSession`
   * is then that of the package `onnxruntime-node` as the worker finds it. Default false.
   */
  readonly worker?: boolean;
}

/** One batch: everything beside the gate, which the session has. */
export interface LossBatch extends Omit<BatchInputs, 'gate' | 'beta'> {
  /** z, row-major, `[rows * classes]`. Not to be written to until `run` is done. */
  readonly logits: Float32Array;
  /** `[rows, classes]`. Taken from the labels and the gate when left out. */
  readonly shape?: readonly number[];
  /**
   * β in [0, 1]: a number, `[classes]`, `[rows * classes]` (as a `Uint8Array` of 0 and 1 it is used without a copy), or how
   * it is drawn. Softmax only, where it is required. SPEC X5.
   */
  readonly beta?: number | ArrayLike<number> | DrawnBeta;
}

/** How one batch is run. */
export interface LossRunOptions {
  /**
   * Where to write the gradient, `[rows * classes]`, and what `run` then gives as such: saves the time that new memory
   * takes. Must not lie in the memory of the batch. Only with `gradient` among the outputs.
   */
  readonly gradient?: Float32Array;
  /**
   * With `worker` only: buffers of the batch that move to the worker instead of being copied, as in `postMessage`. They are
   * of no more use here. What lies in a `SharedArrayBuffer` is neither copied nor moved.
   */
  readonly transfer?: readonly ArrayBuffer[];
}

/** What a batch costs, and in which direction it would cost less. */
export interface LossResult {
  /** Σ rowLosses / divisor: the mean for `mean`, else the sum. Summed in double. */
  readonly loss: number;
  /** Weighted by `rowWeights`, never divided. `[rows]`. */
  readonly rowLosses: Float32Array;
  /** ∂loss / ∂logits, `[rows * classes]`. SPEC R5. */
  readonly gradient: Float32Array;
}

/** A loss on ONNX Runtime. Made by `createLossSession`. */
export interface LossSession<O extends Output = Output> {
  /**
   * What was asked for in `outputs`, of one batch. Calls may overlap, also those of several loss sessions: they are done
   * one after the other.
   *
   * @throws {EqlError} (rejects) as `sigmoidEql` and `softmaxEql` of core; `DTYPE` for logits that are no Float32Array;
   * `UNSUPPORTED` without a batch, for a row weight, a normalizer or a quotient of both beyond single precision, and for
   * options that would have no effect; `BUFFER` for what cannot be transferred or written to; `OUT_OF_MEMORY`; `WORKER` when the worker died
   * or could not be started, the next call starts another; `DISPOSED` after `release`.
   */
  run(batch: LossBatch, options?: LossRunOptions): Promise<Pick<LossResult, O>>;
  /**
   * Frees the runtime's sessions, and the worker, once the runs under way are done. When the runtime fails to free one, the
   * others are freed all the same, and then this call rejects with the first failure. Calling it again does nothing more.
   */
  release(): Promise<void>;
}
