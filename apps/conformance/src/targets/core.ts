// Target `core`: the reference itself, in double.

import type { Target } from '@eqloss/conformance/protocol';
import * as core from '@eqloss/core';
import manifest from '@eqloss/core/package.json' with { type: 'json' };
import { everything, inputsOf, outcomeOf, reductionOf } from './batch.ts';

export async function createTarget(): Promise<Target> {
  return targetOf(core);
}

/** A target from any copy of core: the mutation tests pass broken ones. */
export function targetOf({ createGate, sigmoidEql, softmaxEql }: typeof core): Target {
  return {
    protocol: 1,
    name: 'core',
    version: manifest.version,
    environment: { engine: 'TypeScript, double precision' },
    supports: everything,
    run: (test) =>
      outcomeOf(() => {
        const { data, shape } = test.inputs.logits;
        // Core refuses an Int32Array itself: a test expects it.
        const batch: core.Batch = { ...inputsOf(test, createGate), logits: data as Float64Array, shape };
        const reduction = reductionOf(test);
        const { loss, rowLosses, gradient } = (test.form === 'sigmoid' ? sigmoidEql : softmaxEql)(batch, { reduction });
        return { outputs: { loss: reduction === 'none' ? undefined : loss, rowLosses, gradient } };
      }),
  };
}
