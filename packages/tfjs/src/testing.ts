// What every backend must do, as one suite. Not published.

import type { Form, Gate, Reduction } from '@eqloss/core';
import { createGate } from '@eqloss/core';
import {
  type Case,
  cases,
  divisorOf,
  lossOf as exactOf,
  forms,
  plainCase,
  ratioToN4,
  shardOf,
} from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Labels, type SoftmaxOptions, sigmoidEql, softmaxEql } from './index.ts';

/** Both forms through one signature. */
export const lossOf: Readonly<
  Record<Form, (labels: Labels, logits: tf.Tensor, gate: Gate, options: SoftmaxOptions) => tf.Tensor>
> = { sigmoid: sigmoidEql, softmax: softmaxEql };

/** Runs a batch through tfjs. Target rows go in nested, so that their shape is seen and they stay doubles. */
async function evaluate(form: Form, batch: Case, reduction: Reduction) {
  const { gate, logits, labels, targets, normalizer, ...rest } = batch;
  const { classes } = gate;
  const rows = logits.length / classes;
  const nested = Array.from({ length: rows }, (_, i) => targets?.slice(i * classes, (i + 1) * classes) ?? []);
  const options = { ...rest, reduction, normalizer: reduction === 'mean' ? normalizer : undefined } as SoftmaxOptions;
  const z = tf.tensor2d(logits, [rows, classes]);
  const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => lossOf[form](labels ?? nested, x, gate, options))(z);
  const result = { value: await value.data(), shape: value.shape, gradient: await grad.data() };
  tf.dispose([z, value, grad]);
  return result;
}

