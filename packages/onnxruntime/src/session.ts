// The public session: checks a batch, has it run where it belongs, hands back what was asked for.

import { EqlError } from '@eqloss/core';
import type { Output } from './options.ts';
import type { Ort } from './ort.ts';
import { createEngine, type JobResult } from './session/engine.ts';
import { type Job, jobOf } from './session/job.ts';
import { type Plan, planOf } from './session/plan.ts';
import { createRemoteEngine } from './session/remote.ts';
import { checkRun } from './session/run-options.ts';
import type { LossResult, LossSession, LossSessionOptions } from './session/types.ts';
import { sumOf } from './sum.ts';

/**
 * Creates a loss that runs on ONNX Runtime. Its models are built when a batch first needs them: each has those inputs only
 * that the batch calls for.
 *
 * @param ort The namespace of onnxruntime-node or onnxruntime-web.
 * @throws {EqlError} (rejects) `UNSUPPORTED` without options or a runtime, for an option that is not known or out of range;
 * `CLASS_COUNT` without a gate; `REDUCTION`; `WORKER` when the worker cannot be started.
 */
export async function createLossSession<O extends Output = Output>(
  ort: Ort,
  options: LossSessionOptions<O>,
): Promise<LossSession<O>> {
  const plan = planOf(ort, options);
  const { form, gate, reduction } = plan;
  const { worker = false, outputs } = options;
  const engine = worker ? await createRemoteEngine(plan) : createEngine(ort, plan);
  let released: Promise<void> | undefined;
  return {
    run: async (batch, runOptions) => {
      if (released !== undefined) throw new EqlError('DISPOSED', 'run was called after release.');
      const job = jobOf(form, gate, batch, reduction);
      const { transfer, gradient } = checkRun(runOptions ?? {}, job, plan, worker);
      // Providers differ in what they make of a tensor without elements; nothing is to be computed. SPEC R4.
      const result = job.rows === 0 ? nothing(plan) : await engine.run(job, { transfer, gradient });
      return wanted(gradient ? { ...result, gradient } : result, job, outputs) as Pick<LossResult, O>;
    },
    release: () => {
      // Once: ONNX Runtime throws when a session is released twice.
      if (released !== undefined) return released.catch(() => undefined);
      released = engine.release();
      return released;
    },
  };
}

function nothing({ outputs }: Plan): JobResult {
  return Object.fromEntries(outputs.map((name) => [name, new Float32Array(0)]));
}

function wanted(
  { rowLosses, gradient }: JobResult,
  job: Job,
  outputs: readonly Output[] | undefined,
): Partial<LossResult> {
  const has = (name: Output): boolean => outputs === undefined || outputs.includes(name);
  return {
    ...(has('loss') && { loss: sumOf(rowLosses!) / job.divisor }),
    ...(has('rowLosses') && { rowLosses }),
    ...(has('gradient') && { gradient }),
  };
}
