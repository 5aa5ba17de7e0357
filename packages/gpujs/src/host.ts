// The rows that single precision, or a shader, cannot hold: worked out in double by core.

import type { BatchInputs, Gate, PreparedBatch } from '@eqloss/core';
import type { Job, Plan } from './plan.ts';

/**
 * Rows with an included NaN or infinity, through core. Shaders may assume that neither exists, and gpu.js writes
 * -Infinity as -3.4e38; on the host the limits of SPEC N2 are exact.
 *
 * Reads the job only, whose arrays are copies; writes `rowLosses` `[rows]` and `gradient` `[rows * classes]` of the rows
 * marked in `onHost`.
 */
export function runOnHost<P extends PreparedBatch>(plan: Plan<P>, gate: Gate, job: Job<P>): void {
  const { onHost, rowLosses, gradient } = job;
  const { classes, reduction } = job.prepared;
  const rows = [...onHost.keys()].filter((i) => onHost[i] === 1);
  if (rows.length === 0) return;
  const exact = plan.reference(
    {
      ...inputsOf(job.prepared, gate, rows),
      logits: Float64Array.from(pick(job.logits, rows, classes)),
      shape: [rows.length, classes],
    },
    { reduction },
  );
  rows.forEach((i, k) => {
    rowLosses[i] = exact.rowLosses[k];
    gradient.set(exact.gradient.subarray(k * classes, (k + 1) * classes), i * classes);
  });
}

/** What core was given, from what it made of it; for rows that are not taken out. */
function inputsOf(prepared: PreparedBatch, gate: Gate, rows: readonly number[]): BatchInputs {
  const { classes, labels, targets, rowWeights, reduction, divisor } = prepared;
  const shared: BatchInputs = {
    gate,
    // -1 is background here: ignored rows are out. SPEC G5.
    labels: labels && pick(labels, rows, 1).map((label) => (label === -1 ? classes : label)),
    targets: targets && pick(targets, rows, classes),
    rowWeights: pick(rowWeights, rows, 1),
    normalizer: reduction === 'mean' ? divisor : undefined,
  };
  if (prepared.form === 'sigmoid') return { ...shared, foreground: pick(prepared.foreground, rows, 1) };
  // 1 - (1 - v) is v to the last bit for v = 1 - β T in [0, 1]: one of the two differences is always exact, and with it
  // the way back. SPEC X1.
  const { negativeWeights, perElement } = prepared;
  const weights = perElement ? pick(negativeWeights, rows, classes) : Array.from(negativeWeights);
  return { ...shared, beta: weights.map((v) => 1 - v) };
}

/** The given rows of a row-major array. */
function pick(values: ArrayLike<number>, rows: readonly number[], width: number): number[] {
  return rows.flatMap((i) => Array.from({ length: width }, (_, k) => values[i * width + k]));
}
