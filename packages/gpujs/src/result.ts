// What a run gives, and what becomes of it when the kernels end.

import { type CheckedSigmoid, type CheckedSoftmax, EqlError } from '@eqloss/core';
import type { Outputs } from './suite.ts';
import { free, type GpuArray, isFreed, isTexture, read } from './texture.ts';

/** What a batch costs, and in which direction it would cost less. */
export interface KernelResult {
  /** Σ rowLosses / divisor, summed in double: the mean for `mean`, else the sum. */
  readonly loss: number;
  /** Weighted by `rowWeights`, never divided. `[rows]`. */
  readonly rowLosses: Float32Array;
  /** ∂loss / ∂logits, `[rows * classes]`. SPEC R5. */
  readonly gradient: Float32Array;
}

/**
 * The same where it was computed: textures on a GPU, typed arrays in modes cpu and webasm. Both flat. Free them when they have been
 * used, by `release` or by `free`; the kernel's `destroy` frees what is left.
 */
export interface PipelineResult {
  /** `[rows]`. */
  readonly rowLosses: GpuArray;
  /** ∂loss / ∂logits, `[rows * classes]`. SPEC R5. */
  readonly gradient: GpuArray;
  /**
   * Reads the row losses back and makes the loss of them. `destroy` waits for it.
   *
   * Rejects with an `EqlError`: `DISPOSED` after `release` or `destroy`; `DEVICE_LOST`.
   */
  readLoss(): Promise<number>;
  /** Frees both. More calls do nothing. */
  release(): void;
}

/** The results of one handle. */
export interface Results {
  resultOf(outputs: Outputs, checked: CheckedSigmoid | CheckedSoftmax): Promise<KernelResult | PipelineResult>;
  /** Waits for what is being read, and frees what stays: gpu.js cannot read or free a texture whose kernel is gone. */
  end(): Promise<void>;
}

/** @param pipeline Whether results stay where they were computed. */
export function createResults(pipeline: boolean): Results {
  const kept = new Set<Outputs>();
  const reads = new Set<Promise<unknown>>();
  let ended = false;

  const remember = (outputs: Outputs): void => {
    for (const each of kept) if (isFreed(each.rowLosses) && isFreed(each.gradient)) kept.delete(each);
    // Typed arrays are nobody's to free.
    if (isTexture(outputs.rowLosses)) kept.add(outputs);
  };
  const readLoss = async (
    rowLosses: Outputs['rowLosses'],
    { rows, divisor }: CheckedSigmoid | CheckedSoftmax,
  ): Promise<number> => {
    const losses = await read(rowLosses, rows);
    return losses.reduce((sum, loss) => sum + loss, 0) / divisor;
  };
  return {
    resultOf: async (outputs, checked) => {
      if (!pipeline) {
        const { rows, classes } = checked;
        const rowLosses = await read(outputs.rowLosses, rows);
        const loss = await readLoss(rowLosses, checked);
        return { loss, rowLosses, gradient: await read(outputs.gradient, rows * classes) };
      }
      remember(outputs);
      let released = false;
      return {
        ...outputs,
        readLoss: async () => {
          if (released || ended) {
            throw new EqlError('DISPOSED', `readLoss came after ${released ? 'release' : 'destroy of the kernel'}.`);
          }
          const reading = readLoss(outputs.rowLosses, checked);
          reads.add(reading);
          return reading.finally(() => reads.delete(reading));
        },
        release: () => {
          released = true;
          kept.delete(outputs);
          free(outputs.rowLosses, outputs.gradient);
        },
      };
    },
    end: async () => {
      ended = true;
      await Promise.allSettled(reads);
      for (const { rowLosses, gradient } of kept) free(rowLosses, gradient);
      kept.clear();
    },
  };
}
