// The record that tells the kernels what to do; assembly/job.ts reads it.

import type { DrawnBeta } from '@eqloss/core';
import type { Arena } from './arena.ts';

/** The steps of the softmax form: their numbers are added. assembly/softmax.ts */
export const STEPS = { maximum: 1, sum: 2, loss: 4, gradient: 8, keep: 16 } as const;

/** What a row is to the kernels. */
export const KIND = { takenOut: 0, plain: 1, gated: 2, leftToHost: 3 } as const;

/** In the place of a label: the row has targets that are none. assembly/job.ts */
export const MIXED_ROW: number = -(2 ** 31);

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
  /** Where the weights of drawn classes lie; 0 where none is drawn. */
  readonly heads: number;
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
    job.heads,
    layout.scratch,
  ];
  integers.set(fields, layout.job / 4);
}

/** Writes the part of the record that says how β is drawn. γ is above 0: `top` is the largest word that makes β 1. */
export function writeDraws(
  { integers, layout }: Arena,
  { gamma, seed, step }: DrawnBeta,
  row: number,
  block: number,
): void {
  const top = Math.ceil(gamma * 2 ** 32) - 1;
  // Int32Array takes a number modulo 2^32.
  integers.set([...halvesOf(seed), step, top, ...halvesOf(row), block], layout.job / 4 + 18);
}

function halvesOf(value: number): [low: number, high: number] {
  return [value % 2 ** 32, Math.floor(value / 2 ** 32)];
}
