// The sigmoid form as gpu.js kernels. SPEC S1 to S5.

import { type CheckedSigmoid, checkSigmoid, sigmoidEql, toSingle } from '@eqloss/core';
import type { GpuLike } from './gpu.ts';
import { createLossKernel, type LossKernel, type PipelineKernel } from './kernel.ts';
import type { KernelOptions } from './options.ts';
import { bothOutputs, createLogitsRoom, createRoom, type FormPlan, type Stage } from './suite.ts';
import { sigmoidGradient, sigmoidLosses } from './text/sigmoid.ts';

/**
 * Makes the kernels of the sigmoid form of Equalization Loss: two launches a batch.
 *
 * `L_i = Σ_j w_ij (softplus(z_ij) - y_ij z_ij)`, `w_ij = 1 - E_i T_j (1 - y_ij)`, gradient `w_ij (σ(z_ij) - y_ij)`.
 *
 * @param gpu An instance of gpu.js's `GPU`, in any mode but `dev` and `async`. It stays the caller's.
 * @param options The largest number of rows, the gate, the reduction; with `pipeline`, results stay on the GPU.
 * @returns The handle: `run(batch)`, `destroy()`.
 * @throws {EqlError} (rejects) `ROW_COUNT`, `CLASS_COUNT` (also without a gate), `REDUCTION`, `UNSUPPORTED`, `DEVICE_LOST`
 */
export function createSigmoidEql(
  gpu: GpuLike,
  options: KernelOptions & { readonly pipeline: true },
): Promise<PipelineKernel>;
export function createSigmoidEql(
  gpu: GpuLike,
  options: KernelOptions & { readonly pipeline?: false },
): Promise<LossKernel>;
export function createSigmoidEql(gpu: GpuLike, options: KernelOptions): Promise<LossKernel | PipelineKernel>;
export async function createSigmoidEql(gpu: GpuLike, options: KernelOptions): Promise<LossKernel | PipelineKernel> {
  return createLossKernel(gpu, options, plan);
}

const plan: FormPlan<CheckedSigmoid> = {
  form: 'sigmoid',
  check: checkSigmoid,
  reference: sigmoidEql,
  kindOf: ({ targets }) => ({ answers: targets === undefined ? 'index' : 'rows', weights: 'class', shifts: false }),
  createSuite: ({ answers }, { rows, classes, tail, powers }, make) => {
    const constants = { tail, powers };
    const losses = make({ text: sigmoidLosses(answers, classes), size: rows, constants });
    const gradient = make({ text: sigmoidGradient(answers, classes), size: rows * classes, constants });
    const createStage = (): Stage<CheckedSigmoid> => {
      const logits = createLogitsRoom(rows * classes);
      const answer = createRoom(answers === 'index' ? rows : rows * classes);
      const [weights, factors] = [createRoom(rows), createRoom(rows)];
      let filled = 0;
      return {
        fill: (checked, given) => {
          filled = checked.rows;
          logits.fill(given);
          fillFactors(checked, weights.open(filled), factors.open(filled));
          if (checked.targets === undefined) answer.open(filled).set(checked.labels);
          else answer.open(filled * classes).set(toSingle(checked.targets));
        },
        launch: () => {
          const shared = [logits.argument(), answer.upload()];
          return bothOutputs(
            losses.run([...shared, weights.upload()], filled),
            gradient.run([...shared, factors.upload()], filled * classes),
          );
        },
      };
    };
    return { programs: [losses, gradient], createStage };
  },
};

/** The kernels read E from the sign: below 0 is foreground. */
function fillFactors(checked: CheckedSigmoid, weights: Float32Array, factors: Float32Array): void {
  const { rows, rowWeights, divisor, foreground } = checked;
  weights.set(toSingle(rowWeights));
  factors.set(toSingle(rowWeights.map((weight) => weight / divisor)));
  for (let i = 0; i < rows; i++) {
    if (foreground[i] === 0) continue;
    weights[i] = -weights[i];
    factors[i] = -factors[i];
  }
}
