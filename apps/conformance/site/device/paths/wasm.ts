// Paths of @eqloss/wasm: each backend by itself, ordinary arrays copied in and out.

import { createKernels, type KernelsOptions } from '@eqloss/wasm';
import type { Path, PathOptions } from '../../../../bench/src/path.ts';
import { callsOf } from '../../../../bench/src/paths/wasm.ts';

/** @throws {Error} when this browser does not have the backend. */
export async function createPath({ backend, threads }: PathOptions): Promise<Path> {
  const named = backend === 'simd' || backend === 'typescript';
  const options: KernelsOptions = named ? { backend } : { threads };
  const kernels = await createKernels(options);
  if (kernels.threads !== threads) throw new Error(kernels.reason ?? 'no threads');
  return {
    environment: { backend: kernels.backend, threads: String(kernels.threads) },
    open: (inputs) => {
      const logits = inputs.readLogits();
      const gradient = new Float32Array(logits.length);
      return { ...callsOf(kernels, inputs, { logits, gradient }), close: () => {} };
    },
  };
}
