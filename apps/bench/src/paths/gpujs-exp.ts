// Paths `gpujs-exp-*` and `gpujs-copy-*`: what a loss over gpu.js must do at least. One kernel that reads and writes
// a number for each logit, and one that also takes an exponential.

import { checkMode, startEngine } from '../gpujs-engine.ts';
import type { Path, PathOptions } from '../path.ts';

/** @throws {Unavailable} when gpu.js does not run the mode. */
export async function createPath({ backend = 'cpu', work }: PathOptions): Promise<Path> {
  const { environment, createGpu } = await startEngine(backend);
  const z = 'logits[this.thread.x]';
  const text = `function (logits) { return ${work === 'exp' ? `Math.exp(${z})` : z}; }`;
  return {
    environment,
    open: (inputs) => {
      const logits = inputs.readLogits();
      const gpu = createGpu();
      const kernel = gpu.createKernel(text, { output: [logits.length], precision: 'single' });
      let gradient: Float32Array | undefined;
      return {
        run: async () => {
          gradient = (await kernel(logits)) as Float32Array;
        },
        outputs: () => {
          checkMode(gpu, kernel);
          return { loss: 0, gradient: gradient! };
        },
        close: async () => {
          await gpu.destroy();
        },
      };
    },
  };
}
