// The compiled kernels: which of the two modules this runtime can run, or why none.

import type { Backend } from './backend.ts';
import { FUSED, PLAIN } from './bytes.ts';
import type { Memory, Module } from './webassembly.ts';

/** What a module exports. */
export interface KernelExports {
  readonly sigmoid: (job: number, from: number, to: number, scratch: number) => void;
  readonly softmax: (job: number, from: number, to: number, scratch: number) => void;
  readonly draw: (job: number, to: number, rows: number, columns: number, skip: number) => void;
  readonly isFused: (a: number, c: number) => number;
  readonly placeConstants: (at: number) => void;
  readonly exponentials: (at: number, bytes: number) => void;
  readonly logOf: (x: number) => number;
  readonly logOnePlus: (x: number) => number;
}

/** What is compiled; core's TypeScript is not. */
export type VectorBackend = Exclude<Backend, 'typescript'>;

type Bytes = Uint8Array<ArrayBuffer>;

/** A compiled module, for memory of its own or memory shared with workers. */
export interface KernelModule {
  readonly backend: VectorBackend;
  readonly module: Module;
}

/** Pages of 64 KiB that a 32-bit memory may have. */
export const MOST_PAGES = 65536;

/** The same number as modules have it. */
const MOST = [0x80, 0x80, 0x04];

/**
 * Compiles the fastest module that this runtime has everything for.
 *
 * The fused module rounds a b + c once. It is used where the runtime knows relaxed SIMD and its multiply-add is a fused one:
 * its constants are made for that.
 *
 * @param shared Whether its memory will be shared with workers.
 * @param wanted One of the two, or the fastest.
 * @returns The module, or in words why this runtime cannot run it.
 */
export async function compileKernels(
  shared: boolean,
  wanted: VectorBackend | undefined,
): Promise<KernelModule | string> {
  try {
    for (const { backend, bytes } of candidates(shared, wanted)) {
      const module = await WebAssembly.compile(bytes);
      if (isFit(backend, module, shared)) return { backend, module };
    }
    return whyNone(wanted);
  } catch (error) {
    return whyNot(error);
  }
}

/**
 * The same at once, for memory of one thread. A page's main thread may refuse it: some browsers compile nothing there that is
 * larger than a limit of theirs.
 */
export function compileKernelsSync(wanted: VectorBackend | undefined): KernelModule | string {
  try {
    for (const { backend, bytes } of candidates(false, wanted)) {
      const module = new WebAssembly.Module(bytes);
      if (isFit(backend, module, false)) return { backend, module };
    }
    return whyNone(wanted);
  } catch (error) {
    return whyNot(error);
  }
}

/**
 * An instance over a memory.
 *
 * @param constants Where the instance keeps its numbers: 84 bytes at a multiple of 4. It touches nothing else but what calls name.
 */
export function instantiate(module: Module, memory: Memory, constants: number): KernelExports {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
  kernels.placeConstants(constants);
  return kernels;
}

/** What is worth a try, the best first. */
function* candidates(
  shared: boolean,
  wanted: VectorBackend | undefined,
): Generator<{ backend: VectorBackend; bytes: Bytes }> {
  if (typeof WebAssembly !== 'object') return;
  for (const [backend, text] of [
    ['relaxed-simd', FUSED],
    ['simd', PLAIN],
  ] as const) {
    if (wanted !== undefined && wanted !== backend) continue;
    const bytes = unpack(text);
    if (WebAssembly.validate(bytes)) yield { backend, bytes: shared ? forSharedMemory(bytes) : bytes };
  }
}

/** Whether what the fused module calls fused is so here. */
function isFit(backend: VectorBackend, module: Module, shared: boolean): boolean {
  if (backend === 'simd') return true;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
  return instantiate(module, memory, 0).isFused(1 + 2 ** -12, -1) === 1;
}

function whyNone(wanted: VectorBackend | undefined): string {
  if (typeof WebAssembly !== 'object') return 'this runtime has no WebAssembly';
  const lacking = wanted === 'relaxed-simd' ? 'fused multiply-add' : 'SIMD';
  return `this runtime has no ${lacking} in WebAssembly`;
}

/** A page may forbid it. */
function whyNot(error: unknown): string {
  return `the kernels cannot be compiled here: ${error instanceof Error ? error.message : error}`;
}

function unpack(hex: string): Bytes {
  return Uint8Array.from({ length: hex.length / 2 }, (_, k) => Number.parseInt(hex.slice(2 * k, 2 * k + 2), 16));
}

/** The same module, importing a shared memory: the import says so, and how large that may be, as it must. */
function forSharedMemory(bytes: Bytes): Bytes {
  const name = [...new TextEncoder().encode('memory'), 2];
  const found = bytes.findIndex((_, k) => name.every((byte, n) => bytes[k + n] === byte));
  if (found < 0) throw new Error('the module imports no memory');
  const limits = found + name.length;
  const copy = Uint8Array.from([...bytes.subarray(0, limits), 3, 0, ...MOST, ...bytes.subarray(limits + 2)]);
  // The section's size stands before the number of imports and the names' lengths: 'env' is the other one.
  copy[found - 7] += MOST.length;
  return copy;
}
