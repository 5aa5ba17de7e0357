// The compiled kernels: which of the two modules this runtime can run, or why none.

import { BYTES } from './bytes.ts';

/** What a module exports. */
export interface KernelExports {
  readonly sigmoid: (job: number, from: number, to: number, scratch: number) => void;
  readonly softmax: (job: number, from: number, to: number, scratch: number) => void;
  readonly isFused: (a: number, c: number) => number;
  readonly exponentials: (at: number, bytes: number) => void;
  readonly logOf: (x: number) => number;
  readonly logOnePlus: (x: number) => number;
}

/** A compiled module, for memory of its own or memory shared with workers. */
export interface KernelModule {
  readonly backend: 'relaxed-simd' | 'simd';
  readonly module: WebAssembly.Module;
}

/** Pages of 64 KiB that a 32-bit memory may have. */
export const MOST_PAGES = 65536;

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
  wanted: 'relaxed-simd' | 'simd' | undefined,
): Promise<KernelModule | string> {
  try {
    return await compile(shared, wanted);
  } catch (error) {
    // A page may forbid it; an old runtime may know SIMD but no DecompressionStream.
    return `the kernels cannot be compiled here: ${error instanceof Error ? error.message : error}`;
  }
}

/** An instance over a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
}

async function unpack(): Promise<{ plain: Uint8Array<ArrayBuffer>; fused: Uint8Array<ArrayBuffer> }> {
  const packed = Uint8Array.from(atob(BYTES), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const end = 4 + new DataView(bytes.buffer).getUint32(0, true);
  return { plain: bytes.slice(4, end), fused: bytes.slice(end) };
}

/** The same module, importing a shared memory: one flag of the import says which kind it is. */
function forSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = [6, ...new TextEncoder().encode('memory'), 2];
  const found = bytes.findIndex((_, k) => name.every((byte, n) => bytes[k + n] === byte));
  if (found < 0) throw new Error('the module imports no memory');
  const copy = bytes.slice();
  copy[found + name.length] |= 2;
  return copy;
}

async function compile(shared: boolean, wanted: 'relaxed-simd' | 'simd' | undefined): Promise<KernelModule | string> {
  if (typeof WebAssembly !== 'object') return 'this runtime has no WebAssembly';
  const { plain, fused } = await unpack();
  if (!WebAssembly.validate(plain)) return 'this runtime has no SIMD in WebAssembly';
  if (wanted !== 'simd' && WebAssembly.validate(fused)) {
    const probe = instantiate(await WebAssembly.compile(fused), new WebAssembly.Memory({ initial: 1, maximum: 1 }));
    if (probe.isFused(1 + 2 ** -12, -1) === 1) {
      return { backend: 'relaxed-simd', module: await WebAssembly.compile(shared ? forSharedMemory(fused) : fused) };
    }
  }
  if (wanted === 'relaxed-simd') return 'this runtime has no fused multiply-add in WebAssembly';
  return { backend: 'simd', module: await WebAssembly.compile(shared ? forSharedMemory(plain) : plain) };
}
