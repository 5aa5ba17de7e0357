import { createGate, drawBeta, type Form, type Gate, priorBias } from '@eqloss/core';
import { cases, forms, ratioToN4 } from '@eqloss/core/testing';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { createHeadTrainer } from './create.ts';
import type { HeadTrainerOptions } from './options.ts';
import { logitsInDouble, type ReferenceBatch, referenceOf, waves } from './testing.ts';

const gate = createGate([5, 1, 5, 1, 7, 1, 1], { threshold: 2 });
const sgd = { name: 'sgd', rate: 1 } as const;

/** Fails unless gradients are those of the reference, as far as single precision goes. */
function expectGradients(actual: ArrayLike<number>, exact: ArrayLike<number>, scale: number): void {
  expect(actual.length).toBe(exact.length);
  for (let k = 0; k < exact.length; k++) {
    expect(Math.abs(actual[k] - exact[k])).toBeLessThan(4e-6 * Math.max(1, Math.abs(exact[k]), scale));
  }
}

/** What one step with rate 1 takes away from the parameters: the gradient. */
async function gradientOf(
  options: Omit<HeadTrainerOptions, 'optimizer'> & { readonly weights: Float32Array; readonly bias: Float32Array },
  batch: ReferenceBatch,
) {
  const { beta: _, ...rest } = batch;
  const trainer = await createHeadTrainer(ort, { ...options, optimizer: sgd });
  const { loss } = await trainer.step(rest);
  const difference = (before: Float32Array, after: Float32Array) => Float64Array.from(before, (b, k) => b - after[k]);
  const weights = difference(options.weights, trainer.weights);
  const bias = difference(options.bias, trainer.bias);
  await trainer.release();
  return { loss, weights, bias };
}

