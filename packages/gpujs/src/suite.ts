// Between the handle and a form: the kernels that a kind of batch needs, and how they run one after the other.

import type { Batch, BatchInputs, CheckedSigmoid, CheckedSoftmax, Form, LossResult, Reduction } from '@eqloss/core';
import type { GivenLogits } from './logits.ts';
import type { Argument, Program, ProgramSource, Upload } from './program.ts';
import type { Answers } from './text/sigmoid.ts';
import { free, type GpuArray } from './texture.ts';

/** What decides which kernels a batch needs, beside where its logits are. */
export interface Kind {
  readonly answers: Answers;
  /** Softmax: whether the weights come one a class or one an entry. */
  readonly weights: 'class' | 'element';
  /** Softmax: whether a weight is so small that its logarithm goes apart. */
  readonly shifts: boolean;
}

/** The largest batch, how it is cut, and what every kernel may read. */
export interface Sizes {
  readonly rows: number;
  readonly classes: number;
  /** Softmax: the parts of a row that are summed side by side; 1 where a processor sums one row after the other. */
  readonly lanes: number;
  /** T, `[classes]`: the constant `tail` of kernels. */
  readonly tail: Float32Array;
  /** The constant `powers` of kernels. */
  readonly powers: Float32Array;
}

/** Row losses and gradient, where they were asked for. */
export interface Outputs {
  /** `[rows]`. */
  readonly rowLosses: GpuArray;
  /** `[rows * classes]`. */
  readonly gradient: GpuArray;
}

/** The arrays of one batch on its way. */
export interface Stage<P> {
  /** Copies the batch: what the caller changes later has no effect. */
  fill(checked: P, logits: GivenLogits): void;
  /** Runs the kernels on what was filled in. */
  launch(): Promise<Outputs>;
}

/** The kernels of a kind of batch. */
export interface Suite<P> {
  readonly programs: readonly Program[];
  createStage(): Stage<P>;
}

/** Makes one kernel of a suite: of results, or of what is passed on to another kernel. */
export type Make = (source: Omit<ProgramSource, 'result'>, passes?: 'passes') => Program;

/** What the two forms differ in. */
export interface FormPlan<P extends CheckedSigmoid | CheckedSoftmax> {
  readonly form: Form;
  check(shape: readonly number[], inputs: BatchInputs, reduction: Reduction | undefined): P;
  /** The same loss in double. */
  reference(batch: Batch, options: { readonly reduction: Reduction }): LossResult;
  kindOf(checked: P): Kind;
  createSuite(kind: Kind, sizes: Sizes, make: Make): Suite<P>;
}

/** An array for uploads, and how much of it a batch uses. */
export interface Room {
  readonly values: Float32Array;
  /** Opens the first `length` numbers to be written. What a larger batch left behind them becomes 0: webasm computes it too. */
  open(length: number): Float32Array;
  upload(): Upload;
}

/** Room for `size` numbers. */
export function createRoom(size: number): Room {
  const values = new Float32Array(size);
  let used = 0;
  return {
    values,
    open: (length) => {
      if (length < used) values.fill(0, length, used);
      used = length;
      return values.subarray(0, length);
    },
    upload: () => ({ values, used }),
  };
}

/** The logits of a stage: its own copy, or the caller's texture. */
export function createLogitsRoom(size: number) {
  let room: Room | undefined;
  let argument: Argument | undefined;
  return {
    fill: ({ length, texture, copyTo }: GivenLogits): void => {
      argument = texture;
      if (texture !== undefined) return;
      room ??= createRoom(size);
      copyTo(room.open(length));
      argument = room.upload();
    },
    argument: (): Argument => argument as Argument,
  };
}

/** Both outputs, or none: what succeeded alone is freed. Started side by side, so that one is read while the other computes. */
export async function bothOutputs(rowLosses: Promise<GpuArray>, gradient: Promise<GpuArray>): Promise<Outputs> {
  const [first, second] = await Promise.allSettled([rowLosses, gradient]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') {
    return { rowLosses: first.value, gradient: second.value };
  }
  for (const settled of [first, second]) if (settled.status === 'fulfilled') free(settled.value);
  throw (first.status === 'rejected' ? first : (second as PromiseRejectedResult)).reason;
}
