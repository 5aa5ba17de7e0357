// Between the handle and a form: how a checked batch becomes arguments of a program, and its answer a result.

import type { Batch, BatchInputs, Form, LossResult, PreparedBatch, Reduction } from '@eqloss/core';
import type { ProgramSource } from './engine.ts';

/**
 * Two programs a form: `light` takes index labels (and weights per class), `dense` one more number per element, for
 * target rows (and β per element).
 */
export type Variant = 'light' | 'dense';

/** A run on its way: what came, and what goes out. */
export interface Job<P extends PreparedBatch> {
  readonly prepared: P;
  readonly logits: Float32Array;
  readonly rowLosses: Float64Array;
  readonly gradient: Float32Array;
  /** `[rows]`: 1 for a row that the engine does not get, because single precision cannot hold it. */
  readonly onHost: Uint8Array;
}

/** The arguments of a program, and the two translations. */
export interface Stage<P extends PreparedBatch> {
  readonly args: readonly Float32Array[];
  /** Writes rows `start` to `end` into the arguments; marks those that go on the host. */
  fill(job: Job<P>, start: number, end: number): void;
  /** Takes the engine's answer for the same rows. */
  collect(job: Job<P>, start: number, end: number, result: Float32Array): void;
}

/** What the two forms differ in. */
export interface Plan<P extends PreparedBatch> {
  readonly form: Form;
  prepare(shape: readonly number[], inputs: BatchInputs, reduction: Reduction | undefined): P;
  /** The same loss in double. */
  reference(batch: Batch, options: { readonly reduction: Reduction }): LossResult;
  /** Which program a batch needs. */
  variantOf(prepared: P): Variant;
  source(variant: Variant, rows: number, classes: number): ProgramSource;
  createStage(variant: Variant, rows: number, classes: number): Stage<P>;
}

/** Larger logits, and NaN, go on the host. Everything that the kernels do with the others stays finite. */
export const LARGEST = 1e30;

/** An empty job: zeros everywhere. */
export function jobOf<P extends PreparedBatch>(prepared: P, logits: Float32Array): Job<P> {
  return {
    prepared,
    logits,
    rowLosses: new Float64Array(prepared.rows),
    gradient: new Float32Array(prepared.rows * prepared.classes),
    onHost: new Uint8Array(prepared.rows),
  };
}