describe.each(forms)('%s', (form) => {
  test('any batch, in any pieces, gives the loss and gradients of core and a plain product', async () => {
    const sizes = { rows: [1, 6], classes: [1, 9] } as const;
    const options = fc.record({
      features: fc.integer({ min: 1, max: 5 }),
      chunk: fc.constantFrom<(number | false)[]>(1, 2, 3, 4, false),
    });
    await fc.assert(
      fc.asyncProperty(cases(form, sizes), options, async ({ gate, logits, beta, ...answers }, { features, chunk }) => {
        const rows = logits.length / gate.classes;
        const batch = { ...answers, features: waves(rows * features, 7) };
        const weights = waves(gate.classes * features);
        const bias = waves(gate.classes, 99);
        const own = typeof beta === 'object' ? beta.slice(0, gate.classes) : beta;
        const withBeta = { ...batch, ...(form === 'softmax' && { beta: own }) };
        const actual = await gradientOf({ features, form, gate, beta: own, chunk, weights, bias }, withBeta);
        const exact = referenceOf(form, gate, withBeta, weights, bias);
        expect(ratioToN4([actual.loss], [exact.loss])).toBeLessThanOrEqual(1);
        const scale = rows * (answers.rowWeights === undefined ? 1 : 3);
        expectGradients(actual.weights, exact.weights, scale / (answers.normalizer ?? 1));
        expectGradients(actual.bias, exact.bias, scale / (answers.normalizer ?? 1));
      }),
      { numRuns: 60 },
    );
  });

  test('the gradient is that of the loss: central differences in double (R5)', async () => {
    const [weights, bias] = [waves(7 * 3), waves(7, 50)];
    const batch = { features: waves(5 * 3, 9), labels: [0, 1, 6, 3, -1], ...(form === 'softmax' && { beta: 0.7 }) };
    const beta = form === 'softmax' ? 0.7 : undefined;
    const actual = await gradientOf({ features: 3, form, gate, beta, weights, bias, chunk: 2 }, batch);
    const lossAt = (k: number, by: number): number => {
      const moved = Float64Array.from(weights);
      moved[k] += by;
      return referenceOf(form, gate, batch, moved, bias).loss;
    };
    actual.weights.forEach((g, k) => {
      expect(Math.abs(g - (lossAt(k, 1e-5) - lossAt(k, -1e-5)) / 2e-5)).toBeLessThan(2e-6);
    });
  });

  test.each([3, 7])('twenty steps of either optimizer in pieces of %i are those in double', async (chunk) => {
    const beta = form === 'softmax' ? ([0.9, 0, 1, 0.5, 0.9, 1, 0] as const) : undefined;
    const optimizers = [
      { name: 'sgd', rate: 0.2, momentum: 0.9, weightDecay: 0.01 },
      { name: 'adamw', rate: 0.02, epsilon: 1e-3 },
    ] as const;
    for (const optimizer of optimizers) {
      const options = { features: 4, form, gate, beta, optimizer, chunk, weights: { seed: 1, deviation: 0.1 } };
      const trainer = await createHeadTrainer(ort, options);
      const weights = Float64Array.from(trainer.weights);
      const bias = Float64Array.from(trainer.bias);
      const state = [...weights, ...bias].map(() => [0, 0]);
      for (let step = 1; step <= 20; step++) {
        const labels = Array.from({ length: 10 }, (_, i) => (i * step) % (form === 'sigmoid' ? 8 : 7));
        const batch = { features: waves(40, 40 * step), labels };
        const { loss } = await trainer.step(batch);
        const exact = referenceOf(form, gate, { ...batch, ...(beta && { beta }) }, weights, bias);
        expect(Math.abs(loss - exact.loss)).toBeLessThan(1e-5);
        [...exact.weights, ...exact.bias].forEach((g, k) => {
          const [array, at] = k < weights.length ? [weights, k] : [bias, k - weights.length];
          const p = array[at];
          const kept = state[k];
          const decays = k < weights.length;
          if (optimizer.name === 'sgd') {
            kept[0] = 0.9 * kept[0] + g + (decays ? 0.01 * p : 0);
            array[at] = p - 0.2 * kept[0];
          } else {
            kept[0] = 0.9 * kept[0] + 0.1 * g;
            kept[1] = 0.999 * kept[1] + 0.001 * g * g;
            const unbiased = [kept[0] / (1 - 0.9 ** step), kept[1] / (1 - 0.999 ** step)];
            array[at] = p * (decays ? 1 - 0.02 * 0.01 : 1) - (0.02 * unbiased[0]) / (Math.sqrt(unbiased[1]) + 1e-3);
          }
        });
      }
      expect(trainer.steps).toBe(20);
      trainer.weights.forEach((w, k) => {
        expect(Math.abs(w - weights[k])).toBeLessThan(2e-5);
      });
      trainer.bias.forEach((b, k) => {
        expect(Math.abs(b - bias[k])).toBeLessThan(2e-5);
      });
      await trainer.release();
    }
  });

  test('rows that are out may hold NaN, and change nothing (N1, G5, R3)', async () => {
    const beta = form === 'softmax' ? { gamma: 0.5, seed: 3 } : undefined;
    const features = waves(5 * 3, 4);
    const holes = Float32Array.from(features).fill(Number.NaN, 0, 3).fill(Infinity, 9, 12);
    const answers = { labels: [-1, 2, 1, 4, 3], rowWeights: [1, 1, 0.5, 0, 2] };
    const options = { features: 3, form, gate, beta, optimizer: sgd, weights: waves(21) };
    for (const chunk of [false, 3] as const) {
      const [whole, pierced] = [
        await createHeadTrainer(ort, { ...options, chunk }),
        await createHeadTrainer(ort, { ...options, chunk }),
      ];
      expect((await pierced.step({ ...answers, features: holes })).loss).toBe(
        (await whole.step({ ...answers, features })).loss,
      );
      expect(pierced.weights).toEqual(whole.weights);
      await Promise.all([whole.release(), pierced.release()]);
    }
  });

  test.each([false, 2] as const)(
    'a loss that is not finite moves nothing and is no step, in pieces of %s',
    async (chunk) => {
      const beta = form === 'softmax' ? 1 : undefined;
      const trainer = await createHeadTrainer(ort, {
        features: 2,
        form,
        gate,
        beta,
        chunk,
        optimizer: { name: 'adamw', rate: 0.1 },
      });
      await trainer.step({ features: waves(4), labels: [0, 1] });
      const before = trainer.checkpoint();
      const result = await trainer.step({ features: Float32Array.of(1, 2, 3, Number.NaN), labels: [0, 1] });
      expect(result).toEqual({ loss: Number.NaN, step: 1, rate: 0.1 });
      expect(trainer.checkpoint()).toEqual(before);
      await trainer.release();
    },
  );

  test('logits and predictions are those in double, in pieces or not', async () => {
    const [weights, bias, features] = [waves(7 * 3), waves(7, 50), waves(6 * 3, 9)];
    const exact = logitsInDouble(features, weights, bias);
    for (const chunk of [false, 3] as const) {
      const beta = form === 'softmax' ? 0 : undefined;
      const trainer = await createHeadTrainer(ort, {
        features: 3,
        form,
        gate,
        beta,
        optimizer: sgd,
        weights,
        bias,
        chunk,
      });
      const logits = await trainer.logits(features);
      expect(ratioToN4(logits, exact)).toBeLessThanOrEqual(1);
      const best = Array.from({ length: 6 }, (_, i) => {
        const row = [...exact.subarray(7 * i, 7 * (i + 1))];
        return row.indexOf(Math.max(...row));
      });
      expect([...(await trainer.predict(features))]).toEqual(best);
      expect((await trainer.logits(new Float32Array(0))).length).toBe(0);
      expect((await trainer.predict(new Float32Array(0))).length).toBe(0);
      await trainer.release();
    }
  });
});

