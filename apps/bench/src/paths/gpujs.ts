// Paths `gpujs-*`: @eqloss/gpujs in each mode of gpu.js, from arrays to arrays.

import { createSigmoidEql, createSoftmaxEql, type KernelResult } from '@eqloss/gpujs';
import { startEngine } from '../gpujs-engine.ts';
import type { Path, PathOptions } from '../path.ts';

/** @throws {Unavailable} when gpu.js does not run the mode. */
export async function createPath({ backend = 'cpu' }: PathOptions): Promise<Path> {
  const { environment, createGpu } = await startEngine(backend);
  return {
    environment,
    open: async (inputs) => {
      const { of, gate, labels, beta } = inputs;
      const logits = inputs.readLogits();
      const gpu = createGpu();
      const create = of.form === 'sigmoid' ? createSigmoidEql : createSoftmaxEql;
      const kernel = await create(gpu, { rows: of.rows, gate });
      let result: KernelResult | undefined;
      return {
        run: async () => {
          result = await kernel.run({ labels, logits, beta });
        },
        outputs: () => {
          if (kernel.mode !== backend) throw new Error(`gpu.js ran mode ${kernel.mode}, not ${backend}`);
          return result!;
        },
        close: async () => {
          await kernel.destroy();
          await gpu.destroy();
        },
      };
    },
  };
}
