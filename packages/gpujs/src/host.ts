// The rows that single precision, or a shader, cannot hold: worked out in double by core.

import type { BatchInputs, PreparedBatch } from '@eqloss/core';
import type { Job, Plan } from './plan.ts';

/**
 * Rows with an included NaN or infinity, through core. Shaders may assume that neither exists, and gpu.js writes
 * -Infinity as -3.4e38; on the host the limits of SPEC N2 are exact.
 */
export function runOnHost<P extends PreparedBatch>(plan: Plan<P>, job: Job<P>, inputs: BatchInputs): void {
  const { prepared, onHost, rowLosses, gradient } = job;
  const { classes, reduction, divisor } = prepared;
  const rows = [...onHost.keys()].filter((i) => onHost[i] === 1);
  if (rows.length === 0) return;
  const pick = (values: ArrayLike<number>, width: number): number[] =>
    rows.flatMap((i) => Array.from({ length: width }, (_, k) => values[i * width + k]));
  const { labels, targets, foreground, rowWeights, beta } = inputs;
  const perElement = prepared.form === 'softmax' && prepared.perElement;
  const exact = plan.reference(
    {
      gate: inputs.gate,
      logits: Float64Array.from(pick(job.logits, classes)),
      shape: [rows.length, classes],
      labels: labels && pick(labels, 1),
      targets: targets && pick(targets, classes),
      foreground: foreground && pick(foreground, 1),
      rowWeights: rowWeights && pick(rowWeights, 1),
      beta: perElement ? pick(beta as ArrayLike<number>, classes) : beta,
      normalizer: reduction === 'mean' ? divisor : undefined,
    },
    { reduction },
  );
  rows.forEach((i, k) => {
    rowLosses[i] = exact.rowLosses[k];
    gradient.set(exact.gradient.subarray(k * classes, (k + 1) * classes), i * classes);
  });
}
