// The softmax form, SEQL, as a gpu.js kernel. SPEC X1 to X4.

import { type PreparedSoftmax, prepareSoftmax, softmaxEql, toSingle } from '@eqloss/core';
import type { GpuLike } from './engine.ts';
import { createLossKernel, type KernelOptions, type LossKernel } from './kernel.ts';
import { type Job, LARGEST, type Plan, type Stage, type Variant } from './plan.ts';
import { softmaxSource } from './sources.ts';

/**
 * Compiles the softmax form of Equalization Loss; `run` takes β with each batch.
 *
 * `L_i = -Σ_j y_ij (z_ij - log D_i)`, `D_i = Σ_k w_ik e^(z_ik)`, `w_ik = 1 - β_ik T_k (1 - y_ik)`,
 * gradient `(Σ_j y_ij) w_ik e^(z_ik) / D_i - y_ik`.
 *
 * @param gpu An instance of gpu.js's `GPU`, in any mode but `dev`. It stays the caller's.
 * @param options `rows` of a launch, the gate, the reduction.
 * @returns The handle: `run(batch)`, `destroy()`.
 * @throws {EqlError} (rejects) `ROW_COUNT`, `CLASS_COUNT` (also without a gate), `REDUCTION`, `UNSUPPORTED`
 */
export async function createSoftmaxEql(gpu: GpuLike, options: KernelOptions): Promise<LossKernel> {
  return createLossKernel(gpu, options, plan);
}

const plan: Plan<PreparedSoftmax> = {
  form: 'softmax',
  prepare: prepareSoftmax,
  reference: softmaxEql,
  variantOf: (prepared) => (prepared.targets === undefined && !prepared.perElement ? 'light' : 'dense'),
  source: softmaxSource,
  createStage,
};

/** Weights below this go on the host: what underflows beside a sum of at least this does not matter. */
const SMALLEST_WEIGHT = 1e-20;

function createStage(variant: Variant, rows: number, classes: number): Stage<PreparedSoftmax> {
  const logits = new Float32Array(rows * classes);
  const weights = new Float32Array(variant === 'dense' ? rows * classes : classes);
  const maxima = new Float32Array(rows);
  return {
    args: [logits, weights, maxima],
    fill: (job, start, end) => {
      const { prepared, onHost } = job;
      if (variant === 'light') weights.set(toSingle(prepared.negativeWeights));
      for (let i = start; i < end; i++) {
        if (prepared.rowWeights[i] === 0) continue; // SPEC G5, R3, X3
        const row = i - start;
        const offset = row * classes;
        // Only included entries may set the maximum. SPEC X2.
        let max = -Infinity;
        for (let k = 0; k < classes && onHost[i] === 0; k++) {
          const z = job.logits[i * classes + k];
          const w = weightOf(prepared, i, k);
          if (variant === 'dense') weights[offset + k] = w;
          // An excluded entry is 0 for the engine, whatever it holds. SPEC N1.
          logits[offset + k] = w > 0 && Math.abs(z) <= LARGEST ? z : 0;
          if (w === 0) continue;
          if (!(Math.abs(z) <= LARGEST) || w < SMALLEST_WEIGHT) onHost[i] = 1;
          if (z > max) max = z;
        }
        // No included entry at all: all targets are 0, and such rows are out.
        maxima[row] = onHost[i] === 1 ? 0 : max;
      }
    },
    collect: (job, start, end, result) => {
      for (let i = start; i < end; i++) {
        if (job.prepared.rowWeights[i] === 0 || job.onHost[i] === 1) continue;
        finishRow(job, i, maxima[i - start], result.subarray((i - start) * classes, (i - start + 1) * classes));
      }
    },
  };
}

/** From a row's terms `w e^(z - m)` to its loss and gradient, in double. */
function finishRow(job: Job<PreparedSoftmax>, i: number, max: number, terms: Float32Array): void {
  const { prepared, logits, rowLosses, gradient } = job;
  const { classes, labels, targets, rowWeights } = prepared;
  const first = i * classes;
  const scale = rowWeights[i] / prepared.divisor;
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += terms[k];
  if (targets !== undefined) {
    const logSum = Math.log(sum);
    let mass = 0;
    let loss = 0;
    for (let k = 0; k < classes; k++) {
      const y = targets[first + k];
      if (y === 0) continue;
      mass += y;
      loss += y * (max - logits[first + k] + logSum);
    }
    rowLosses[i] = rowWeights[i] * loss;
    for (let k = 0; k < classes; k++) gradient[first + k] = scale * ((mass / sum) * terms[k] - targets[first + k]);
    return;
  }
  // The label's own term apart, so that neither log D - z_y nor p_y - 1 cancels for a well-classified row.
  const label = labels?.[i] as number;
  const rest = restOf(terms, label);
  const own = Math.exp(logits[first + label] - max);
  const logSum = own === 1 ? Math.log1p(rest) : Math.log(own + rest);
  rowLosses[i] = rowWeights[i] * (max - logits[first + label] + logSum);
  for (let k = 0; k < classes; k++) gradient[first + k] = scale * (terms[k] / (own + rest));
  gradient[first + label] = scale * (-rest / (own + rest));
}

function restOf(terms: Float32Array, label: number): number {
  let rest = 0;
  for (let k = 0; k < terms.length; k++) if (k !== label) rest += terms[k];
  return rest;
}

/** SPEC X1: `v + (1 - v) y`, with v the weight of a negative entry. */
function weightOf(batch: PreparedSoftmax, i: number, k: number): number {
  const v = batch.negativeWeights[batch.perElement ? i * batch.classes + k : k];
  const y = batch.targets === undefined ? Number(batch.labels?.[i] === k) : batch.targets[i * batch.classes + k];
  return v + (1 - v) * y;
}
