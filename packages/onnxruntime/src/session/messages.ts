// What goes between a session and its worker, and how a job is packed for the way.

import { EqlError, type EqlErrorCode } from '@eqloss/core';
import { isShared, partOf } from '../feeds.ts';
import type { JobResult } from './engine.ts';
import type { Job, JobBeta } from './job.ts';
import type { Leave } from './leave.ts';
import type { Plan } from './plan.ts';

/** What a worker starts with. */
export interface Start {
  readonly plan: Plan;
  readonly leave: Leave;
}

/** To the worker: a job, or without one the wish that it release its sessions. */
export interface Request {
  readonly id: number;
  readonly job?: Job;
}

/** From the worker. The first answer, to no request, has id 0: the runtime is loaded, or why not. */
export interface Answer {
  readonly id: number;
  readonly result?: JobResult;
  readonly failure?: Failure;
}

/** An error as plain data: as such it crosses with its code. */
export interface Failure {
  readonly message: string;
  readonly code?: EqlErrorCode;
}

/** An error as data. */
export function failureOf(error: unknown): Failure {
  if (error instanceof EqlError) return { message: error.message.slice(error.code.length + 2), code: error.code };
  return { message: error instanceof Error ? error.message : String(error) };
}

/** The error again. */
export function errorOf({ message, code }: Failure): Error {
  return code === undefined ? new Error(message) : new EqlError(code, message);
}

/**
 * Packs a job. What is in shared memory is sent as it is; buffers in `transfer` and those that the session has made are
 * moved; the rest is copied here, once, and the copy moved: a clone would take all of a buffer of which a view shows a part.
 *
 * @returns The job, and every buffer that moves.
 */
export function packed(job: Job, transfer: readonly ArrayBuffer[]): { job: Job; moving: readonly ArrayBuffer[] } {
  const moving = new Set<ArrayBufferLike>(transfer);
  const own = <T extends Floats | Int32Array | Uint8Array>(values: T): T => {
    moving.add(values.buffer);
    return values;
  };
  const theirs = (values: ArrayLike<number>): ArrayLike<number> => {
    const part = partOf(values, 0, values.length);
    if (!ArrayBuffer.isView(part)) return own(Float64Array.from(part));
    const { buffer } = part as Floats;
    return isShared(buffer) || moving.has(buffer) ? part : own((part as Floats).slice());
  };
  const { labels, rowWeights, foreground, beta } = job;
  const sent: Job = {
    ...job,
    logits: theirs(job.logits) as Float32Array,
    targets: job.targets && theirs(job.targets),
    labels: labels && own(labels),
    rowWeights: rowWeights && own(rowWeights),
    foreground: foreground && own(foreground),
    beta: beta && packedBeta(beta, own, theirs),
  };
  return { job: sent, moving: [...moving] as ArrayBuffer[] };
}

type Floats = Float32Array | Float64Array;

function packedBeta(
  beta: JobBeta,
  own: (values: Float32Array) => Float32Array,
  theirs: (values: ArrayLike<number>) => ArrayLike<number>,
): JobBeta {
  if (beta.shape === 'element') return { ...beta, beta: theirs(beta.beta) };
  if (beta.shape !== 'drawn') return { ...beta, oneMinus: own(beta.oneMinus) };
  return beta.beta instanceof Uint8Array ? { ...beta, beta: theirs(beta.beta) as Uint8Array } : beta;
}
