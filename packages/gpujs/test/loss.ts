// Loss and gradient in a mode of gpu.js: properties, then batches of known size.

import { createGate } from '@eqloss/core';
import {
  cases,
  divisorOf,
  expectGradientOfLoss,
  expectNear,
  forms,
  lossOf,
  plainCase,
  shardOf,
} from '@eqloss/core/testing';
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
    expectGradientOfLoss(form, batch, gradient);
  });

  // The label's own term does not cancel against the sum; factors are multiplied last, and do not overflow on the way.
  test.each([1, 100, 1000, 1e6, 3e38])(
    'softmax: a confident row keeps its digits at a row weight of %d',
    async (weight) => {
      const gate = createGate([9, 9, 9], { threshold: 2 });
      const logits = Float32Array.of(10.3, 0.1, 0.2, 5, 0, 0, 0.25, 9, -2, 0, 0, 0);
      const batch = { gate, logits, labels: [0, 0, 1, 2], rowWeights: [weight, weight, weight, 0], beta: 0 };
      const exact = lossOf.softmax(batch, { reduction: 'sum' });
      const { rowLosses, gradient } = await evaluate(gpu(), 'softmax', batch, { reduction: 'sum' });
      exact.rowLosses.forEach((loss, i) => {
        expect(Math.abs(rowLosses[i] - loss)).toBeLessThanOrEqual(1e-6 * loss);
      });
      exact.gradient.forEach((slope, k) => {
        expect(Math.abs(gradient[k] - slope)).toBeLessThanOrEqual(1.5e-6 * Math.abs(slope));
      });
    },
  );

  test('softmax: soft targets that sum to more than 1 do not overflow on the way', async () => {
    const gate = createGate([9, 9, 9], { threshold: 2 });
    const targets = [1, 1, 1];
    const batch = { gate, logits: Float32Array.of(5, 0, 0), targets, rowWeights: [1e38], beta: 0 };
    const { gradient } = await evaluate(gpu(), 'softmax', batch, { reduction: 'sum', labels: 'rows' });
    lossOf.softmax(batch, { reduction: 'sum' }).gradient.forEach((slope, k) => {
      expect(Math.abs(gradient[k] - slope)).toBeLessThanOrEqual(2e-6 * 1e38);
    });
  });

  test.each(forms)('%s: numbers beyond single precision are rounded as core says, never to 0', async (form) => {
    const gate = createGate([1, 9], { threshold: 5 });
    const beta = form === 'softmax' ? { beta: 1 } : {};
    for (const batch of [
      { gate, logits: Float32Array.of(0, Number.NaN), labels: [1], rowWeights: [1e-50], ...beta },
      { gate, logits: Float32Array.of(-Infinity, 0), targets: [1e-50, 1], ...beta },
      { gate, logits: Float32Array.of(0, Number.NaN), targets: [1e-50, 0], ...beta },
    ]) {
      expectNear(await evaluate(gpu(), form, batch), lossOf[form](batch), 1);
    }
  });

  test('softmax: tiny targets are weights of tail classes that hold the largest logit (X1)', async () => {
    const gate = createGate([1, 9], { threshold: 5 });
    for (const [z, y] of [
      [100, 1e-20],
      [700, 1e-310],
      [740, 5e-324],
    ]) {
      const batch = { gate, logits: Float32Array.of(z, 0), targets: [y, 1], beta: 1 };
      expectNear(await evaluate(gpu(), 'softmax', batch, { labels: 'rows' }), lossOf.softmax(batch), 1);
    }
  });

  test('softmax: rows that have nothing but -Infinity have no distribution (N2)', async () => {
    const gate = createGate([1, 9], { threshold: 5 });
    const logits = Float32Array.of(5, -Infinity, -Infinity, -Infinity);
    const batch = { gate, logits, labels: [1, 0], beta: 1 };
    const exact = lossOf.softmax(batch);
    expect([...exact.rowLosses]).toEqual([Number.NaN, Number.NaN]);
    expectNear(await evaluate(gpu(), 'softmax', batch), exact, 2);
    const { labels: _, ...rest } = batch;
    const rows = { ...rest, targets: [0, 1, 1, 0] };
    expectNear(await evaluate(gpu(), 'softmax', rows), lossOf.softmax(rows), 2);
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
    // The same by target rows, whose kernels are others.
    const targets = await createSigmoidEql(gpu(), { rows: 600, gate: single, reduction: 'none', labels: 'rows' });
    const hard = await targets.run({ logits: logits.map((z) => -z), targets: new Float64Array(600).fill(1) });
    await targets.destroy();
    logits.forEach((z, k) => {
      expect(Math.abs(hard.rowLosses[k] / Math.log1p(Math.exp(z)) - 1)).toBeLessThan(1e-6);
      expect(Math.abs(hard.gradient[k] * -(1 + Math.exp(-z)) - 1)).toBeLessThan(1e-6);
    });
  });
}