/** What must hold on every backend. `runs` random batches a form: software GPUs compile slowly. */
export function describeBackend(name: string, start: () => Promise<void>, runs: number): void {
  describe(`tfjs on ${name}`, () => {
    beforeAll(async () => {
      await start();
      expect(tf.getBackend()).toBe(name);
    });

    test.each(forms)('%s: value and gradient are those of core, for any input and reduction', async (form) => {
      const batches = cases(form, { rows: [0, 4], classes: [1, 9] });
      await fc.assert(
        fc.asyncProperty(batches, fc.constantFrom('none', 'sum', 'mean'), async (batch, reduction) => {
          const { value, shape, gradient } = await evaluate(form, batch, reduction);
          const rows = batch.logits.length / batch.gate.classes;
          const normalizer = reduction === 'mean' ? batch.normalizer : undefined;
          const exact = exactOf[form]({ ...batch, normalizer, shape: [rows, batch.gate.classes] }, { reduction });
          const none = reduction === 'none';
          expect(shape).toEqual(none ? [rows] : []);
          expect(ratioToN4(value, none ? exact.rowLosses : [exact.loss])).toBeLessThanOrEqual(1);
          const divisor = reduction === 'mean' ? divisorOf(batch) : 1;
          expect(ratioToN4(gradient, exact.gradient, divisor)).toBeLessThanOrEqual(1);
        }),
        { numRuns: runs },
      );
    });

    test.each(forms)('%s: 3000 classes keep the precision of single sums', async (form) => {
      const batch = plainCase(form, 2, 3000);
      const { value, gradient } = await evaluate(form, batch, 'none');
      const exact = exactOf[form](batch, { reduction: 'none' });
      expect(ratioToN4(value, exact.rowLosses)).toBeLessThanOrEqual(0.5);
      expect(ratioToN4(gradient, exact.gradient)).toBeLessThanOrEqual(0.5);
    });

    const sizes = forms.flatMap((form) => [45, 1203].map((classes) => ({ form, classes })));
    test.each(sizes)(
      '$form, $classes classes: shards of rows are bit for bit those of the whole (P1)',
      async (size) => {
        const batch = plainCase(size.form, 7, size.classes);
        const shards = [shardOf(batch, 0, 7), shardOf(batch, 0, 1), shardOf(batch, 1, 5), shardOf(batch, 5, 7)];
        const rowLosses = [];
        const mean = [];
        for (const shard of shards) {
          rowLosses.push([...(await evaluate(size.form, shard, 'none')).value]);
          mean.push(await evaluate(size.form, shard, 'mean'));
        }
        const [whole, ...parts] = mean;
        expect(rowLosses.slice(1).flat()).toEqual(rowLosses[0]);
        expect(parts.flatMap(({ gradient }) => [...gradient])).toEqual([...whole.gradient]);
        const loss = parts.reduce((sum, { value }) => sum + value[0], 0);
        expect(Math.abs(loss / whole.value[0] - 1)).toBeLessThan(1e-6);
      },
    );

    test('small sigmoid losses and gradients keep their relative accuracy (N3)', async () => {
      const logits = Float32Array.from({ length: 170 }, (_, k) => -k / 2);
      const gate = createGate([1], { threshold: 0 });
      const labels = logits.map(() => 1);
      const { value, gradient } = await evaluate('sigmoid', { gate, logits, labels: [...labels] }, 'none');
      logits.forEach((z, i) => {
        expect(Math.abs(value[i] / Math.log1p(Math.exp(z)) - 1)).toBeLessThan(2e-6);
        expect(Math.abs(gradient[i] / (1 / (1 + Math.exp(-z))) - 1)).toBeLessThan(2e-6);
      });
    });

    test.each(forms)('%s: a target or weight far below single precision still includes (N1, N2)', async (form) => {
      const gate = createGate([0, 5], { threshold: 1 });
      const beta = form === 'softmax' ? { beta: 1 } : {};
      const target: Case = { gate, ...beta, logits: Float32Array.of(Number.NaN, 1), targets: [1e-50, 1] };
      const weight: Case = { gate, ...beta, logits: Float32Array.of(0, Infinity), labels: [0], rowWeights: [1e-50] };
      for (const batch of [target, weight]) {
        const { value, gradient } = await evaluate(form, batch, 'sum');
        const exact = exactOf[form](batch, { reduction: 'sum' });
        expect(exact.loss).not.toBeLessThan(Infinity);
        expect(ratioToN4(value, [exact.loss])).toBe(0);
        expect(ratioToN4(gradient, exact.gradient)).toBeLessThanOrEqual(1);
      }
    });

    test.each(forms)('%s: leading dimensions are rows, of every input', async (form) => {
      const gate = createGate([0, 5, 0, 5], { threshold: 1 });
      const { logits, rowWeights, beta, labels } = plainInputs(form);
      const targets = Float32Array.from({ length: 24 }, (_, k) => (k % 5 === 0 ? 1 : 0));
      const answers = [labels, targets];
      for (const given of answers) {
        const at = async (lead: readonly number[]) => {
          const shape = [...lead, 4];
          const z = tf.tensor(logits, shape);
          const own = tf.tensor(given, given === labels ? [...lead] : shape);
          const options = {
            reduction: 'none',
            rowWeights: tf.tensor(rowWeights, [...lead]),
            ...(form === 'softmax' ? { beta: tf.tensor(beta, shape) } : { foreground: tf.ones([...lead]) }),
          } as unknown as SoftmaxOptions;
          const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => lossOf[form](own, x, gate, options))(z);
          expect(value.shape).toEqual(lead);
          expect(grad.shape).toEqual(shape);
          const mean = lossOf[form](own, z, gate, { ...options, reduction: 'mean' });
          expect(mean.shape).toEqual([]);
          return [await value.data(), await grad.data(), await mean.data()];
        };
        const flat = await at([6]);
        expect(flat[0].some((loss) => loss > 0)).toBe(true);
        expect(await at([2, 3])).toEqual(flat);
        expect(await at([3, 1, 2])).toEqual(flat);
      }
    });

    test.each(forms)('%s: the gradient is multiplied by what follows, a factor a row', async (form) => {
      const gate = createGate([0, 5, 0, 5], { threshold: 1 });
      const { logits, labels } = plainInputs(form);
      const options = { reduction: 'none', ...(form === 'softmax' && { beta: 0.5 }) } as unknown as SoftmaxOptions;
      const gradient = tf.grad((x: tf.Tensor) => lossOf[form](tf.tensor(labels, [6]), x, gate, options));
      const factors = [1, 0.5, -2, 0, 3, 1];
      const [plain, scaled] = [
        gradient(tf.tensor(logits, [6, 4])),
        gradient(tf.tensor(logits, [6, 4]), tf.tensor(factors)),
      ];
      const expected = (await plain.data()).map((g, k) => g * factors[Math.floor(k / 4)]);
      (await scaled.data()).forEach((g, k) => {
        expect(g).toBeCloseTo(expected[k], 6);
      });
      // Even an infinite factor leaves excluded entries and ignored rows alone: N1.
      const infinite = gradient(tf.tensor(logits, [6, 4]), tf.fill([6], Number.POSITIVE_INFINITY));
      expect((await infinite.data()).map((g) => (g === 0 ? 0 : 1))).toEqual(expectedSigns(await plain.data()));
    });

    test.each(forms)('%s: nothing is left behind by 1000 steps, with and without a gradient', async (form) => {
      const z = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
      const gate = createGate([0, 1, 2], { threshold: 1 });
      const options = (form === 'softmax' ? { beta: 1 } : {}) as SoftmaxOptions;
      const run = (x: tf.Tensor) => lossOf[form]([0, 2], x, gate, options);
      // What is made once for a gate may stay.
      tf.dispose(tf.valueAndGrad(run)(z));
      const before = { ...tf.memory(), held: tf.backend().numDataIds() };
      for (let step = 0; step < 1000; step++) {
        if (step % 2 === 0) run(z).dispose();
        const { value, grad } = tf.valueAndGrad(run)(z);
        if (step % 100 === 0) await value.data();
        tf.dispose([value, grad]);
      }
      const after = { ...tf.memory(), held: tf.backend().numDataIds() };
      expect([after.numTensors, after.numBytes, after.held]).toEqual([before.numTensors, before.numBytes, before.held]);
      z.dispose();
    });
  });
}

