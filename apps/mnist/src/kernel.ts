// A gpu.js kernel whose result stays where it was computed, and what can be done with such a result.

import type { GpuArray, GpuTexture } from '@eqloss/gpujs';
import type { GPU, IKernelRunShortcut, KernelVariable } from 'gpu.js';

/** Runs the kernel. The result is the caller's to {@link free}. */
export type Kernel = (...inputs: readonly (GpuArray | number)[]) => Promise<GpuArray>;

/**
 * Makes a kernel from source text: bundlers rewrite functions, which gpu.js would read.
 *
 * @param size Numbers of the result, which is flat.
 * @param constants What never changes; gpu.js uploads arrays once.
 */
export function createKernel(
  gpu: GPU,
  source: string,
  size: number,
  constants: Readonly<Record<string, number | Float32Array>> = {},
): Kernel {
  const kernel = gpu.createKernel(source, {
    output: [size],
    constants,
    // The other one packs numbers into bytes, and loses some.
    precision: 'single',
    // Else WebGL may compute a small result in 16 bits.
    tactic: 'precision',
    // The result stays on the GPU, in memory of its own: without `immutable` the next run would overwrite it.
    pipeline: true,
    immutable: true,
  });
  return async (...inputs) => {
    // A texture at once, in mode webgpu a promise of one; modes cpu and webasm give typed arrays.
    const result = (await kernel(...(inputs as readonly KernelVariable[]))) as GpuArray;
    checkMode(gpu, kernel);
    return result;
  };
}

/** Frees results of kernels. What is no texture is left to the garbage collector. */
export function free(...results: readonly GpuArray[]): void {
  for (const result of results) if (isTexture(result)) result.delete();
}

/** Reads a result back. */
export async function read(result: GpuArray): Promise<Float32Array> {
  return (await (isTexture(result) ? result.toArray() : result)) as Float32Array;
}

function isTexture(result: GpuArray): result is GpuTexture {
  return 'delete' in result;
}

/** @throws {Error} when gpu.js took another mode than it was asked for, which it does in silence. */
function checkMode(gpu: GPU, { kernel }: IKernelRunShortcut): void {
  const { constructor: ran } = kernel as unknown as { readonly constructor: { readonly name: string } };
  const asked = gpu.Kernel as unknown as { readonly name: string };
  if (ran !== asked) throw new Error(`gpu.js ran ${ran.name}, not ${asked.name}`);
}
