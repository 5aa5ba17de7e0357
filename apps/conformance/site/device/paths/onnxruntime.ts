// Paths of @eqloss/onnxruntime with onnxruntime-web: one session a batch shape, kept over all calls.

import { createLossSession, type LossResult } from '@eqloss/onnxruntime';
import type { Path, PathOptions } from '../../../../bench/src/path.ts';
import { loadEngine } from '../../../src/targets/onnxruntime.ts';

/** @throws {Unavailable} when the engine does not load. */
export async function createPath({ backend = 'web-wasm' }: PathOptions): Promise<Path> {
  const { ort, provider, environment } = await loadEngine(backend);
  return {
    environment,
    open: async (inputs) => {
      const { of, gate, labels, beta } = inputs;
      const logits = inputs.readLogits();
      const gradient = new Float32Array(logits.length);
      const session = await createLossSession(ort, { form: of.form, gate, executionProviders: [provider] });
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
