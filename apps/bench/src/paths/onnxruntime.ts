// Path `ort-cpu`: @eqloss/onnxruntime with onnxruntime-node.

import { Unavailable } from '@eqloss/conformance/protocol';
import { createLossSession, type LossResult } from '@eqloss/onnxruntime';
import type { Path, PathOptions } from '../path.ts';

/** @throws {Unavailable} when onnxruntime-node does not load. */
export async function createPath({ threads }: PathOptions): Promise<Path> {
  const ort = await import('onnxruntime-node').catch((error: Error) => {
    throw new Unavailable(`onnxruntime-node does not load: ${error.message}`);
  });
  return {
    environment: { engine: `onnxruntime-node ${ort.env.versions.node}` },
    open: async (inputs) => {
      const { gate, labels, beta } = inputs;
      const logits = inputs.readLogits();
      const session = await createLossSession(ort, {
        form: inputs.of.form,
        gate,
        executionProviders: ['cpu'],
        sessionOptions: { intraOpNumThreads: threads },
      });
      const gradient = new Float32Array(logits.length);
      let result: LossResult | undefined;
      return {
        run: async () => {
          result = await session.run({ labels, logits, beta }, { gradient });
        },
        outputs: () => result!,
        close: () => session.release(),
      };
    },
  };
}
