// A gpu.js kernel whose result stays where it was computed.

import { type GpuArray, modeOf } from '@eqloss/gpujs';
import type { GPU } from 'gpu.js';

/** Runs the kernel. The result is the caller's to free. */
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
    const result = (await kernel(...inputs)) as GpuArray;
    // gpu.js takes another mode than it was asked for in silence.
    const mode = modeOf(kernel);
    if (mode !== gpu.mode) throw new Error(`gpu.js ran mode ${mode}, not ${gpu.mode}`);
    return result;
  };
}