test.each([1, 2])(
  'a NaN that hides behind excluded entries of the first piece moves nothing, in pieces of %i',
  async (chunk) => {
    const hiding = createGate([1, 1, 5], { threshold: 2 });
    const trainer = await createHeadTrainer(ort, { features: 2, form: 'sigmoid', gate: hiding, optimizer: sgd, chunk });
    const before = trainer.checkpoint();
    expect((await trainer.step({ features: Float32Array.of(1, Number.NaN), labels: [2] })).loss).toBeNaN();
    expect(trainer.checkpoint()).toEqual(before);
  },
);

test.each([
  ['NaN behind entries that are all excluded', [1, 1, 1], { labels: [3], foreground: [1] }, Number.NaN],
  ['Infinity that makes every logit right', [5, 1, 5], { labels: [3] }, -Infinity],
])('a step with %s is not taken', async (_, counts, answers, feature) => {
  const weights = Float32Array.of(1, 2, 3);
  for (const chunk of [false, 1] as const) {
    const options = {
      features: 1,
      form: 'sigmoid',
      gate: createGate(counts, { threshold: 2 }),
      optimizer: sgd,
    } as const;
    const trainer = await createHeadTrainer(ort, { ...options, weights, chunk });
    const before = trainer.checkpoint();
    expect((await trainer.step({ features: Float32Array.of(feature), ...answers })).loss).toBeNaN();
    expect(trainer.checkpoint()).toEqual(before);
  }
});

test.each([false, 1, 2] as const)('of equal logits the first is predicted, in pieces of %s', async (chunk) => {
  const trainer = await createHeadTrainer(ort, { features: 1, form: 'sigmoid', gate, optimizer: sgd, chunk });
  trainer.bias.set([0, 1, 1, 0, 1], 0);
  expect([...(await trainer.predict(Float32Array.of(5, 6)))]).toEqual([1, 1]);
});

test.each([false, 1] as const)('a target that single precision rounds to 0 is one, in pieces of %s', async (chunk) => {
  const gate = createGate([5, 1], { threshold: 2 });
  const options = { features: 1, form: 'softmax', gate, beta: 1, optimizer: sgd, chunk } as const;
  const trainer = await createHeadTrainer(ort, { ...options, bias: Float32Array.of(0, Number.NaN) });
  const stepOn = (target: number) => trainer.step({ features: Float32Array.of(1), targets: [0.5, target] });
  expect((await stepOn(0)).loss).toBe(0);
  expect((await stepOn(1e-50)).loss).toBeNaN();
});

test.each([false, 3, 4] as const)('β is drawn by the step, row and class, in pieces of %s (X5)', async (chunk) => {
  const beta = { gamma: 0.6, seed: 2 ** 40 + 5 };
  const trainer = await createHeadTrainer(ort, { features: 3, form: 'softmax', gate, beta, optimizer: sgd, chunk });
  const soft = Float64Array.from({ length: 4 * 7 }, (_, k) => (k % 5) / 10);
  for (let step = 0; step < 6; step++) {
    const [weights, bias] = [Float64Array.from(trainer.weights), Float64Array.from(trainer.bias)];
    const answers = step % 2 ? { labels: [1, -1, 5, 2] } : { targets: soft };
    const batch = { features: waves(12, step), ...answers };
    const drawn = drawBeta({ ...beta, step, rows: 4, classes: 7 });
    const exact = referenceOf('softmax', gate, { ...batch, beta: drawn }, weights, bias);
    const { loss } = await trainer.step(batch);
    expect(ratioToN4([loss], [exact.loss])).toBeLessThanOrEqual(1);
    expectGradients(
      Float64Array.from(weights, (w, k) => w - trainer.weights[k]),
      exact.weights,
      1,
    );
  }
  await trainer.release();
});

