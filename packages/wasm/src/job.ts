// The record that tells the kernels what to do; assembly/job.ts reads it.

import type { Arena } from './arena.ts';

/** The steps of the softmax form: their numbers are added. assembly/softmax.ts */
export const STEPS = { maximum: 1, sum: 2, loss: 4, gradient: 8, keep: 16 } as const;

/** What a row is to the kernels. */
export const KIND = { takenOut: 0, plain: 1, gated: 2, leftToHost: 3 } as const;

/** Byte offsets, and bytes from row to row. 0 for what is not there. */
export interface Job {
  readonly columns: number;
  readonly logits: number;
  readonly logitsStride: number;
  readonly gradient: number;
  readonly gradientStride: number;
  readonly weights: number;
  readonly weightsStride: number;
  readonly blocks: number;
  readonly targets: number;
  readonly targetsStride: number;
  readonly steps: number;
}

/** Writes the record; what describes rows lies where the layout has it. */
export function writeJob({ integers, layout }: Arena, job: Job): void {
  const fields = [
    job.columns,
    job.logits,
    job.logitsStride,
    job.gradient,
    job.gradientStride,
    layout.labels,
    layout.kinds,
    layout.scales,
    layout.losses,
    job.weights,
    job.weightsStride,
    job.blocks,
    job.targets,
    job.targetsStride,
    layout.states,
    job.steps,
  ];
  integers.set(fields, layout.job / 4);
}
