// What every mode of gpu.js must do, as one suite. Not published.

import { createGate, type Form, type Gate } from '@eqloss/core';
import { cases, divisorOf, expectNear, forms, lossOf, plainCase, shardOf } from '@eqloss/core/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSigmoidEql, createSoftmaxEql, type GpuLike, type KernelBatch, type KernelResult } from './index.ts';

export interface TestGpu extends GpuLike {
  destroy(): Promise<void>;
}

/** A batch with its gate. */
export interface Case extends KernelBatch {
  readonly gate: Gate;
  readonly logits: Float32Array;
}

export const createOf = { sigmoid: createSigmoidEql, softmax: createSoftmaxEql };
const sizes = { rows: [1, 4], classes: [1, 35], special: [1e36, -1e36] } as const;

/** One batch through a handle of its own. */
export async function evaluate(gpu: GpuLike, form: Form, batch: Case, rows?: number): Promise<KernelResult> {
  const { gate, ...rest } = batch;
  const kernel = await createOf[form](gpu, { rows: rows ?? Math.max(batch.logits.length / gate.classes, 1), gate });
  try {
    return await kernel.run(rest);
  } finally {
    await kernel.destroy();
  }
}

/** What must hold in every mode. `runs` random batches a form: software GPUs compile slowly. */
export function describeMode(mode: string, createGpu: () => Promise<TestGpu>, runs: number): void {
  describe(`gpu.js in mode ${mode}`, () => {
    let gpu: TestGpu;
    beforeAll(async () => {
      gpu = await createGpu();
    });
    afterAll(() => gpu.destroy());

    test.each(forms)('%s: any batch gives what core gives (N1, N2, N4)', async (form) => {
      await fc.assert(
        fc.asyncProperty(cases(form, sizes), async (batch) => {
          expectNear(await evaluate(gpu, form, batch), lossOf[form](batch), divisorOf(batch));
        }),
        { numRuns: runs },
      );
    });

    test.each(forms)('%s: 1203 classes lose nothing, nor does a kernel for more rows', async (form) => {
      const batch = plainCase(form, 5, 1203);
      const whole = await evaluate(gpu, form, batch);
      expectNear(whole, lossOf[form](batch), 5);
      expect(await evaluate(gpu, form, batch, 9)).toEqual(whole);
    });

    test.each(forms)('%s: shards of rows are bit for bit those of the whole (P1)', async (form) => {
      const batch = plainCase(form, 4, 45);
      const whole = await evaluate(gpu, form, { ...batch, normalizer: 4 });
      const parts = await Promise.all([0, 1, 2, 3].map((i) => evaluate(gpu, form, shardOf(batch, i, i + 1))));
      expect(parts.flatMap((part) => [...part.rowLosses])).toEqual([...whole.rowLosses]);
      expect(parts.flatMap((part) => [...part.gradient])).toEqual([...whole.gradient]);
    });

    test.each(forms)('%s: the gradient is that of the loss (R5)', async (form) => {
      const batch = plainCase(form, 2, 6);
      const { gradient } = await evaluate(gpu, form, batch);
      const lossAt = (k: number, z: number): number => {
        const logits = Float64Array.from(batch.logits);
        logits[k] += z;
        return lossOf[form]({ ...batch, logits }).loss;
      };
      gradient.forEach((g, k) => {
        expect(Math.abs(g - (lossAt(k, 1e-5) - lossAt(k, -1e-5)) / 2e-5)).toBeLessThan(1e-6);
      });
    });

    test('small losses and gradients of the sigmoid form keep their digits (N3)', async () => {
      const logits = Float32Array.from({ length: 600 }, (_, k) => -k / 10);
      const gate = createGate(new Float64Array(600), { threshold: 0 });
      const { gradient } = await evaluate(gpu, 'sigmoid', { gate, logits, labels: [600] });
      const single = createGate([1], { threshold: 0 });
      const kernel = await createSigmoidEql(gpu, { rows: 600, gate: single, reduction: 'none' });
      const { rowLosses } = await kernel.run({ logits, labels: new Int32Array(600).fill(1) });
      const positive = await kernel.run({ logits: logits.map((z) => -z), labels: new Int32Array(600) });
      await kernel.destroy();
      logits.forEach((z, k) => {
        const loss = Math.log1p(Math.exp(z));
        const sigma = 1 / (1 + Math.exp(-z));
        expect(Math.abs(rowLosses[k] / loss - 1)).toBeLessThan(1e-6);
        expect(Math.abs(positive.rowLosses[k] / loss - 1)).toBeLessThan(1e-6);
        expect(Math.abs(gradient[k] / sigma - 1)).toBeLessThan(1e-6);
        expect(Math.abs(positive.gradient[k] / -sigma - 1)).toBeLessThan(1e-6);
      });
    });

    test('runs may overlap, also with destroy; destroy frees every kernel and is idempotent', async () => {
      // Not in gpu.js's types: what it holds on to.
      const { kernels } = gpu as unknown as { kernels: readonly unknown[] };
      const before = kernels.length;
      for (const form of forms) {
        const batch = plainCase(form, 3, 20);
        const targets = Float64Array.from(batch.logits, (_, k) => (k % 7) / 7);
        const { gate } = batch;
        const kernel = await createOf[form](gpu, { rows: 3, gate });
        const other = { ...batch, labels: undefined, targets };
        const results = [kernel.run(batch), kernel.run(other), kernel.run(batch)];
        const gone = kernel.destroy();
        await expect(kernel.run(batch)).rejects.toMatchObject({ code: 'DISPOSED' });
        const [first, second, third] = await Promise.all(results);
        expect(third).toEqual(first);
        expectNear(first, lossOf[form](batch), 3);
        expectNear(second, lossOf[form](other), 3);
        await gone;
        await kernel.destroy();
        await expect(kernel.run(batch)).rejects.toMatchObject({ code: 'DISPOSED' });
      }
      expect(kernels.length).toBe(before);
    });

    test('destroy after the gpu is destroyed does nothing', async () => {
      const other = await createGpu();
      const kernel = await createSigmoidEql(other, { rows: 1, gate: createGate([1], { threshold: 0 }) });
      await other.destroy();
      await expect(kernel.destroy()).resolves.toBeUndefined();
    });

    test('the mode that is reported is the one that runs', async () => {
      const kernel = await createSigmoidEql(gpu, { rows: 1, gate: createGate([1], { threshold: 0 }) });
      expect(kernel.mode).toBe(mode);
      await kernel.destroy();
    });
  });
}
