// What every backend must do, as one suite; and what it takes: arbitrary batches and the reference. Not published.

import * as core from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Labels, type SoftmaxOptions, sigmoidEql, softmaxEql } from './index.ts';
import { decay, log1p, rowSums } from './numerics.ts';

export const forms: readonly core.Form[] = ['sigmoid', 'softmax'];

/** Both forms through one signature. */
export const lossOf: Readonly<
  Record<core.Form, (labels: Labels, logits: tf.Tensor, gate: core.Gate, options: SoftmaxOptions) => tf.Tensor>
> = { sigmoid: sigmoidEql, softmax: softmaxEql };

export interface Case {
  readonly shape: [number, number];
  readonly logits: Float32Array;
  readonly gate: core.Gate;
  readonly labels?: readonly number[];
  readonly targets?: readonly number[];
  readonly reduction: core.Reduction;
  /** All but gate, labels and reduction. */
  readonly options: { readonly beta?: number | readonly number[]; readonly normalizer?: number };
}

/** Random batches of a form, with every optional input and every special value now and then. */
export function cases(form: core.Form): fc.Arbitrary<Case> {
  return fc
    .record({ rows: fc.integer({ min: 0, max: 4 }), classes: fc.integer({ min: 1, max: 9 }) })
    .chain(({ rows, classes }) => {
      const list = <T>(length: number, each: fc.Arbitrary<T>) =>
        fc.array(each, { minLength: length, maxLength: length });
      const unit = fc.oneof(fc.constantFrom(0, 1), fc.float({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true }));
      const logit = fc.oneof(
        { weight: 20, arbitrary: fc.float({ min: -20, max: 20, noNaN: true }) },
        { weight: 4, arbitrary: fc.float({ min: -1e4, max: 1e4, noNaN: true }) },
        { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 2 ** -149) },
      );
      const highest = form === 'sigmoid' ? classes : classes - 1;
      return fc
        .record({
          logits: list(rows * classes, logit),
          tail: list(classes, fc.constantFrom(0, 1)),
          answers: fc.oneof(
            fc.record({ labels: list(rows, fc.integer({ min: -1, max: highest })) }),
            fc.record({ targets: list(rows * classes, unit) }),
          ),
          rowWeights: fc.option(list(rows, fc.constantFrom(0, 0.25, 1, 3)), { nil: undefined }),
          foreground: fc.option(list(rows, fc.constantFrom(0, 1)), { nil: undefined }),
          beta: fc.oneof(unit, list(classes, unit), list(rows * classes, unit)),
          reduction: fc.constantFrom<core.Reduction>('none', 'sum', 'mean'),
          normalizer: fc.option(fc.constantFrom(1, 7), { nil: undefined }),
        })
        .map(({ logits, tail, answers, rowWeights, foreground, beta, reduction, normalizer }) => ({
          shape: [rows, classes] as [number, number],
          logits: Float32Array.from(logits),
          gate: core.createGate(tail, { threshold: 0.5 }),
          ...answers,
          reduction,
          options: {
            ...(rowWeights && { rowWeights }),
            ...(form === 'sigmoid' && foreground && { foreground }),
            ...(form === 'softmax' && { beta }),
            ...(reduction === 'mean' && normalizer && { normalizer }),
          },
        }));
    });
}

/** Runs a case through tfjs. Target rows go in nested, so that their shape is seen and they stay doubles. */
export async function evaluate(form: core.Form, batch: Case) {
  const { shape, gate, reduction, options } = batch;
  const logits = tf.tensor2d(batch.logits, shape);
  const [rows, classes] = shape;
  const nested = Array.from({ length: rows }, (_, i) => batch.targets?.slice(i * classes, (i + 1) * classes) ?? []);
  const labels = batch.labels ?? nested;
  const run = (z: tf.Tensor) => lossOf[form](labels, z, gate, { ...options, reduction } as SoftmaxOptions);
  const { value, grad } = tf.valueAndGrad(run)(logits);
  const result = { value: await value.data(), shape: value.shape, gradient: await grad.data() };
  tf.dispose([logits, value, grad]);
  return result;
}

/** A batch without special values, the same every time; β drawn per element. */
function plainCase(form: core.Form, rows: number, classes: number): Case {
  return {
    shape: [rows, classes],
    logits: Float32Array.from({ length: rows * classes }, (_, k) => Math.sin(k * 12.9898) * 8),
    gate: core.createGate(
      Array.from({ length: classes }, (_, j) => j % 3),
      { threshold: 1.5 },
    ),
    labels: Array.from({ length: rows }, (_, i) => (i * 7) % classes),
    reduction: 'mean',
    options: form === 'softmax' ? { beta: [...core.drawBeta({ rows, classes, gamma: 0.9, seed: 7, step: 0 })] } : {},
  };
}

