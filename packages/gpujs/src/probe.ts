// One question whose answer is known, put to every kernel before it is trusted: engines and drivers fail silently.

import { EqlError, type Gate, type PreparedBatch } from '@eqloss/core';
import { type Job, jobOf, type Plan, type Variant } from './plan.ts';

/** SPEC N4, single precision. */
const TOLERANCE = 2e-6;

/**
 * Runs a small batch and compares its row losses and gradient with core's.
 *
 * @param run Runs the job on the engine; returns the mode that did it.
 * @throws {EqlError} `UNSUPPORTED` when they differ by more than 2e-6 max(1, |exact|)
 */
export async function checkProgram<P extends PreparedBatch>(
  plan: Plan<P>,
  gate: Gate,
  variant: Variant,
  launchRows: number,
  run: (job: Job<P>) => Promise<string>,
): Promise<void> {
  const { classes } = gate;
  const rows = Math.min(launchRows, Math.ceil(96 / classes)) + 1;
  // -41 to 41 in no order, beyond where single precision loses 1 + e^-|z|; in every other row -5 to 5, where the sums
  // are small and their errors show.
  const logits = Float32Array.from({ length: rows * classes }, (_, k) => {
    const z = ((k * 29) % 83) - 41 + (k % 7) / 16;
    return Math.floor(k / classes) % 2 === 0 ? z / 8 : z;
  });
  const labels = Array.from({ length: rows }, (_, i) => (i * 5) % classes);
  const soft = Float64Array.from(logits, (_, k) => (k % classes === labels[Math.floor(k / classes)] ? 0.75 : 0));
  const inputs = {
    gate,
    ...(variant === 'light' ? { labels } : { targets: soft }),
    ...(plan.form === 'softmax' ? { beta: 0.5 } : undefined),
  };
  const shape = [rows, classes];
  const job = jobOf(plan.prepare(shape, inputs, 'sum'), logits);
  const mode = await run(job);
  const exact = plan.reference({ ...inputs, logits, shape }, { reduction: 'sum' });
  compare(mode, 'row loss', job.rowLosses, exact.rowLosses);
  compare(mode, 'gradient', job.gradient, exact.gradient);
}

function compare(mode: string, what: string, actual: ArrayLike<number>, exact: ArrayLike<number>): void {
  for (let k = 0; k < exact.length; k++) {
    // NaN fails too.
    if (Math.abs(actual[k] - exact[k]) <= TOLERANCE * Math.max(1, Math.abs(exact[k]))) continue;
    throw new EqlError(
      'UNSUPPORTED',
      `gpu.js in mode ${mode} computes wrongly here: ${what} ${k} of a known batch is ${actual[k]}, exact ${exact[k]}; try another mode.`,
    );
  }
}
