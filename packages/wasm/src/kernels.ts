// What a user holds: both losses over a memory of their own.

import {
  type Batch,
  type CheckedSigmoid,
  type CheckedSoftmax,
  checkDraws,
  checkSigmoid,
  checkSingle,
  checkSoftmax,
  type DrawnBeta,
  type DrawOptions,
  drawBeta,
  EqlError,
  kindOf,
  type Reduction,
  type RowOutputs,
  reduce,
  shapeOf,
} from '@eqloss/core';
import type { Backend } from './backend.ts';
import { checkBuffers, checkOutput } from './buffers.ts';
import { checkDrawnKeys, drawInArena, isDrawn } from './draws.ts';
import { createHeapShelf, type Heap } from './heap.ts';
import { rowsOnHost } from './host.ts';
import type { KernelModule } from './module.ts';
import { checkKernelOptions, checkObject, checkSize, type KernelBatch, type KernelOptions } from './options.ts';
import { type Run, runBatch } from './run.ts';
import { type Buffers, createShelf, plainBuffers, withRoom } from './shelf.ts';
import type { Pool } from './threads.ts';

/** A loss. */
export interface KernelLoss {
  /** Σ rowLosses / divisor: the mean for `mean`, else the sum. */
  readonly loss: number;
  /** Weighted by `rowWeights`, never divided. `[rows]`. */
  readonly rowLosses: Float64Array;
}

/** A gradient. */
export interface KernelGradient {
  /** ∂loss / ∂logits, `[rows * classes]`: the caller's array, where one was given. SPEC R5. */
  readonly gradient: Float32Array;
}

/** One of the two losses. */
export interface Kernel {
  (batch: KernelBatch, options: KernelOptions & { readonly gradient: false; readonly loss?: true }): KernelLoss;
  (
    batch: KernelBatch,
    options: KernelOptions & { readonly loss: false; readonly gradient?: true | Float32Array },
  ): KernelGradient;
  (
    batch: KernelBatch,
    options?: KernelOptions & { readonly loss?: true; readonly gradient?: true | Float32Array },
  ): KernelLoss & KernelGradient;
  (batch: KernelBatch, options?: KernelOptions): Partial<KernelLoss & KernelGradient>;
}

/** Kernels and their memory. */
export interface Kernels {
  /** What runs: SIMD with fused multiply-add, SIMD, or core's TypeScript. */
  readonly backend: Backend;
  /** How many threads share the rows. */
  readonly threads: number;
  /** Why `backend` or `threads` is less than the best, or less than was asked for. */
  readonly reason: string | undefined;
  /**
   * Equalization Loss, sigmoid form: `L_i = Σ_j w_ij (softplus(z_ij) - y_ij z_ij)`, gradient `w_ij (σ(z_ij) - y_ij)`.
   * SPEC S1 to S3. Within 2e-6 max(1, |exact|); small losses keep their digits, down to 2^-126. SPEC N3, N4.
   *
   * @throws {EqlError} what core's `sigmoidEql` throws; `BUFFER`, `OUT_OF_MEMORY`, `WORKER`, `DISPOSED`
   */
  readonly sigmoid: Kernel;
  /**
   * Equalization Loss, softmax form: `L_i = -Σ_j y_ij (z_ij - log D_i)`, `D_i = Σ_k w_ik e^(z_ik)`, gradient
   * `(Σ_j y_ij) w_ik e^(z_ik) / D_i - y_ik`. SPEC X1 to X4. Within 2e-6 max(1, |exact|). SPEC N4.
   *
   * @throws {EqlError} what core's `softmaxEql` throws; `BUFFER`, `OUT_OF_MEMORY`, `WORKER`, `DISPOSED`
   */
  readonly softmax: Kernel;
  /**
   * Either form over a batch that is checked, for adapters, which check before their engine works. What is neither computed
   * nor checked here is as for core's `sigmoidRows` and `softmaxRows`; the loss is core's `reduce` of the row losses.
   *
   * @param checked From core's `checkSigmoid` or `checkSoftmax`, and passed by `checkSingle`.
   * @param logits `[rows * classes]`, row-major.
   * @param outputs What is left out is not computed. The gradient may be the logits' own array.
   * @param draws How β is drawn, passed by core's `checkDraws`; `checked.beta` is of no use then. Softmax only.
   * @throws {EqlError} `BUFFER` for arrays of another kind or length, or that overlap; `UNSUPPORTED` for draws with the sigmoid
   * form; `OUT_OF_MEMORY`, `WORKER`, `DISPOSED`
   */
  run(checked: CheckedSigmoid | CheckedSoftmax, logits: Float32Array, outputs: RowOutputs, draws?: DrawnBeta): void;
  /**
   * Draws β for each element, as core's `drawBeta` does: the same bits, sooner. SPEC X5.
   *
   * @returns β `[rows * classes]`, row-major: 1 with probability γ, else 0.
   * @throws {EqlError} `BETA_RANGE`, `ROW_COUNT`, `CLASS_COUNT`, `OUT_OF_MEMORY`, `DISPOSED`
   */
  drawBeta(options: DrawOptions): Uint8Array;
  /**
   * Arrays in the kernels' memory: a batch in them is calculated where it lies, without a copy.
   *
   * @throws {EqlError} `ROW_COUNT`, `CLASS_COUNT` for sizes that are no counts; `OUT_OF_MEMORY`, `WORKER`, `DISPOSED`;
   * `UNSUPPORTED` over a heap, whose owner allocates
   */
  allocate(size: { readonly rows: number; readonly classes: number }): Buffers;
  /** Ends the workers and frees all memory, that of `allocate` included, or what was taken of a heap. Twice is once. */
  dispose(): void;
}

