// createKernels: what a user holds.

import {
  type BatchInputs,
  checkSigmoid,
  checkSingle,
  checkSoftmax,
  EqlError,
  kindOf,
  type Reduction,
  type RowOutputs,
  reduce,
  shapeOf,
  sigmoidRows,
  softmaxRows,
} from '@eqloss/core';
import { type Arena, createArena, TABLE } from './arena.ts';
import { checkBuffers, checkOutput } from './buffers.ts';
import { type Backend, compileKernels, type KernelModule } from './module.ts';
import { type Run, runBatch } from './run.ts';
import { type Pool, startPool } from './threads.ts';

/** How kernels are made. */
export interface KernelsOptions {
  /** Threads that share the rows of a batch, the calling one included: 1 to 64. Default 1. */
  readonly threads?: number;
  /** Instead of the fastest backend: for comparisons and tests. */
  readonly backend?: Backend;
  /** Batches of fewer logits run on the calling thread alone: waking the others would cost more. Default 16,384. */
  readonly shareFrom?: number;
}

/** A batch in single precision. The other inputs are those of core's `Batch`. */
export interface KernelBatch extends BatchInputs {
  /** z, row-major, `[rows * classes]`; best a view that `allocate` gave. */
  readonly logits: Float32Array;
  /** `[rows, classes]`; see core's `Batch`. */
  readonly shape?: readonly number[];
}

/** What is asked for. */
export interface KernelOptions {
  /** SPEC R1. Default `mean`. */
  readonly reduction?: Reduction;
  /** Whether loss and row losses are wanted. Default true. */
  readonly loss?: boolean;
  /** Whether the gradient is wanted, or where to write it, `[rows * classes]`; the logits' own array is allowed. Default true. */
  readonly gradient?: boolean | Float32Array;
  /** Where to write the row losses, `[rows]`. */
  readonly rowLosses?: Float64Array;
}

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

/** Room for batches, in the kernels' own memory. */
export interface Buffers {
  /** `[rows * classes]`, zeros. */
  readonly logits: Float32Array;
  /** `[rows * classes]`, zeros. */
  readonly gradient: Float32Array;
  /** Frees the memory; batches with these arrays are refused with `DISPOSED` from then on. Twice is once. */
  dispose(): void;
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
   * SPEC S1 to S3. Within 2e-6 max(1, |exact|); small losses keep their digits. SPEC N3, N4.
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
   * @throws {EqlError} `ROW_COUNT`, `CLASS_COUNT` for sizes that are no counts; `OUT_OF_MEMORY`, `WORKER`, `DISPOSED`
   */
  allocate(size: { readonly rows: number; readonly classes: number }): Buffers;
  /** Ends the workers and frees all memory, that of `allocate` included. Twice is once. */
  dispose(): void;
}

/**
 * Compiles the kernels, and starts workers for more than one thread.
 *
 * A runtime without SIMD gets core's TypeScript, one without shared memory a single thread; `reason` says why.
 *
 * @throws {EqlError} `UNSUPPORTED`: options that make no sense, or a backend that this runtime does not have
 */
export async function createKernels(options: KernelsOptions = {}): Promise<Kernels> {
  const { threads, backend, shareFrom } = checkKernelsOptions(options);
  if (backend === 'typescript') return kernelsOf(undefined, undefined, 'typescript was asked for');
  let module = await compileKernels(threads > 1 && typeof SharedArrayBuffer !== 'undefined', backend);
  if (typeof module === 'string') {
    if (backend !== undefined) throw new EqlError('UNSUPPORTED', `backend ${backend} is not to be had: ${module}.`);
    return kernelsOf(undefined, undefined, module);
  }
  if (threads === 1) return kernelsOf(module, undefined, undefined);
  const pool = await startPool(module.module, threads, shareFrom);
  if (typeof pool !== 'string') return kernelsOf(module, pool, undefined);
  module = (await compileKernels(false, module.backend)) as KernelModule;
  return kernelsOf(module, undefined, pool);
}

