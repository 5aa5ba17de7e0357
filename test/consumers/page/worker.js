// A module worker that computes: the kernels, and core's error when it has one.

import { createKernels } from '@eqloss/wasm';

addEventListener('message', async ({ data: { form, logits, ...batch } }) => {
  try {
    const kernels = await createKernels();
    const { loss, gradient } = kernels[form]({ ...batch, logits: Float32Array.from(logits) });
    postMessage({ loss, gradient, engine: kernels.backend });
    kernels.dispose();
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