/** Rows `from` to `to` of a plain case, as a worker sees them that divides by the rows of all workers. */
async function evaluateMean(form: core.Form, batch: Case, from: number, to: number) {
  const [rows, classes] = batch.shape;
  const { beta } = batch.options;
  const cut: Case = {
    ...batch,
    shape: [to - from, classes],
    logits: batch.logits.slice(from * classes, to * classes),
    labels: batch.labels?.slice(from, to),
    options: typeof beta === 'object' ? { beta: beta.slice(from * classes, to * classes) } : {},
  };
  const mean = await evaluate(form, { ...cut, options: { ...cut.options, normalizer: rows } });
  const none = await evaluate(form, { ...cut, reduction: 'none' });
  return { loss: mean.value[0], gradient: mean.gradient, rowLosses: none.value };
}

/** The worst distance as a multiple of N4's bound; Infinity when a kind differs. `scale` undoes the mean's division. */
export function worst(actual: ArrayLike<number>, exact: ArrayLike<number>, scale = 1): number {
  expect(actual.length).toBe(exact.length);
  return Array.from(actual, (value, k) => {
    const [a, e] = [value * scale, exact[k] * scale];
    if (a === e || Object.is(a, e)) return 0;
    const ratio = Math.abs(a - e) / (2e-6 * Math.max(1, Math.abs(e)));
    return Number.isNaN(ratio) ? Infinity : ratio;
  }).reduce((x, y) => Math.max(x, y), 0);
}

