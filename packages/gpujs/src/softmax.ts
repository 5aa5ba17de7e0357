// The softmax form, SEQL, as gpu.js kernels. SPEC X1 to X7.

import { type CheckedSoftmax, checkSoftmax, softmaxEql, toSingle } from '@eqloss/core';
import type { GpuLike } from './gpu.ts';
import { createLossKernel, type LossKernel, type PipelineKernel } from './kernel.ts';
import type { KernelOptions } from './options.ts';
import { bothOutputs, createLogitsRoom, createRoom, type FormPlan, type Stage } from './suite.ts';
import { sizeOfParts, sizeOfRows, softmaxGradient, softmaxLosses, softmaxParts, softmaxRows } from './text/softmax.ts';
import { fillWeights, isPerEntry, needsShifts } from './weights.ts';

/**
 * Makes the kernels of the softmax form of Equalization Loss: four launches a batch. `run` takes β with each batch.
 *
 * `L_i = -Σ_j y_ij (z_ij - log D_i)`, `D_i = Σ_k w_ik e^(z_ik)`, `w_ik = 1 - β_ik T_k (1 - y_ik)`,
 * gradient `(Σ_j y_ij) w_ik e^(z_ik) / D_i - y_ik`.
 *
 * @param gpu An instance of gpu.js's `GPU`, in any mode but `dev` and `async`. It stays the caller's.
 * @param options The largest number of rows, the gate, the reduction; with `pipeline`, results stay on the GPU.
 * @returns The handle: `run(batch)`, `destroy()`.
 * @throws {EqlError} (rejects) `ROW_COUNT`, `CLASS_COUNT` (also without a gate), `REDUCTION`, `UNSUPPORTED`, `DEVICE_LOST`
 */
export function createSoftmaxEql(
  gpu: GpuLike,
  options: KernelOptions & { readonly pipeline: true },
): Promise<PipelineKernel>;
export function createSoftmaxEql(
  gpu: GpuLike,
  options: KernelOptions & { readonly pipeline?: false },
): Promise<LossKernel>;
export function createSoftmaxEql(gpu: GpuLike, options: KernelOptions): Promise<LossKernel | PipelineKernel>;
export async function createSoftmaxEql(gpu: GpuLike, options: KernelOptions): Promise<LossKernel | PipelineKernel> {
  return createLossKernel(gpu, options, plan);
}

const plan: FormPlan<CheckedSoftmax> = {
  form: 'softmax',
  check: checkSoftmax,
  reference: softmaxEql,
  kindOf: (checked) => ({
    answers: checked.targets === undefined ? 'index' : 'rows',
    weights: isPerEntry(checked) ? 'element' : 'class',
    shifts: needsShifts(checked),
  }),
  createSuite: (kind, { rows, classes, lanes, powers }, make) => {
    const { answers, shifts } = kind;
    const text = { ...kind, classes, lanes };
    const constants = { powers };
    const parts = make({ text: softmaxParts(text), size: sizeOfParts(text, rows), constants }, 'passes');
    const sums = make({ text: softmaxRows(text), size: sizeOfRows(text, rows), constants }, 'passes');
    const losses = make({ text: softmaxLosses(text), size: rows, constants });
    const gradient = make({ text: softmaxGradient(text), size: rows * classes, constants });
    const createStage = (): Stage<CheckedSoftmax> => {
      const logits = createLogitsRoom(rows * classes);
      const answer = createRoom(answers === 'index' ? rows : rows * classes);
      const size = kind.weights === 'class' ? classes : rows * classes;
      const [weights, shift] = [createRoom(size), createRoom(shifts ? size : 0)];
      const [rowWeights, mass, factors] = [createRoom(2 * rows), createRoom(rows), createRoom(rows)];
      let filled = 0;
      return {
        fill: (checked, given) => {
          filled = checked.rows;
          logits.fill(given);
          const length = kind.weights === 'class' ? classes : filled * classes;
          fillWeights(checked, weights.open(length), shifts ? shift.open(length) : undefined);
          if (checked.targets === undefined) answer.open(filled).set(checked.labels);
          else answer.open(filled * classes).set(toSingle(checked.targets));
          const masses = massesOf(checked);
          const scales = checked.rowWeights.map((weight) => weight / checked.divisor);
          const both = rowWeights.open(2 * filled);
          both.set(toSingle(checked.rowWeights));
          both.set(toSingle(masses), filled);
          // Rows that are out have no distribution to ask for.
          mass.open(filled).set(toSingle(masses.map((sum, i) => (checked.rowWeights[i] > 0 ? sum : 0))));
          factors.open(filled).set(toSingle(scales));
        },
        launch: async () => {
          const half = filled * lanes;
          const entries = [logits.argument(), answer.upload(), weights.upload(), ...(shifts ? [shift.upload()] : [])];
          const part = await parts.run([...entries, filled, half], sizeOfParts(text, filled));
          try {
            const sum = await sums.run([part, mass.upload(), filled, half], sizeOfRows(text, filled));
            try {
              return await bothOutputs(
                losses.run(
                  [...(answers === 'index' ? [] : entries.slice(0, 2)), sum, rowWeights.upload(), filled],
                  filled,
                ),
                gradient.run([...entries, sum, factors.upload(), filled], filled * classes),
              );
            } finally {
              sums.done(sum);
            }
          } finally {
            parts.done(part);
          }
        },
      };
    };
    return { programs: [parts, sums, losses, gradient], createStage };
  },
};

/** Σ y of each row, `[rows]`. */
function massesOf({ rows, classes, targets }: CheckedSoftmax): Float64Array {
  const masses = new Float64Array(rows).fill(targets === undefined ? 1 : 0);
  for (let i = 0; targets !== undefined && i < rows; i++) {
    for (let j = 0; j < classes; j++) masses[i] += targets[i * classes + j];
  }
  return masses;
}
