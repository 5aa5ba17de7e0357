// From a decoded test to what every adapter of ours takes.

import type { DecodedTest, Outcome, Supports } from '@eqloss/conformance/protocol';
import { type BatchInputs, createGate, type Reduction } from '@eqloss/core';

/** Everything that the spec knows. Targets subtract what their engine cannot do. */
export const everything: Supports = {
  forms: ['sigmoid', 'softmax'],
  dtypes: ['float64', 'float32'],
  outputs: ['loss', 'rowLosses', 'gradient'],
  reductions: ['none', 'sum', 'mean'],
  features: [
    'index-labels',
    'target-rows',
    'background',
    'ignored-rows',
    'foreground',
    'row-weights',
    'normalizer',
    'beta-scalar',
    'beta-class',
    'beta-element',
  ],
};

/** The batch beside the logits. Throws what core throws for a bad gate. */
export function inputsOf(test: DecodedTest, gateOf: typeof createGate = createGate): BatchInputs {
  const { frequencies, labels, targets, foreground, rowWeights, beta } = test.inputs;
  const { threshold, normalizer } = test.options;
  // A missing λ reaches core as it came: the test expects core to refuse it.
  const gate = gateOf(frequencies, { threshold: threshold as number });
  return { gate, labels, targets: targets?.data, foreground, rowWeights, beta, normalizer };
}

/** The reduction as the test has it, wrong words included. */
export function reductionOf(test: DecodedTest): Reduction {
  return test.options.reduction as Reduction;
}

/** Runs an adapter and turns its `EqlError` into an outcome; any other error is the target's own. */
export async function outcomeOf(run: () => Outcome | Promise<Outcome>): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    // By name: a page or a mutation test may hold another copy of core.
    if (error instanceof Error && error.name === 'EqlError' && 'code' in error) {
      return { error: String(error.code), message: error.message };
    }
    throw error;
  }
}
