// What every mode of gpu.js must do, as one suite; and what it takes: arbitrary batches and the reference. Not published.

import { createGate, drawBeta, type Form, type Gate, type LossResult, sigmoidEql, softmaxEql } from '@eqloss/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSigmoidEql, createSoftmaxEql, type GpuLike, type KernelBatch, type KernelResult } from './index.ts';

export interface TestGpu extends GpuLike {
  destroy(): Promise<void>;
}

/** A batch with its gate. */
export interface Case extends KernelBatch {
  readonly gate: Gate;
}

export const createOf = { sigmoid: createSigmoidEql, softmax: createSoftmaxEql };
const lossOf = { sigmoid: sigmoidEql, softmax: softmaxEql };
const forms: readonly Form[] = ['sigmoid', 'softmax'];

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

/** Fails unless every number is within N4 of core's; the gradient is judged before the mean divides it. */
export function expectNear(actual: KernelResult, exact: LossResult, divisor: number): void {
  const off = (a: number, e: number): number =>
    Object.is(a, e) || a === e ? 0 : Math.abs(a - e) / (2e-6 * Math.max(1, Math.abs(e)));
  const worst = (a: ArrayLike<number>, e: ArrayLike<number>, scale: number): number => {
    expect(a.length).toBe(e.length);
    return Array.from(a, (value, k) => off(value * scale, e[k] * scale)).reduce((x, y) => Math.max(x, y), 0);
  };
  expect(off(actual.loss, exact.loss)).toBeLessThanOrEqual(1);
  expect(worst(actual.rowLosses, exact.rowLosses, 1)).toBeLessThanOrEqual(1);
  expect(worst(actual.gradient, exact.gradient, divisor)).toBeLessThanOrEqual(1);
}

/** Random batches of a form, with every optional input and every special value now and then. */
export function cases(form: Form): fc.Arbitrary<Case> {
  return fc
    .record({ rows: fc.integer({ min: 1, max: 4 }), classes: fc.integer({ min: 1, max: 35 }) })
    .chain(({ rows, classes }) => {
      const list = <T>(length: number, each: fc.Arbitrary<T>) =>
        fc.array(each, { minLength: length, maxLength: length });
      const unit = fc.oneof(fc.constantFrom(0, 1), fc.float({ min: 0, max: 1, noNaN: true }));
      const maybe = <T>(each: fc.Arbitrary<T>) => fc.option(each, { nil: undefined });
      const logit = fc.oneof(
        { weight: 20, arbitrary: fc.float({ min: -20, max: 20, noNaN: true }) },
        { weight: 4, arbitrary: fc.float({ min: -1e4, max: 1e4, noNaN: true }) },
        { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 2 ** -149, 3e38, -3e38) },
      );
      const answers = fc.oneof(
        fc.record({ labels: list(rows, fc.integer({ min: -1, max: form === 'sigmoid' ? classes : classes - 1 })) }),
        fc.record({ targets: list(rows * classes, unit) }),
      );
      return fc
        .record({
          logits: list(rows * classes, logit),
          tail: list(classes, fc.constantFrom(0, 1)),
          answers,
          rowWeights: maybe(list(rows, fc.constantFrom(0, 0.25, 1, 3))),
          normalizer: maybe(fc.constantFrom(1, 7)),
          foreground: maybe(list(rows, fc.constantFrom(0, 1))),
          beta: fc.oneof(unit, list(classes, unit), list(rows * classes, unit)),
        })
        .map(({ logits, tail, answers, foreground, beta, ...rest }) => ({
          logits: Float32Array.from(logits),
          gate: createGate(tail, { threshold: 0.5 }),
          ...answers,
          ...rest,
          ...(form === 'sigmoid' ? { foreground } : { beta }),
        }));
    });
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
        fc.asyncProperty(cases(form), async (batch) => {
          const exact = lossOf[form](batch);
          const counted = batch.labels ? Array.from(batch.labels).filter((label) => label !== -1).length : 1;
          expectNear(await evaluate(gpu, form, batch), exact, batch.normalizer ?? Math.max(counted, 1));
        }),
        { numRuns: runs },
      );
    });

    test.each(forms)('%s: 1203 classes, and several launches, lose nothing', async (form) => {
      const batch = manyClasses(form, 5, 1203);
      const whole = await evaluate(gpu, form, batch);
      expectNear(whole, lossOf[form](batch), 5);
      expect(await evaluate(gpu, form, batch, 2)).toEqual(whole);
      expect(await evaluate(gpu, form, batch, 9)).toEqual(whole);
    });

    test.each(forms)('%s: shards of rows are bit for bit those of the whole (P1)', async (form) => {
      const batch = manyClasses(form, 4, 45);
      const whole = await evaluate(gpu, form, { ...batch, normalizer: 4 });
      const parts = await Promise.all(
        [0, 1, 2, 3].map((i) => evaluate(gpu, form, { ...rowOf(batch, i), normalizer: 4 })),
      );
      expect(parts.flatMap((part) => [...part.rowLosses])).toEqual([...whole.rowLosses]);
      expect(parts.flatMap((part) => [...part.gradient])).toEqual([...whole.gradient]);
    });

    test.each(forms)('%s: the gradient is that of the loss (R5)', async (form) => {
      const batch = manyClasses(form, 2, 6);
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
        const batch = manyClasses(form, 3, 20);
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

/** Index labels and logits of moderate size, and for the softmax form drawn β. */
export function manyClasses(form: Form, rows: number, classes: number): Case {
  return {
    logits: Float32Array.from({ length: rows * classes }, (_, k) => Math.sin(k * 12.9898) * 8),
    gate: createGate(
      Array.from({ length: classes }, (_, j) => j % 3),
      { threshold: 1.5 },
    ),
    labels: Array.from({ length: rows }, (_, i) => (i * 7) % classes),
    ...(form === 'softmax' ? { beta: drawBeta({ rows, classes, gamma: 0.9, seed: 7, step: 0 }) } : undefined),
  };
}

/** Row i of a batch of {@link manyClasses}. */
function rowOf(batch: Case, i: number): Case {
  const { classes } = batch.gate;
  const slice = <T extends Float32Array | Uint8Array>(values: T): T =>
    values.slice(i * classes, (i + 1) * classes) as T;
  return {
    ...batch,
    logits: slice(batch.logits),
    labels: [batch.labels?.[i] as number],
    ...(batch.beta instanceof Uint8Array ? { beta: slice(batch.beta) } : undefined),
  };
}
