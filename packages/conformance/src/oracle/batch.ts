// A decoded test as the oracle takes it.

import type { DecodedTest } from '../target.ts';
import type { OracleBatch } from './oracle.ts';

/** The batch of a valid test; of one that expects an error, the oracle must not be asked. */
export function batchOf({ form, inputs, options }: DecodedTest): OracleBatch {
  const { logits, targets, threshold = 0 } = { ...inputs, ...options };
  const [rows, classes] = logits.shape;
  return {
    form,
    rows,
    classes,
    logits: logits.data,
    frequencies: inputs.frequencies,
    threshold,
    labels: inputs.labels,
    targets: targets?.data,
    foreground: inputs.foreground,
    rowWeights: inputs.rowWeights,
    beta: inputs.beta,
    reduction: options.reduction,
    normalizer: options.normalizer,
  };
}