/** What kernels work with. */
interface Means {
  /** Why `backend` or `threads` is less than the best. */
  readonly reason?: string | undefined;
  /** Threads that share batches of `shareFrom` logits or more. */
  readonly pool?: Pool;
  readonly shareFrom?: number;
  /** Instead of memories of their own. */
  readonly heap?: Heap | undefined;
}

/**
 * Kernels over what was compiled, or core's TypeScript.
 *
 * @throws {EqlError} what {@link createHeapShelf} throws
 */
export function kernelsOf(
  compiled: KernelModule | undefined,
  { reason, pool, shareFrom = 0, heap }: Means = {},
): Kernels {
  // What was given back.
  const gone = new WeakSet<object>();
  const shelf = compiled && (heap ? createHeapShelf(compiled.module, heap) : createShelf(compiled.module, pool, gone));
  let disposed = false;

  const alive = () => {
    if (disposed) throw new EqlError('DISPOSED', 'these kernels were disposed of; create new ones.');
    pool?.check();
  };

  const calculate = (
    checked: CheckedSigmoid | CheckedSoftmax,
    logits: Float32Array,
    outputs: RowOutputs,
    draws: DrawnBeta | undefined,
  ): void => {
    if (checked.form === 'softmax' && draws?.gamma === 0) {
      calculate({ ...checked, beta: 0, perElement: false }, logits, outputs, undefined);
      return;
    }
    const { rows, classes } = checked;
    if (shelf === undefined) {
      rowsOnHost(checked, logits, outputs, draws)(0, rows);
      return;
    }
    const run = pool === undefined || rows * classes < shareFrom ? single : pool.run;
    const arena = shelf.arenaOf(classes, [logits, outputs.gradient]);
    runBatch(arena, checked, logits, outputs, run, shelf.threads, draws);
  };

  const kernel =
    (form: 'sigmoid' | 'softmax') =>
    (batch: KernelBatch, options: KernelOptions = {}) => {
      alive();
      const wanted = checkKernelOptions(options);
      const { logits } = checkBatch(batch, wanted.gradient, gone);
      const { gate: _, ...inputs } = batch;
      checkBuffers(inputs, { gradient: wanted.gradient, rowLosses: wanted.rowLosses });
      const { checked, draws } = checkInputs(form, batch, wanted.reduction);
      checkSingle(checked);
      const { rows, classes } = checked;
      const size = rows * classes;
      if (wanted.gradient !== undefined) checkOutput('gradient', wanted.gradient, 'Float32Array', size);
      if (wanted.rowLosses !== undefined) checkOutput('rowLosses', wanted.rowLosses, 'Float64Array', rows);
      const outputs: RowOutputs = {
        rowLosses: wanted.wantsLoss ? (wanted.rowLosses ?? withRoom(rows, () => new Float64Array(rows))) : undefined,
        gradient: wanted.wantsGradient ? (wanted.gradient ?? withRoom(size, () => new Float32Array(size))) : undefined,
      };
      calculate(checked, logits, outputs, draws);
      return {
        ...(outputs.rowLosses && { loss: reduce(checked, outputs.rowLosses), rowLosses: outputs.rowLosses }),
        ...(outputs.gradient && { gradient: outputs.gradient }),
      };
    };

  return {
    backend: compiled?.backend ?? 'typescript',
    threads: pool?.threads ?? 1,
    reason,
    sigmoid: kernel('sigmoid') as Kernel,
    softmax: kernel('softmax') as Kernel,
    run: (checked, logits, outputs, draws) => {
      alive();
      const { form, rows, classes } = checked;
      const { rowLosses, gradient } = outputs;
      if (form === 'sigmoid' && draws !== undefined) {
        throw new EqlError('UNSUPPORTED', 'draws came with the sigmoid form, which has no beta (SPEC S5).');
      }
      checkAlive([logits, gradient], gone);
      checkBuffers({ logits }, { gradient, rowLosses });
      checkOutput('logits', logits, 'Float32Array', rows * classes);
      if (gradient !== undefined) checkOutput('gradient', gradient, 'Float32Array', rows * classes);
      if (rowLosses !== undefined) checkOutput('rowLosses', rowLosses, 'Float64Array', rows);
      calculate(checked, logits, outputs, draws);
    },
    drawBeta: (options) => {
      alive();
      checkObject('options', options);
      checkDraws(options);
      const { rows, classes } = options;
      if (shelf === undefined || rows * classes === 0) return drawBeta(options);
      return drawInArena(shelf.arenaOf(classes, []), options, shelf.threads);
    },
    allocate: (size) => {
      alive();
      checkObject('size', size);
      checkSize(size.rows, size.classes);
      return shelf === undefined ? plainBuffers(size.rows * size.classes, gone) : shelf.allocate(size);
    },
    dispose: () => {
      disposed = true;
      shelf?.clear();
      pool?.stop();
    },
  };
}

