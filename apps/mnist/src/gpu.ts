// gpu.js itself, in a mode.

import type { GPU, IGPUSettings } from 'gpu.js';

/** The modes of gpu.js that are trained in. */
export type GpuMode = 'cpu' | 'webasm' | 'webgl2' | 'webgpu';

/** A GPU of its own: whoever asks for it destroys it. `navigator.gpu` must be there before, where it is wanted. */
export async function openGpu(mode: GpuMode): Promise<GPU> {
  // CommonJS: bundlers and Node differ in where they put the exports.
  const module: unknown = await import('gpu.js');
  const { default: inner, ...outer } = module as { readonly default?: Library } & Library;
  const Gpu = 'GPU' in outer ? outer.GPU : inner!.GPU;
  return new Gpu({ mode } as IGPUSettings);
}

interface Library {
  readonly GPU: typeof GPU;
}