/** 0 where a gradient is, else 1. */
const expectedSigns = (gradient: ArrayLike<number>) => Float32Array.from(gradient, (g) => (g === 0 ? 0 : 1));

/** Six rows of four classes. */
function plainInputs(form: Form) {
  return {
    logits: Float32Array.from({ length: 24 }, (_, k) => 3 * Math.sin(k * k)),
    rowWeights: [1, 2, 0, 1, 0.5, 3],
    beta: Float32Array.from({ length: 24 }, (_, k) => (k % 3) / 2),
    labels: [0, 1, 2, -1, form === 'sigmoid' ? 4 : 3, 3],
  };
}

/** On a GPU backend: labels and targets that only the GPU has. */
export function describeGpuInputs(name: string, start: () => Promise<void>): void {
  describe(`what only the GPU knows, on ${name}`, () => {
    beforeAll(start);
    const gate = createGate(new Float64Array(300).fill(1), { threshold: 0 });
    const logits = () =>
      tf.tensor2d(
        Float32Array.from({ length: 1200 }, (_, k) => Math.sin(k)),
        [4, 300],
      );
    const onGpu = (labels: number[]) =>
      tf.add(
        tf.tensor1d(
          labels.map((label) => label - 1),
          'int32',
        ),
        tf.onesLike(tf.tensor1d(labels, 'int32')),
      );

    test('labels and targets are used where they are', async () => {
      const rows = Float32Array.from({ length: 1200 }, (_, k) => (k % 7) / 7);
      const targets = tf.mul(tf.tensor2d(rows, [4, 300]), tf.tensor2d([1, 1, 1, 1], [4, 1]));
      const labels = onGpu([-1, 7, 255, 300]);
      const z = logits();
      const read = vi.spyOn(tf.engine(), 'readSync');
      const losses = [sigmoidEql(labels, z, gate), sigmoidEql(targets, z, gate)];
      expect(read).not.toHaveBeenCalled();
      read.mockRestore();
      const expected = [sigmoidEql([-1, 7, 255, 300], z, gate), sigmoidEql(rows, z, gate)];
      for (const [k, loss] of losses.entries()) {
        expect((await loss.data())[0] / (await expected[k].data())[0]).toBeCloseTo(1, 6);
      }
    });

    test('logits that only webgpu has are refused on another backend', async () => {
      const z = tf.mul(logits(), 1);
      await tf.setBackend('cpu');
      const onCpu = () => sigmoidEql([0, 1, 2, 3], z, gate);
      if (name === 'webgpu') expect(onCpu).toThrow(/^UNSUPPORTED: logits .* await logits.data\(\)/);
      const moved = await z.data();
      expect(onCpu().dataSync()).toEqual(sigmoidEql([0, 1, 2, 3], tf.tensor2d(moved, [4, 300]), gate).dataSync());
      await tf.setBackend(name);
    });

    test('a label out of range makes its row NaN, unless validate asks to look', async () => {
      const labels = onGpu([0, 301, 5, 6]);
      const losses = await sigmoidEql(labels, logits(), gate, { reduction: 'none' }).data();
      expect([...losses].map(Number.isNaN)).toEqual([false, true, false, false]);
      const validated = () => sigmoidEql(onGpu([0, 301, 5, 6]), logits(), gate, { validate: true });
      if (name === 'webgpu') expect(validated).toThrow(/^UNSUPPORTED: labels .* await labels.data\(\)/);
      else expect(validated).toThrow(/^LABEL_RANGE/);
      // What was read once is known to the host.
      await labels.data();
      expect(() => sigmoidEql(labels, logits(), gate)).toThrow(/^LABEL_RANGE/);
    });
  });
}