/** What must hold on every backend. `runs` random batches a form: software GPUs compile slowly. */
export function describeBackend(name: string, start: () => Promise<void>, runs: number): void {
  describe(`tfjs on ${name}`, () => {
    beforeAll(async () => {
      await start();
      expect(tf.getBackend()).toBe(name);
    });

    test.each(forms)('%s: value and gradient are those of core, for any input and reduction', async (form) => {
      await fc.assert(
        fc.asyncProperty(cases(form), async (batch) => {
          const { value, shape, gradient } = await evaluate(form, batch);
          const { logits, gate, labels, targets, options } = batch;
          const reference = { logits, shape: batch.shape, gate, labels, targets, ...options };
          const exact = (form === 'sigmoid' ? core.sigmoidEql : core.softmaxEql)(reference, batch);
          const none = batch.reduction === 'none';
          expect(shape).toEqual(none ? [batch.shape[0]] : []);
          expect(worst(value, none ? exact.rowLosses : [exact.loss])).toBeLessThanOrEqual(1);
          const counted = batch.labels ? batch.labels.filter((label) => label !== -1).length : batch.shape[0];
          const divisor = batch.reduction === 'mean' ? (options.normalizer ?? Math.max(counted, 1)) : 1;
          expect(worst(gradient, exact.gradient, divisor)).toBeLessThanOrEqual(1);
        }),
        { numRuns: runs },
      );
    });

    test.each(forms)('%s: 3000 classes keep the precision of single sums', async (form) => {
      const classes = 3000;
      const logits = Float32Array.from({ length: 2 * classes }, (_, k) => Math.sin(k) * 3);
      const gate = core.createGate(
        Array.from({ length: classes }, (_, j) => j % 3),
        { threshold: 1 },
      );
      const options = form === 'softmax' ? { beta: 0.9 } : {};
      const batch: Case = { shape: [2, classes], logits, gate, labels: [5, 6], reduction: 'none', options };
      const { value, gradient } = await evaluate(form, batch);
      const reference = { logits, gate, labels: [5, 6], ...options };
      const exact = (form === 'sigmoid' ? core.sigmoidEql : core.softmaxEql)(reference, { reduction: 'none' });
      expect(worst(value, exact.rowLosses)).toBeLessThanOrEqual(0.5);
      expect(worst(gradient, exact.gradient)).toBeLessThanOrEqual(0.5);
    });

    const sizes = forms.flatMap((form) => [45, 1203].map((classes) => ({ form, classes })));
    test.each(sizes)(
      '$form, $classes classes: shards of rows are bit for bit those of the whole (P1)',
      async ({ form, classes }) => {
        const whole = await evaluateMean(form, plainCase(form, 7, classes), 0, 7);
        const parts = [];
        for (const [from, to] of [
          [0, 1],
          [1, 5],
          [5, 7],
        ]) {
          parts.push(await evaluateMean(form, plainCase(form, 7, classes), from, to));
        }
        expect(parts.flatMap(({ rowLosses }) => [...rowLosses])).toEqual([...whole.rowLosses]);
        expect(parts.flatMap(({ gradient }) => [...gradient])).toEqual([...whole.gradient]);
        const loss = parts.reduce((sum, part) => sum + part.loss, 0);
        expect(Math.abs(loss / whole.loss - 1)).toBeLessThan(1e-6);
      },
    );

    test('small sigmoid losses and gradients keep their relative accuracy (N3)', async () => {
      const logits = Float32Array.from({ length: 170 }, (_, k) => -k / 2);
      const gate = core.createGate([1], { threshold: 0 });
      const labels = logits.map(() => 1);
      const batch: Case = { shape: [170, 1], logits, gate, labels: [...labels], reduction: 'none', options: {} };
      const { value, gradient } = await evaluate('sigmoid', batch);
      logits.forEach((z, i) => {
        expect(Math.abs(value[i] / Math.log1p(Math.exp(z)) - 1)).toBeLessThan(2e-6);
        expect(Math.abs(gradient[i] / (1 / (1 + Math.exp(-z))) - 1)).toBeLessThan(2e-6);
      });
    });

    test.each(forms)('%s: a target or weight far below single precision still includes (N1, N2)', async (form) => {
      const gate = core.createGate([0, 5], { threshold: 1 });
      const beta = form === 'softmax' ? { beta: 1 } : {};
      const common: Pick<Case, 'shape' | 'gate' | 'reduction'> = { shape: [1, 2], gate, reduction: 'sum' };
      const target: Case = { ...common, logits: Float32Array.of(Number.NaN, 1), targets: [1e-50, 1], options: beta };
      const rowWeights = { rowWeights: [1e-50] };
      const logits = Float32Array.of(0, Infinity);
      const weight: Case = { ...common, logits, labels: [0], options: { ...beta, ...rowWeights } };
      for (const batch of [target, weight]) {
        const { value, gradient } = await evaluate(form, batch);
        const exact = (form === 'sigmoid' ? core.sigmoidEql : core.softmaxEql)({ ...batch, ...batch.options }, batch);
        expect(exact.loss).not.toBeLessThan(Infinity);
        expect(worst(value, [exact.loss])).toBe(0);
        expect(worst(gradient, exact.gradient)).toBeLessThanOrEqual(1);
      }
    });

    test('e^-s and log(1 + u) are right to 1e-6 relative, and 20,000 terms add up to 1e-6', async () => {
      const sizes = Float32Array.from({ length: 4001 }, (_, k) => (k * 87) / 4000);
      const [decayed, logs, sums] = await Promise.all([
        decay(tf.tensor1d(sizes)).data(),
        log1p(tf.tensor1d(sizes.map((s) => Math.exp(-s)))).data(),
        rowSums(tf.tensor2d(new Float32Array(40_000).fill(0.1), [2, 20_000])).data(),
      ]);
      const off = sizes.map((s, k) => Math.abs(decayed[k] / Math.exp(-s) - 1));
      expect(Math.max(...off)).toBeLessThan(1e-6);
      const logOff = sizes.map((s, k) => Math.abs(logs[k] / Math.log1p(Math.fround(Math.exp(-s))) - 1));
      expect(Math.max(...logOff)).toBeLessThan(1e-6);
      for (const sum of sums) expect(Math.abs(sum / (20_000 * Math.fround(0.1)) - 1)).toBeLessThan(1e-6);
    });

    test.each(forms)('%s: nothing is left behind, with and without a gradient', async (form) => {
      const z = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
      const gate = core.createGate([0, 1, 2], { threshold: 1 });
      const options = (form === 'softmax' ? { beta: 1 } : {}) as SoftmaxOptions;
      const run = (x: tf.Tensor) => lossOf[form]([0, 2], x, gate, options);
      const before = tf.memory().numTensors;
      run(z).dispose();
      expect(tf.memory().numTensors).toBe(before);
      const { value, grad } = tf.valueAndGrad(run)(z);
      tf.dispose([value, grad]);
      expect(tf.memory().numTensors).toBe(before);
      z.dispose();
    });
  });
}

/** On webgpu: labels that were computed on the GPU cannot be read synchronously; a canvas may give zeros. */
export async function refusesLabelsOnGpu(): Promise<void> {
  const gate = core.createGate([1, 1], { threshold: 0 });
  const logits = tf.tensor2d([1, 2], [1, 2]);
  const labels = tf.add(tf.tensor1d([0], 'int32'), tf.tensor1d([1], 'int32'));
  expect(() => sigmoidEql(labels, logits, gate)).toThrow(/^UNSUPPORTED: labels .* await labels.data\(\)/);
  await labels.data();
  const loss = await sigmoidEql(labels, logits, gate).data();
  expect(loss[0]).toBeCloseTo(Math.log1p(Math.exp(1)) + Math.log1p(Math.exp(-2)), 5);
}
