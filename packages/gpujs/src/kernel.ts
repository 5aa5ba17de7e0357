// The handle that both forms share: its batches, its turns and its end.

import {
  type BatchInputs,
  type CheckedSigmoid,
  type CheckedSoftmax,
  checkSingle,
  EqlError,
  type Gate,
  shapeOfLength,
} from '@eqloss/core';
import { checkNotEnded } from './device.ts';
import { type GpuLike, isOnGpu, type Mode } from './gpu.ts';
import { type GivenLogits, givenLogits, type Logits } from './logits.ts';
import { type CheckedOptions, checkOptions, type KernelOptions } from './options.ts';
import { createResults, type KernelResult, type PipelineResult } from './result.ts';
import { createShelf } from './shelf.ts';
import type { FormPlan } from './suite.ts';
import { unsupported } from './unsupported.ts';

/** One batch: core's inputs without the gate, and the logits. What is on the host is copied when `run` is called. */
export interface KernelBatch extends Omit<BatchInputs, 'gate'> {
  /**
   * z, row-major, `[rows * classes]`: flat, in rows, as gpu.js's `input()`, or a texture of a kernel of the same GPU. A texture is
   * read where it is, when its turn comes: it must keep its numbers until `run` resolves. It stays the caller's.
   */
  readonly logits: Logits;
  /** `[rows, classes]`. Taken from the logits, the labels and the gate when left out. */
  readonly shape?: readonly number[];
}

/** A loss made for one gate. Holds memory of the GPU until {@link Kernels.destroy}. */
export interface Kernels<R> {
  /** The mode that really runs: gpu.js may choose another one than was asked for, in silence. */
  readonly mode: Mode;
  /**
   * Whether NaN and infinities in the logits come out as SPEC N2 says. Where a GPU's compiler assumes that there are none
   * (false), a batch with them gives numbers that mean nothing; finite batches are not concerned.
   */
  readonly keepsNonFinite: boolean;
  /**
   * Row losses and gradient of one batch. Calls may overlap; they take turns.
   *
   * Rejects with an `EqlError`: what `checkSigmoid` or `checkSoftmax` of core throws; `ROW_COUNT` for more rows than the
   * kernels were made for; `DTYPE` for logits of another kind; `DISPOSED` after `destroy`, for a
   * texture that was freed, and when the GPU was destroyed; `UNSUPPORTED` without a batch, for another gate, for a row weight, a
   * normalizer or a quotient of both beyond single precision, for a texture of another GPU, and when gpu.js cannot run, or runs
   * the kernels of another kind of batch wrongly; `DEVICE_LOST`.
   */
  run(batch: KernelBatch): Promise<R>;
  /**
   * Frees the kernels, and results that still stay on the GPU, once the runs and reads under way are over. More calls do nothing.
   * The `gpu` stays the caller's; destroy it after this.
   */
  destroy(): Promise<void>;
}

/** What `createSigmoidEql` and `createSoftmaxEql` make. */
export type LossKernel = Kernels<KernelResult>;
/** The same with `pipeline: true`. */
export type PipelineKernel = Kernels<PipelineResult>;

/**
 * Checks the options, makes the kernels, and asks them a question whose answer is known.
 *
 * @param gpu The caller's gpu.js instance. @param options See {@link KernelOptions}. @param plan The form.
 * @returns The handle of both forms.
 * @throws {EqlError} (rejects) what {@link checkOptions} throws; `UNSUPPORTED` when gpu.js cannot run the kernels, or computes
 * wrongly, or with `requireGpu` has no GPU; `DEVICE_LOST`
 */
export async function createLossKernel<P extends CheckedSigmoid | CheckedSoftmax>(
  gpu: GpuLike,
  options: KernelOptions,
  plan: FormPlan<P>,
): Promise<LossKernel | PipelineKernel> {
  const settings = checkOptions(gpu, options, plan);
  const shelf = createShelf(gpu, settings, plan);
  const { resultOf, end } = createResults(settings.pipeline);
  const inTurn = createTurns();
  let destroyed: Promise<void> | undefined;

  await shelf.trust(shelf.entryFor(settings.first));
  return {
    get mode() {
      return shelf.mode();
    },
    get keepsNonFinite() {
      return shelf.keepsNonFinite();
    },
    run: async (batch: KernelBatch) => {
      if (destroyed !== undefined) throw new EqlError('DISPOSED', 'run came after destroy; create another kernel.');
      const { given, checked } = checkBatch(batch, settings, plan);
      checkTexture(given, shelf.mode(), shelf.context());
      // gpu.js runs no kernel of size 0.
      const nothing = { rowLosses: new Float32Array(0), gradient: new Float32Array(0) };
      if (checked.rows === 0) return resultOf(nothing, checked);
      const entry = shelf.entryFor(plan.kindOf(checked), sourceOf(given));
      const stage = entry.idle.pop() ?? entry.suite.createStage();
      stage.fill(checked, given);
      return inTurn(async () => {
        await shelf.trust(entry);
        const outputs = await stage.launch();
        entry.idle.push(stage);
        return resultOf(outputs, checked);
      });
    },
    destroy: () => {
      destroyed ??= inTurn(async () => {
        await end();
        shelf.clear();
      });
      return destroyed;
    },
  } as LossKernel | PipelineKernel;
}

/** Checks a batch against core's rules and the largest that the kernels take. */
function checkBatch<P extends CheckedSigmoid | CheckedSoftmax>(
  batch: KernelBatch,
  { gate, rows, reduction }: CheckedOptions,
  plan: FormPlan<P>,
): { readonly given: GivenLogits; readonly checked: P } {
  if (typeof batch !== 'object' || batch === null) {
    throw unsupported(`batch is ${batch}; wanted an object with logits and labels or targets.`);
  }
  const { logits, shape, ...others } = batch;
  const other = (others as { readonly gate?: Gate | null }).gate ?? gate;
  if (other.classes !== gate.classes || gate.tail.some((tail, j) => tail !== other.tail[j])) {
    throw unsupported('the batch came with another gate than the kernel was made for; create one for it.');
  }
  const given = givenLogits(logits);
  const inputs: BatchInputs = { ...others, gate };
  const checked = plan.check(
    shapeOfLength(given.length, { ...inputs, shape: shape ?? given.shape }),
    inputs,
    reduction,
  );
  checkSingle(checked);
  if (checked.rows > rows) {
    throw new EqlError('ROW_COUNT', `the batch has ${checked.rows} rows; the kernels were made for up to ${rows}.`);
  }
  return { given, checked };
}

/** Whether the kernels can read a texture where it is. */
function checkTexture({ texture }: GivenLogits, mode: Mode, context: unknown): void {
  if (texture === undefined) return;
  if (!isOnGpu(mode)) {
    throw unsupported(`logits is a texture, and mode ${mode} has none; read it back with toArray().`);
  }
  checkNotEnded({ context });
  if (texture.context !== context) {
    throw unsupported('logits is a texture of another GPU; make both kernels with the same one.');
  }
}

/** What decides which shader reads the logits. WebGPU reads a kernel's result as it reads an array. */
function sourceOf({ texture }: GivenLogits): string {
  if (texture === undefined || texture.type === 'WebGPUBuffer') return 'host';
  return `${texture.type} ${texture.output.length}`;
}

/** Calls one after the other: a kernel's own buffers hold one run. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    // Without its value: the last result would stay in memory as long as the kernel.
    const done = (): undefined => undefined;
    last = turn.then(done, done);
    return turn;
  };
}
