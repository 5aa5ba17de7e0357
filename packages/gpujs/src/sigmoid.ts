// The sigmoid form as a gpu.js kernel. SPEC S1 to S4.

import { type PreparedSigmoid, prepareSigmoid, sigmoidEql, toSingle } from '@eqloss/core';
import type { GpuLike } from './engine.ts';
import { createLossKernel, type KernelOptions, type LossKernel } from './kernel.ts';
import { LARGEST, type Plan, type Stage, type Variant } from './plan.ts';
import { BLOCK, sigmoidSource } from './sources.ts';

/**
 * Compiles the sigmoid form of Equalization Loss.
 *
 * `L_i = Σ_j w_ij (softplus(z_ij) - y_ij z_ij)`, `w_ij = 1 - E_i T_j (1 - y_ij)`, gradient `w_ij (σ(z_ij) - y_ij)`.
 *
 * @param gpu An instance of gpu.js's `GPU`, in any mode but `dev`. It stays the caller's.
 * @param options `rows` of a launch, the gate, the reduction.
 * @returns The handle: `run(batch)`, `destroy()`.
 * @throws {EqlError} (rejects) `ROW_COUNT`, `CLASS_COUNT` (also without a gate), `REDUCTION`, `UNSUPPORTED`
 */
export async function createSigmoidEql(gpu: GpuLike, options: KernelOptions): Promise<LossKernel> {
  return createLossKernel(gpu, options, plan);
}

const plan: Plan<PreparedSigmoid> = {
  form: 'sigmoid',
  prepare: prepareSigmoid,
  reference: sigmoidEql,
  variantOf: (prepared) => (prepared.targets === undefined ? 'light' : 'dense'),
  source: sigmoidSource,
  createStage,
};

function createStage(variant: Variant, rows: number, classes: number): Stage<PreparedSigmoid> {
  const blocks = Math.ceil(classes / BLOCK);
  const logits = new Float32Array(rows * classes);
  const tail = new Float32Array(classes);
  const perRow = new Float32Array(rows * 3);
  const targets = new Float32Array(variant === 'dense' ? rows * classes : 0);
  return {
    args: variant === 'dense' ? [logits, tail, perRow, targets] : [logits, tail, perRow],
    fill: (job, start, end) => {
      const { prepared, onHost } = job;
      tail.set(prepared.tail);
      if (prepared.targets) targets.set(toSingle(prepared.targets.subarray(start * classes, end * classes)));
      // Rows that are padding, taken out or on the host keep a scale of 0: their gradient is 0.
      perRow.fill(0);
      for (let i = start; i < end; i++) {
        if (prepared.rowWeights[i] === 0) continue; // SPEC G5, R3
        const row = i - start;
        if (!copyRow(prepared, job.logits, i, logits, row * classes)) {
          onHost[i] = 1;
          continue;
        }
        perRow[row * 3] = prepared.labels?.[i] ?? -1;
        perRow[row * 3 + 1] = prepared.foreground[i];
        perRow[row * 3 + 2] = prepared.rowWeights[i] / prepared.divisor;
      }
    },
    collect: (job, start, end, result) => {
      const { rowWeights } = job.prepared;
      job.gradient.set(result.subarray(0, (end - start) * classes), start * classes);
      for (let i = start; i < end; i++) {
        if (rowWeights[i] === 0 || job.onHost[i] === 1) continue;
        const first = rows * classes + (i - start) * blocks;
        let sum = 0;
        for (let block = first; block < first + blocks; block++) sum += result[block];
        job.rowLosses[i] = rowWeights[i] * sum;
      }
    },
  };
}

/** Copies a row of logits; an excluded one that no shader should see becomes 0. False: an included one is like that. */
function copyRow(batch: PreparedSigmoid, logits: Float32Array, i: number, into: Float32Array, offset: number): boolean {
  const { classes, foreground, tail, labels, targets } = batch;
  for (let j = 0; j < classes; j++) {
    const z = logits[i * classes + j];
    if (Math.abs(z) <= LARGEST) {
      into[offset + j] = z;
      continue;
    }
    into[offset + j] = 0;
    const positive = targets === undefined ? labels?.[i] === j : targets[i * classes + j] > 0;
    if (foreground[i] === 0 || tail[j] === 0 || positive) return false; // w > 0: SPEC S1, N2
  }
  return true;
}
