// Paths `wasm` (arrays in the kernels' memory) and `wasm-arrays` (ordinary arrays, copied in and out).

import { createKernels, type Kernels } from '@eqloss/wasm';
import type { Inputs } from '../inputs.ts';
import type { Opened, Path, PathOptions } from '../path.ts';

/** @param options `backend`: `arrays` for ordinary ones. */
export async function createPath({ backend, threads }: PathOptions): Promise<Path> {
  const kernels = await createKernels({ threads });
  const { backend: runs, reason } = kernels;
  return {
    environment: { backend: runs, threads: String(kernels.threads), ...(reason && { reason }) },
    open: (inputs) => {
      const { of } = inputs;
      const size = of.rows * of.classes;
      const buffers = backend === 'arrays' ? undefined : kernels.allocate(of);
      const { logits, gradient } = buffers ?? { logits: new Float32Array(size), gradient: new Float32Array(size) };
      logits.set(inputs.readLogits());
      return { ...callsOf(kernels, inputs, { logits, gradient }), close: () => buffers?.dispose() };
    },
  };
}

/** What is timed of kernels: one call, in the arrays that are given. */
export function callsOf(
  kernels: Kernels,
  { of, gate, labels, beta }: Inputs,
  { logits, gradient }: { readonly logits: Float32Array; readonly gradient: Float32Array },
): Omit<Opened, 'close'> {
  let loss = Number.NaN;
  return {
    run: () => {
      if (of.form === 'sigmoid') loss = kernels.sigmoid({ gate, labels, logits }, { gradient }).loss;
      else loss = kernels.softmax({ gate, labels, beta, logits }, { gradient }).loss;
    },
    outputs: () => ({ loss, gradient }),
  };
}