function checkKernelsOptions(options: KernelsOptions) {
  checkObject('options', options);
  const { threads = 1, backend, shareFrom = 16_384, ...rest } = options;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new EqlError('UNSUPPORTED', `option ${unknown} is unknown; there are threads, backend and shareFrom.`);
  }
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw new EqlError('UNSUPPORTED', `threads is ${String(threads)}; wanted an integer from 1 to 64.`);
  }
  if (!(shareFrom >= 0)) throw new EqlError('UNSUPPORTED', `shareFrom is ${String(shareFrom)}; wanted a number >= 0.`);
  if (backend !== undefined && !['relaxed-simd', 'simd', 'typescript'].includes(backend)) {
    throw new EqlError('UNSUPPORTED', `backend is ${String(backend)}; there are relaxed-simd, simd and typescript.`);
  }
  return { threads, backend, shareFrom };
}

const single: Run = ({ kernels, layout }, form, rows) => kernels[form](layout.job, 0, rows, layout.scratch);

function kernelsOf(compiled: KernelModule | undefined, pool: Pool | undefined, reason: string | undefined): Kernels {
  const arenas = new Map<ArrayBufferLike, Arena>();
  const gone = new WeakSet<ArrayBufferLike>();
  const threads = pool?.threads ?? 1;
  const run = pool === undefined ? single : pool.run;
  let scratch: Arena | undefined;
  let ids = 0;
  let disposed = false;

  const arenaFor = (classes: number, userBytes: number): Arena => {
    const module = (compiled as KernelModule).module;
    const arena = createArena(module, { id: ++ids, classes, threads, shared: pool !== undefined, userBytes });
    pool?.add(arena);
    return arena;
  };

  const release = (arena: Arena) => {
    pool?.forget(arena);
    arenas.delete(arena.memory.buffer);
  };

  /** Where a batch is calculated: where one of its arrays lies, if that has room for the tables, else in memory of our own. */
  const arenaOf = (classes: number, arrays: readonly (Float32Array | undefined)[]): Arena => {
    const needed = Math.min(classes, TABLE);
    for (const array of arrays) {
      const arena = array && arenas.get(array.buffer);
      if (arena !== undefined && arena.classes >= needed) return arena;
    }
    if (scratch === undefined || scratch.classes < needed) {
      const larger = arenaFor(classes, 0);
      if (scratch !== undefined) release(scratch);
      scratch = larger;
    }
    return scratch;
  };

  const alive = () => {
    if (disposed) throw new EqlError('DISPOSED', 'these kernels were disposed of; create new ones.');
    pool?.check();
  };

  const kernel =
    (form: 'sigmoid' | 'softmax') =>
    (batch: KernelBatch, options: KernelOptions = {}) => {
      alive();
      const { reduction, loss = true, gradient = true, rowLosses } = checkKernelOptions(options);
      checkObject('batch', batch);
      if (kindOf(batch.logits) !== 'Float32Array') {
        throw new EqlError(
          'DTYPE',
          `logits came as ${kindOf(batch.logits)}; the kernels take a Float32Array, row after row. Core takes doubles.`,
        );
      }
      const target = typeof gradient === 'boolean' ? undefined : gradient;
      for (const array of [batch.logits, target]) {
        if (array !== undefined && gone.has(array.buffer)) {
          throw new EqlError('DISPOSED', 'the memory of these arrays was disposed of; allocate new ones.');
        }
      }
      const { gate: _, ...inputs } = batch;
      checkBuffers(inputs, { gradient: target, rowLosses });
      const checked = (form === 'sigmoid' ? checkSigmoid : checkSoftmax)(shapeOf(batch), batch, reduction);
      checkSingle(checked);
      const { rows, classes } = checked;
      if (target !== undefined) checkOutput('gradient', target, 'Float32Array', rows * classes);
      if (rowLosses !== undefined) checkOutput('rowLosses', rowLosses, 'Float64Array', rows);
      const outputs: RowOutputs = {
        rowLosses: loss ? (rowLosses ?? withRoom(rows, () => new Float64Array(rows))) : undefined,
        gradient: gradient === true ? withRoom(rows * classes, () => new Float32Array(rows * classes)) : target,
      };
      if (compiled !== undefined) {
        runBatch(arenaOf(classes, [batch.logits, target]), checked, batch.logits, outputs, run, threads);
      } else if (checked.form === 'sigmoid') {
        sigmoidRows(checked, batch.logits, 0, rows, outputs);
      } else {
        softmaxRows(checked, batch.logits, 0, rows, outputs);
      }
      return {
        ...(outputs.rowLosses && { loss: reduce(checked, outputs.rowLosses), rowLosses: outputs.rowLosses }),
        ...(outputs.gradient && { gradient: outputs.gradient }),
      };
    };

  return {
    backend: compiled?.backend ?? 'typescript',
    threads,
    reason,
    sigmoid: kernel('sigmoid') as Kernel,
    softmax: kernel('softmax') as Kernel,
    allocate: ({ rows, classes }) => {
      alive();
      checkCount('ROW_COUNT', 'rows', rows, 0);
      checkCount('CLASS_COUNT', 'classes', classes, 1);
      const length = rows * classes;
      if (compiled === undefined) return plainBuffers(length, gone);
      const bytes = Math.ceil(length / 4) * 16;
      const arena = arenaFor(classes, 2 * bytes);
      const { buffer } = arena.memory;
      arenas.set(buffer, arena);
      return {
        logits: new Float32Array(buffer, arena.layout.user, length),
        gradient: new Float32Array(buffer, arena.layout.user + bytes, length),
        dispose: () => {
          if (!arenas.has(buffer)) return;
          gone.add(buffer);
          release(arena);
        },
      };
    },
    dispose: () => {
      if (disposed) return;
      disposed = true;
      scratch = undefined;
      arenas.clear();
      pool?.stop();
    },
  };
}

