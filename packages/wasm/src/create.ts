// createKernels and createKernelsSync.

import { EqlError } from '@eqloss/core';
import type { Backend } from './backend.ts';
import { type Kernels, kernelsOf } from './kernels.ts';
import { compileKernels, compileKernelsSync, type KernelModule } from './module.ts';
import { checkKernelsOptions, checkSyncOptions, type KernelsOptions, type SyncKernelsOptions } from './options.ts';
import { startPool } from './threads.ts';

/**
 * Compiles the kernels, and starts workers for more than one thread.
 *
 * A runtime without SIMD gets core's TypeScript, one without shared memory a single thread; `reason` says why.
 *
 * @throws {EqlError} `UNSUPPORTED`: options that make no sense, or a backend that this runtime does not have
 */
export async function createKernels(options: KernelsOptions = {}): Promise<Kernels> {
  const { threads, backend, shareFrom } = checkKernelsOptions(options);
  if (backend === 'typescript') return asked();
  const module = await compileKernels(threads > 1 && typeof SharedArrayBuffer !== 'undefined', backend);
  if (typeof module === 'string') return without(module, backend);
  if (threads === 1) return kernelsOf(module);
  const pool = await startPool(module.module, threads);
  if (typeof pool !== 'string') return kernelsOf(module, { pool, shareFrom });
  return kernelsOf((await compileKernels(false, module.backend)) as KernelModule, { reason: pool });
}

/**
 * The same without waiting: for callers that may not, such as an operation of a framework. One thread, over memory of its own
 * or over somebody else's heap.
 *
 * A runtime without SIMD, and a page whose browser compiles nothing of this size on the main thread, gets core's TypeScript;
 * `reason` says why.
 *
 * @throws {EqlError} `UNSUPPORTED`: options that make no sense, or a backend that this runtime does not have, or a heap that is
 * shared or of another kind; `OUT_OF_MEMORY`: the heap has no room
 */
export function createKernelsSync(options: SyncKernelsOptions = {}): Kernels {
  const { backend, heap } = checkSyncOptions(options);
  if (backend === 'typescript') return asked();
  const module = compileKernelsSync(backend);
  if (typeof module === 'string') return without(module, backend);
  return kernelsOf(module, { heap });
}

function asked(): Kernels {
  return kernelsOf(undefined, { reason: 'typescript was asked for' });
}

/** @throws {EqlError} `UNSUPPORTED` when it was asked for */
function without(reason: string, backend: Backend | undefined): Kernels {
  if (backend !== undefined) throw new EqlError('UNSUPPORTED', `backend ${backend} is not to be had: ${reason}.`);
  return kernelsOf(undefined, { reason });
}
