// What one run is asked for beside its batch, checked.

import { EqlError, kindOf } from '@eqloss/core';
import type { Job } from './job.ts';
import type { Plan } from './plan.ts';
import type { LossRunOptions } from './types.ts';

/**
 * Checks how a job is to be run.
 *
 * @throws {EqlError} `UNSUPPORTED` for what would have no effect; `BUFFER`
 */
export function checkRun(
  options: LossRunOptions | undefined,
  job: Job,
  { outputs }: Plan,
  worker: boolean,
): LossRunOptions {
  const { transfer: moving, gradient: target, ...rest } = options ?? {};
  const [transfer, gradient] = [moving ?? undefined, target ?? undefined];
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new EqlError('UNSUPPORTED', `option ${unknown} is unknown; there are transfer and gradient.`);
  }
  if (transfer !== undefined && !worker) {
    throw new EqlError('UNSUPPORTED', 'transfer came, but this session has no worker to transfer to.');
  }
  if (transfer !== undefined && !Array.isArray(transfer)) {
    throw new EqlError('BUFFER', `transfer came as ${kindOf(transfer)}; wanted a list of buffers.`);
  }
  if (gradient === undefined) return { transfer };
  if (!outputs.includes('gradient')) {
    throw new EqlError('UNSUPPORTED', 'gradient came, but it is not among the outputs of this session.');
  }
  const size = job.rows * job.classes;
  if (kindOf(gradient) !== 'Float32Array' || gradient.length !== size) {
    throw new EqlError(
      'BUFFER',
      `gradient came as ${kindOf(gradient)} of length ${gradient?.length}; wanted a Float32Array of ${size}.`,
    );
  }
  for (const values of [job.logits, job.targets, job.beta && 'beta' in job.beta ? job.beta.beta : undefined]) {
    if (ArrayBuffer.isView(values) && overlap(values, gradient)) {
      throw new EqlError('BUFFER', 'gradient lies in the memory of the batch, which is read while it is written.');
    }
  }
  if (transfer?.includes(gradient.buffer as ArrayBuffer)) {
    throw new EqlError(
      'BUFFER',
      'the memory of gradient is in transfer, and would be gone when it is to be written to.',
    );
  }
  return { transfer, gradient };
}

function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return (
    a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength
  );
}
