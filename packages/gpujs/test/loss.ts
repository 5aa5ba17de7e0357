// Loss and gradient in a mode of gpu.js: properties, then batches of known size.

import { createGate } from '@eqloss/core';
import { cases, divisorOf, expectNear, forms, lossOf, plainCase, shardOf } from '@eqloss/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSigmoidEql } from '../src/index.ts';
import { createOf, evaluate, type Subject } from './mode.ts';

const sizes = { rows: [1, 4], classes: [1, 35], special: [1e36, -1e36] } as const;

export function testLoss({ gpu, runs }: Subject): void {
  test.each(forms)('%s: any batch gives what core gives (N1, N2, N4)', async (form) => {
    await fc.assert(
      fc.asyncProperty(cases(form, sizes), async (batch) => {
        expectNear(await evaluate(gpu(), form, batch), lossOf[form](batch), divisorOf(batch));
      }),
      { numRuns: runs },
    );
  });

  test.each(forms)('%s: 1203 classes lose nothing, nor does a kernel for more rows', async (form) => {
    const batch = plainCase(form, 5, 1203);
    const whole = await evaluate(gpu(), form, batch);
    expectNear(whole, lossOf[form](batch), 5);
    expect(await evaluate(gpu(), form, batch, { rows: 9 })).toEqual(whole);
  });

  test.each(forms)('%s: shards of rows are bit for bit those of the whole (P1)', async (form) => {
    const batch = plainCase(form, 4, 45);
    const whole = await evaluate(gpu(), form, { ...batch, normalizer: 4 });
    const parts = await Promise.all([0, 1, 2, 3].map((i) => evaluate(gpu(), form, shardOf(batch, i, i + 1))));
    expect(parts.flatMap((part) => [...part.rowLosses])).toEqual([...whole.rowLosses]);
    expect(parts.flatMap((part) => [...part.gradient])).toEqual([...whole.gradient]);
  });

  test.each(forms)('%s: the gradient is that of the loss (R5)', async (form) => {
    const batch = plainCase(form, 2, 6);
    const { gradient } = await evaluate(gpu(), form, batch);
    const lossAt = (k: number, z: number): number => {
      const logits = Float64Array.from(batch.logits);
      logits[k] += z;
      return lossOf[form]({ ...batch, logits }).loss;
    };
    gradient.forEach((g, k) => {
      expect(Math.abs(g - (lossAt(k, 1e-5) - lossAt(k, -1e-5)) / 2e-5)).toBeLessThan(1e-6);
    });
  });

  test.each(forms)('%s: every reduction divides as core does (R1, R2)', async (form) => {
    const { gate, ...batch } = plainCase(form, 3, 7);
    for (const reduction of ['none', 'sum', 'mean'] as const) {
      const kernel = await createOf[form](gpu(), { rows: 3, gate, reduction });
      const exact = lossOf[form]({ gate, ...batch }, { reduction });
      expectNear(await kernel.run(batch), exact, reduction === 'mean' ? 3 : 1);
      await kernel.destroy();
    }
  });

  test('small losses and gradients of the sigmoid form keep their digits (N3)', async () => {
    const logits = Float32Array.from({ length: 600 }, (_, k) => -k / 10);
    const gate = createGate(new Float64Array(600), { threshold: 0 });
    const { gradient } = await evaluate(gpu(), 'sigmoid', { gate, logits, labels: [600] });
    const single = createGate([1], { threshold: 0 });
    const kernel = await createSigmoidEql(gpu(), { rows: 600, gate: single, reduction: 'none' });
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
}