function checkKernelOptions(options: KernelOptions): KernelOptions {
  checkObject('options', options);
  const { reduction, loss, gradient, rowLosses, ...rest } = options;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new EqlError('UNSUPPORTED', `option ${unknown} is unknown; there are reduction, loss, gradient, rowLosses.`);
  }
  if (loss !== undefined && typeof loss !== 'boolean') {
    throw new EqlError('UNSUPPORTED', `loss came as ${kindOf(loss)}; wanted true or false.`);
  }
  if (loss === false && gradient === false) throw new EqlError('UNSUPPORTED', 'neither loss nor gradient is wanted.');
  if (loss === false && rowLosses !== undefined) {
    throw new EqlError('UNSUPPORTED', 'rowLosses came, but no loss is wanted.');
  }
  if (gradient !== undefined && typeof gradient !== 'boolean' && kindOf(gradient) !== 'Float32Array') {
    throw new EqlError(
      'BUFFER',
      `gradient came as ${kindOf(gradient)}; wanted a boolean, or a Float32Array to write to.`,
    );
  }
  return options;
}

function checkObject(name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return;
  throw new EqlError('UNSUPPORTED', `${name} came as ${kindOf(value)}; wanted an object.`);
}

function checkCount(code: 'ROW_COUNT' | 'CLASS_COUNT', name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new EqlError(code, `${name} is ${String(value)}; wanted an integer >= ${least}.`);
}

/** The TypeScript path works on any arrays. */
function plainBuffers(length: number, gone: WeakSet<ArrayBufferLike>): Buffers {
  const [logits, gradient] = [0, 1].map(() => withRoom(length, () => new Float32Array(length)));
  const dispose = () => {
    gone.add(logits.buffer).add(gradient.buffer);
  };
  return { logits, gradient, dispose };
}

function withRoom<T>(length: number, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new EqlError('OUT_OF_MEMORY', `no room for ${length} numbers: ${(error as Error).message}.`);
  }
}
