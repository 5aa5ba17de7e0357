// Paths `gpujs-cpu` and `gpujs-webasm`: @eqloss/gpujs in modes that need no GPU.

import { createRequire } from 'node:module';
import { Unavailable } from '@eqloss/conformance/protocol';
import { createSigmoidEql, createSoftmaxEql, type KernelResult } from '@eqloss/gpujs';
import type { Path, PathOptions } from '../path.ts';

/** @throws {Unavailable} when gpu.js runs another mode than it was asked for. */
export async function createPath({ backend = 'cpu' }: PathOptions): Promise<Path> {
  const { GPU }: typeof import('gpu.js') = createRequire(import.meta.url)('gpu.js');
  const { version }: { version: string } = createRequire(import.meta.url)('gpu.js/package.json');
  return {
    environment: { engine: `gpu.js ${version}`, backend },
    open: async (inputs) => {
      const { of, gate, labels, beta } = inputs;
      const logits = inputs.readLogits();
      const gpu = new GPU({ mode: backend as 'cpu' });
      const create = of.form === 'sigmoid' ? createSigmoidEql : createSoftmaxEql;
      const kernel = await create(gpu, { rows: of.rows, gate });
      let result: KernelResult | undefined;
      return {
        run: async () => {
          result = await kernel.run({ labels, logits, beta });
          if (kernel.mode !== backend) throw new Unavailable(`gpu.js runs mode ${kernel.mode} here, not ${backend}`);
        },
        outputs: () => result!,
        close: async () => {
          await kernel.destroy();
          await gpu.destroy();
        },
      };
    },
  };
}