const edges: readonly [string, Form, number | undefined, readonly number[], readonly number[]][] = [
  ['logits of 1e4', 'softmax', 0.9, [1e4, -1e4, 9999, 1e4, 0, -1e4, 9998], [0, 1, 6]],
  ['excluded maxima', 'softmax', 1, [0, 1e4, 1, 88.8, -3, 104, 9e3], [0, 1, 6]],
  ['a label far below', 'softmax', 0.5, [500, 0, 0, 0, 0, 0, 0], [6, 1, 0]],
  ['pieces with nothing but the label', 'softmax', 1, [0, 1, 0, 2, 0, 3, 4], [5, 3, 6]],
  ['logits of 1e4', 'sigmoid', undefined, [1e4, -1e4, 9999, 1e4, 0, -1e4, 9998], [0, 1, 7]],
];
test.each(edges)('%s (%s) are the same in pieces of every size', async (_, form, beta, bias, labels) => {
  const features = Float32Array.of(1, 2, 3);
  const options = { features: 1, form, gate, beta, weights: new Float32Array(7), bias: Float32Array.from(bias) };
  const targets = Float32Array.from({ length: 21 }, (_, k) => (k % 3) / 2);
  for (const answers of [{ labels }, { targets }]) {
    const batch = { features, ...answers, ...(beta !== undefined && { beta }) };
    const exact = referenceOf(form, gate, batch, options.weights, bias);
    for (const chunk of [false, 1, 2, 3, 5] as const) {
      const actual = await gradientOf({ ...options, chunk }, batch);
      expect(ratioToN4([actual.loss], [exact.loss])).toBeLessThanOrEqual(1);
      expectGradients(actual.weights, exact.weights, 4);
    }
  }
});

test('a sigmoid head starts with the prior bias, a softmax head with zeros (D5)', async () => {
  const bias = async (options: Partial<HeadTrainerOptions>) => {
    const base = { features: 2, form: 'sigmoid', gate, optimizer: sgd } as const;
    const trainer = await createHeadTrainer(ort, { ...base, ...options });
    expect([...trainer.weights]).toEqual(Array(14).fill(0));
    return [...trainer.bias];
  };
  const all = (value: number) => Array(7).fill(Math.fround(value));
  expect(await bias({})).toEqual(all(priorBias()));
  expect(await bias({ form: 'softmax', beta: 0.9 })).toEqual(all(0));
  expect(await bias({ priorBias: -2 })).toEqual(all(-2));
  expect(await bias({ bias: Float32Array.of(1, 2, 3, 4, 5, 6, 7) })).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('the rate follows the schedule', async () => {
  const schedule = { name: 'step', every: 2, factor: 0.5 } as const;
  const trainer = await createHeadTrainer(ort, { features: 1, form: 'sigmoid', gate, optimizer: sgd, schedule });
  const rates: number[] = [];
  for (let k = 0; k < 5; k++) rates.push((await trainer.step({ features: waves(1), labels: [0] })).rate);
  expect(rates).toEqual([1, 1, 0.5, 0.5, 0.25]);
  await trainer.release();
});

test('a batch without a row that counts is no step (R4)', async () => {
  const trainer = await createHeadTrainer(ort, {
    features: 1,
    form: 'sigmoid',
    gate,
    optimizer: { name: 'adamw', rate: 0.1 },
  });
  const before = trainer.checkpoint();
  const none = { features: new Float32Array(0), labels: [] };
  const out = { features: Float32Array.of(Number.NaN, 1), labels: [-1, 0], rowWeights: [1, 0] };
  for (const batch of [none, out]) expect(await trainer.step(batch)).toEqual({ loss: 0, step: 0, rate: 0.1 });
  expect(trainer.checkpoint()).toEqual(before);
});

function gateOf(classes: number): Gate {
  return createGate(
    Float64Array.from({ length: classes }, (_, j) => (j * 7) % 10),
    { threshold: 6 },
  );
}
test.each(forms)('%s: a large head is cut into pieces by itself, with the result of the whole', async (form) => {
  const wide = gateOf(9000);
  const beta = form === 'softmax' ? { gamma: 0.9, seed: 1 } : undefined;
  const options = { features: 8, form, gate: wide, beta, optimizer: sgd, weights: { seed: 2, deviation: 1 } };
  const batch = { features: waves(300 * 8), labels: Int32Array.from({ length: 300 }, (_, i) => (i * 613) % 9000) };
  const [cut, whole] = [
    await createHeadTrainer(ort, options),
    await createHeadTrainer(ort, { ...options, chunk: Infinity }),
  ];
  for (let step = 0; step < 3; step++) {
    const [a, b] = [await cut.step(batch), await whole.step(batch)];
    expect(ratioToN4([a.loss], [b.loss])).toBeLessThanOrEqual(1);
  }
  expect(ratioToN4(cut.weights, whole.weights)).toBeLessThanOrEqual(1);
  expect(ratioToN4(cut.bias, whole.bias)).toBeLessThanOrEqual(1);
  await Promise.all([cut.release(), whole.release()]);
});
