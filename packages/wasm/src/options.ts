// What kernels and their calls are asked for, and the checks of that. Null counts as left out, as it does in a batch.

import { type BatchInputs, type DrawnBeta, EqlError, kindOf, type Reduction } from '@eqloss/core';
import type { Backend } from './backend.ts';
import { checkHeap, type Heap } from './heap.ts';

/** How kernels are made. */
export interface KernelsOptions {
  /** Instead of the fastest backend: for comparisons and tests. */
  readonly backend?: Backend;
  /** Threads that share the rows of a batch, the calling one included: 1 to 64. Default 1. */
  readonly threads?: number;
  /** Batches of fewer logits run on the calling thread alone: waking the others would cost more. Default 16,384. */
  readonly shareFrom?: number;
}

/** How kernels are made at once. */
export interface SyncKernelsOptions extends Pick<KernelsOptions, 'backend'> {
  /**
   * Somebody else's memory to work in, instead of an own one: arrays that are views of it are calculated in place, others
   * are copied. The kernels take 1 MB of it until they are disposed of, and write to nothing else there but to the gradient
   * and row losses that a call names. It must not be in use by its owner during a call.
   */
  readonly heap?: Heap;
}

/** A batch in single precision. The other inputs are those of core's `Batch`. */
export interface KernelBatch extends Omit<BatchInputs, 'beta'> {
  /** z, row-major, `[rows * classes]`; best a view that `allocate` gave. */
  readonly logits: Float32Array;
  /** `[rows, classes]`; see core's `Batch`. */
  readonly shape?: readonly number[];
  /**
   * β in [0, 1]: a number, `[classes]`, `[rows * classes]`, or how it is drawn. The kernels draw what core's `drawBeta` draws,
   * row by row, so that it takes no memory. Softmax only, where it is required. SPEC X5.
   */
  readonly beta?: number | ArrayLike<number> | DrawnBeta;
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

/** What a call is asked for, checked. */
export interface CheckedOptions {
  readonly reduction: Reduction | undefined;
  readonly wantsLoss: boolean;
  readonly wantsGradient: boolean;
  /** The caller's own arrays. */
  readonly gradient: Float32Array | undefined;
  readonly rowLosses: Float64Array | undefined;
}

/** @throws {EqlError} `UNSUPPORTED` */
export function checkKernelsOptions(options: KernelsOptions): {
  readonly threads: number;
  readonly backend: Backend | undefined;
  readonly shareFrom: number;
} {
  checkObject('options', options);
  const { threads = 1, backend, shareFrom = 16_384, ...rest } = options;
  checkNoMore(rest, 'threads, backend and shareFrom');
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw new EqlError('UNSUPPORTED', `threads is ${String(threads)}; wanted an integer from 1 to 64.`);
  }
  if (!(shareFrom >= 0)) throw new EqlError('UNSUPPORTED', `shareFrom is ${String(shareFrom)}; wanted a number >= 0.`);
  checkBackend(backend);
  return { threads, backend, shareFrom };
}

/** @throws {EqlError} `UNSUPPORTED` */
export function checkSyncOptions(options: SyncKernelsOptions): {
  readonly backend: Backend | undefined;
  readonly heap: Heap | undefined;
} {
  checkObject('options', options);
  const { backend, heap, ...rest } = options;
  checkNoMore(rest, 'backend and heap; threads take createKernels');
  checkBackend(backend);
  if (heap !== undefined) {
    checkObject('heap', heap);
    checkHeap(heap);
  }
  return { backend, heap };
}

/** @throws {EqlError} `UNSUPPORTED`, `BUFFER` */
export function checkKernelOptions(options: KernelOptions): CheckedOptions {
  checkObject('options', options);
  const { reduction, loss, gradient, rowLosses, ...rest } = options;
  checkNoMore(rest, 'reduction, loss, gradient, rowLosses');
  const wantsLoss = loss ?? true;
  if (typeof wantsLoss !== 'boolean') {
    throw new EqlError('UNSUPPORTED', `loss came as ${kindOf(loss)}; wanted true or false.`);
  }
  if (!wantsLoss && gradient === false) throw new EqlError('UNSUPPORTED', 'neither loss nor gradient is wanted.');
  if (!wantsLoss && (rowLosses ?? undefined) !== undefined) {
    throw new EqlError('UNSUPPORTED', 'rowLosses came, but no loss is wanted.');
  }
  const target = gradient ?? true;
  const own = typeof target === 'boolean' ? undefined : target;
  if (own !== undefined && kindOf(own) !== 'Float32Array') {
    throw new EqlError(
      'BUFFER',
      `gradient came as ${kindOf(gradient)}; wanted a boolean, or a Float32Array to write to.`,
    );
  }
  return {
    reduction: reduction ?? undefined,
    wantsLoss,
    wantsGradient: target !== false,
    gradient: own,
    rowLosses: rowLosses ?? undefined,
  };
}

/** @throws {EqlError} `UNSUPPORTED` */
export function checkObject(name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return;
  throw new EqlError('UNSUPPORTED', `${name} came as ${kindOf(value)}; wanted an object.`);
}

/** @throws {EqlError} `ROW_COUNT`, `CLASS_COUNT` */
export function checkSize(rows: number, classes: number): void {
  checkCount('ROW_COUNT', 'rows', rows, 0);
  checkCount('CLASS_COUNT', 'classes', classes, 1);
}

function checkCount(code: 'ROW_COUNT' | 'CLASS_COUNT', name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new EqlError(code, `${name} is ${String(value)}; wanted an integer >= ${least}.`);
}

function checkNoMore(rest: object, known: string): void {
  const [unknown] = Object.keys(rest);
  if (unknown === undefined) return;
  throw new EqlError('UNSUPPORTED', `option ${unknown} is unknown; there are ${known}.`);
}

function checkBackend(backend: Backend | undefined): void {
  if (backend === undefined || ['relaxed-simd', 'simd', 'typescript'].includes(backend)) return;
  throw new EqlError('UNSUPPORTED', `backend is ${String(backend)}; there are relaxed-simd, simd and typescript.`);
}
