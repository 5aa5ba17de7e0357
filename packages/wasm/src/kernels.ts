// What a user holds: both losses over a memory of their own.

import {
  checkSigmoid,
  checkSingle,
  checkSoftmax,
  EqlError,
  kindOf,
  type RowOutputs,
  reduce,
  shapeOf,
  sigmoidRows,
  softmaxRows,
} from '@eqloss/core';
import type { Backend } from './backend.ts';
import { checkBuffers, checkOutput } from './buffers.ts';
import { createHeapShelf, type Heap } from './heap.ts';
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

  const kernel =
    (form: 'sigmoid' | 'softmax') =>
    (batch: KernelBatch, options: KernelOptions = {}) => {
      alive();
      const wanted = checkKernelOptions(options);
      const { logits } = checkBatch(batch, wanted.gradient, gone);
      const { gate: _, ...inputs } = batch;
      checkBuffers(inputs, { gradient: wanted.gradient, rowLosses: wanted.rowLosses });
      const checked = (form === 'sigmoid' ? checkSigmoid : checkSoftmax)(shapeOf(batch), batch, wanted.reduction);
      checkSingle(checked);
      const { rows, classes } = checked;
      const size = rows * classes;
      if (wanted.gradient !== undefined) checkOutput('gradient', wanted.gradient, 'Float32Array', size);
      if (wanted.rowLosses !== undefined) checkOutput('rowLosses', wanted.rowLosses, 'Float64Array', rows);
      const outputs: RowOutputs = {
        rowLosses: wanted.wantsLoss ? (wanted.rowLosses ?? withRoom(rows, () => new Float64Array(rows))) : undefined,
        gradient: wanted.wantsGradient ? (wanted.gradient ?? withRoom(size, () => new Float32Array(size))) : undefined,
      };
      if (shelf !== undefined) {
        const run = pool === undefined || size < shareFrom ? single : pool.run;
        runBatch(shelf.arenaOf(classes, [logits, wanted.gradient]), checked, logits, outputs, run, shelf.threads);
      } else if (checked.form === 'sigmoid') {
        sigmoidRows(checked, logits, 0, rows, outputs);
      } else {
        softmaxRows(checked, logits, 0, rows, outputs);
      }
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
  for (const array of [logits, gradient]) {
    if (array !== undefined && (gone.has(array) || gone.has(array.buffer))) {
      throw new EqlError('DISPOSED', 'the memory of these arrays was disposed of; allocate new ones.');
    }
  }
  return batch;
}
