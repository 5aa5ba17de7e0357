// How far an implementation may be from the exact values: the one place of SPEC N3 and N4 in numbers. Vectors and drawn
// batches are judged by the same rule.

import type { Group, Output, Tolerance } from '../format.ts';
import type { Case } from './case.ts';

// SPEC N4, for both abs and rel.
const ACCURACY = { float64: 1e-12, float32: 2e-6 } as const;
// Below this a loss is too small to be judged by its digits (SPEC N3 names 2e-9).
const SMALLEST_LOSS = 1e-30;

/**
 * The tolerances of tests that are judged together.
 *
 * Losses: `max(1, |exact|)` times the accuracy of N4. Gradients the same, but with {@link gradientScale} in the place of
 * 1, so that a mean over 512 rows is judged as tightly as a sum. By digits alone (N3) for `judge: 'relative'`.
 *
 * @param cases Of one way to judge; the largest scale among them decides.
 */
export function tolerancesOf(cases: readonly Case[]): Group['tolerances'] {
  const scale = Math.min(1, Math.max(...cases.map(gradientScale)));
  const relative = cases[0].judge === 'relative';
  const tolerances = (accuracy: number): Record<Output, Tolerance> => {
    const losses = { abs: relative ? SMALLEST_LOSS : accuracy, rel: accuracy };
    const gradient = relative ? losses : { abs: accuracy * scale, rel: accuracy };
    return { loss: losses, rowLosses: losses, gradient };
  };
  return { float64: tolerances(ACCURACY.float64), float32: tolerances(ACCURACY.float32) };
}

/**
 * The largest factor between an element's own gradient and the one returned: row weight / divisor. An allowance for
 * elements of the order of 1 shrinks with it.
 */
export function gradientScale(test: Case): number {
  if (test.error !== undefined) return 1;
  const rows = test.logits.shape[0];
  const counted = test.labels ? test.labels.filter((label) => label !== -1).length : rows;
  const divisor = test.reduction === 'mean' ? (test.normalizer ?? Math.max(counted, 1)) : 1;
  // Without a weight above 0 there is no gradient to allow for.
  return (Math.max(0, ...(test.rowWeights ?? [1])) || 1) / divisor;
}