const single: Run = ({ kernels, layout }, form, rows) => kernels[form](layout.job, 0, rows, layout.scratch);

function checkBatch(batch: KernelBatch, gradient: Float32Array | undefined, gone: WeakSet<object>): KernelBatch {
  checkObject('batch', batch);
  const { logits } = batch;
  if (kindOf(logits) !== 'Float32Array') {
    throw new EqlError(
      'DTYPE',
      `logits came as ${kindOf(logits)}; the kernels take a Float32Array, row after row. Core takes doubles.`,
    );
  }
  checkAlive([logits, gradient], gone);
  return batch;
}

/** @throws {EqlError} `DISPOSED` */
function checkAlive(arrays: readonly (Float32Array | undefined)[], gone: WeakSet<object>): void {
  for (const array of arrays) {
    if (array !== undefined && (gone.has(array) || gone.has(array.buffer))) {
      throw new EqlError('DISPOSED', 'the memory of these arrays was disposed of; allocate new ones.');
    }
  }
}

/** By core, for which 0 stands in for β that is drawn. */
function checkInputs(
  form: 'sigmoid' | 'softmax',
  batch: KernelBatch,
  reduction: Reduction | undefined,
): { readonly checked: CheckedSigmoid | CheckedSoftmax; readonly draws: DrawnBeta | undefined } {
  const { beta } = batch;
  // A copy without need would take a tenth of the time of a small batch.
  const draws = form === 'softmax' && isDrawn(beta) ? beta : undefined;
  const own = (draws === undefined ? batch : { ...batch, beta: 0 }) as Batch;
  const checked = (form === 'sigmoid' ? checkSigmoid : checkSoftmax)(shapeOf(own), own, reduction);
  if (draws !== undefined) {
    checkDrawnKeys(draws);
    checkDraws({ ...draws, rows: checked.rows, classes: checked.classes });
  }
  return { checked, draws };
}
