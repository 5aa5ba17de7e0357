// Whether a path computes what it says. Nothing is timed before.

import { sigmoidEql, softmaxEql } from '@eqloss/core';
import { gateOf, type Inputs } from './inputs.ts';
import type { Outputs, Work } from './path.ts';

/** SPEC N4, single: the bound by which distances are measured. */
const BOUND = 2e-6;

/** What a path should give: core's loss in double, core's without a gate, the logits, or their exponentials. */
export function expectedOf(work: Work, inputs: Inputs, logits: Float32Array): Outputs {
  if (work === 'copy') return { loss: 0, gradient: logits };
  if (work === 'exp') return { loss: 0, gradient: Float64Array.from(logits, Math.exp) };
  const { of, labels, beta } = inputs;
  const gate = work === 'eql' ? inputs.gate : gateOf(new Uint8Array(of.classes));
  const batch = { gate, labels, logits };
  return of.form === 'sigmoid' ? sigmoidEql(batch) : softmaxEql({ ...batch, beta });
}

/**
 * The largest distance of loss and gradient from what they should be, as a multiple of SPEC N4's bound
 * `2e-6 max(1, |expected|)`; the gradient as that of the sum, before the mean divides it. Infinity when a length or the
 * kind of a number differs.
 */
export function distanceOf(actual: Outputs, expected: Outputs, rows: number): number {
  if (actual.gradient.length !== expected.gradient.length) return Number.POSITIVE_INFINITY;
  let worst = ratio(actual.loss, expected.loss);
  for (let k = 0; k < actual.gradient.length; k++) {
    const far = ratio(actual.gradient[k] * rows, expected.gradient[k] * rows);
    if (far > worst) worst = far;
  }
  return worst;
}

function ratio(actual: number, expected: number): number {
  if (actual === expected) return 0;
  const far = Math.abs(actual - expected) / (BOUND * Math.max(1, Math.abs(expected)));
  return Number.isNaN(far) ? Number.POSITIVE_INFINITY : far;
}
