// Targets `core` and `core-single`: the reference itself, in double, and its fast path in single precision.

import type { Target } from '@eqloss/conformance/protocol';
import * as core from '@eqloss/core';
import manifest from '@eqloss/core/package.json' with { type: 'json' };
import { everything, inputsOf, outcomeOf, reductionOf } from './batch.ts';

/** @param options `backend`: `double`, or `single` for the fast path. */
export async function createTarget({ backend = 'double' }: { readonly backend?: string } = {}): Promise<Target> {
  return targetOf(core, backend === 'single' ? 'single' : 'double');
}

/** A target from any copy of core: the mutation tests pass broken ones. */
export function targetOf(
  { createGate, sigmoidEql, softmaxEql }: typeof core,
  precision: core.Precision = 'double',
): Target {
  const single = precision === 'single';
  return {
    protocol: 1,
    name: single ? 'core-single' : 'core',
    version: manifest.version,
    environment: { engine: `TypeScript, ${precision} precision` },
    supports: single ? { ...everything, dtypes: ['float32'] } : everything,
    run: (test) =>
      outcomeOf(() => {
        const { data, shape } = test.inputs.logits;
        // Core refuses an Int32Array itself: a test expects it.
        const batch: core.Batch = { ...inputsOf(test, createGate), logits: data as Float64Array, shape };
        const reduction = reductionOf(test);
        const lossOf = test.form === 'sigmoid' ? sigmoidEql : softmaxEql;
        const options = { reduction, gradient: true } as const;
        const { loss, rowLosses, gradient } = single
          ? lossOf(batch, { ...options, precision: 'single' })
          : lossOf(batch, options);
        return { outputs: { loss: reduction === 'none' ? undefined : loss, rowLosses, gradient } };
      }),
  };
}
