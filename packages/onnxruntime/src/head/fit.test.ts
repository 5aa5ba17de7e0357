import { createGate } from '@eqloss/core';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createHeadTrainer, restoreHeadTrainer } from './create.ts';
import type { FitData } from './data.ts';
import type { FitOptions, FitProgress } from './fit.ts';
import type { HeadTrainerOptions } from './options.ts';
import { shuffledRows } from './random.ts';
import { waves } from './testing.ts';

const gate = createGate([5, 1, 5], { threshold: 2 });
const options: HeadTrainerOptions = { features: 2, form: 'sigmoid', gate, optimizer: { name: 'sgd', rate: 0.5 } };
const rows = 10;
const data = { features: waves(2 * rows), labels: Array.from({ length: rows }, (_, i) => i % 4) };
const fit: FitOptions = { epochs: 3, batchSize: 4, seed: 1 };

test('every batch is a step on its rows of the order, and progress says which', async () => {
  const [fitted, stepped] = [await createHeadTrainer(ort, options), await createHeadTrainer(ort, options)];
  const seen: FitProgress[] = [];
  const result = await fitted.fit(data, { ...fit, onProgress: (progress) => seen.push(progress) });
  let meanLoss = Number.NaN;
  for (let epoch = 0; epoch < 3; epoch++) {
    const order = shuffledRows(rows, 1, epoch);
    const losses: number[] = [];
    for (let batch = 0; batch < 3; batch++) {
      const chosen = [...order.subarray(4 * batch, 4 * batch + 4)];
      const features = Float32Array.from(chosen.flatMap((row) => [...data.features.subarray(2 * row, 2 * row + 2)]));
      const { loss, step, rate } = await stepped.step({ features, labels: chosen.map((row) => data.labels[row]) });
      losses.push(loss);
      meanLoss = losses.reduce((sum, each) => sum + each, 0) / losses.length;
      expect(seen[3 * epoch + batch]).toEqual({
        step,
        rate,
        loss,
        meanLoss,
        epoch,
        epochs: 3,
        batch: batch + 1,
        batches: 3,
      });
    }
  }
  expect(seen.length).toBe(9);
  expect(result).toEqual({ step: 9, meanLoss });
  expect(fitted.checkpoint()).toEqual(stepped.checkpoint());
});

test('targets, weights and foreground are those of their rows, and a source of batches does the same', async () => {
  const targets = Float32Array.from({ length: 3 * rows }, (_, k) => (k % 4 === 0 ? 1 : (k % 3) / 4));
  const foreground = Array.from({ length: rows }, (_, i) => i % 2);
  const rowWeights = Array.from({ length: rows }, (_, i) => i / 4);
  const whole = { features: data.features, targets, foreground, rowWeights };
  const pick = <T extends ArrayLike<number>>(values: T, width: number, chosen: Int32Array) =>
    [...chosen].flatMap((row) => Array.from({ length: width }, (_, k) => values[row * width + k]));
  const source: FitData = {
    rows,
    batch: async (chosen) => ({
      features: Float32Array.from(pick(whole.features, 2, chosen)),
      targets: pick(targets, 3, chosen),
      foreground: pick(foreground, 1, chosen),
      rowWeights: pick(rowWeights, 1, chosen),
    }),
  };
  const checkpoints = await Promise.all(
    [whole, { ...whole, targets: Float64Array.from(targets) }, source].map(async (each) => {
      const trainer = await createHeadTrainer(ort, options);
      await trainer.fit(each, fit);
      return trainer.checkpoint();
    }),
  );
  expect(checkpoints[1]).toEqual(checkpoints[0]);
  expect(checkpoints[2]).toEqual(checkpoints[0]);
});

test('training lowers the loss', async () => {
  // Two clouds and background: class by the sign of the first feature.
  const features = Float32Array.from(waves(400), (x, k) => (k % 2 === 0 ? x + (k % 4 === 0 ? 2 : -2) : x));
  const labels = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0 : 2));
  for (const form of ['sigmoid', 'softmax'] as const) {
    const beta = form === 'softmax' ? { gamma: 0.9, seed: 1 } : undefined;
    const trainer = await createHeadTrainer(ort, { ...options, form, beta });
    await trainer.fit({ features, labels }, { epochs: 20, batchSize: 16, seed: 2 });
    expect([...(await trainer.predict(features))]).toEqual(labels);
    await trainer.release();
  }
});

test('a signal ends training before the next step, and the next fit goes on there', async () => {
  const [through, halted] = [await createHeadTrainer(ort, options), await createHeadTrainer(ort, options)];
  await through.fit(data, fit);
  const controller = new AbortController();
  const onProgress = ({ step }: FitProgress) => {
    if (step === 5) controller.abort(new Error('enough'));
  };
  await expect(halted.fit(data, { ...fit, signal: controller.signal, onProgress })).rejects.toThrow('enough');
  expect(halted.steps).toBe(5);
  for (const other of [{ seed: 2 }, { batchSize: 5 }]) {
    await expect(halted.fit(data, { ...fit, ...other })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  }
  await expect(halted.fit({ features: waves(2), labels: [0] }, fit)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  const restored = await restoreHeadTrainer(ort, halted.checkpoint());
  for (const trainer of [halted, restored]) {
    await trainer.fit(data, fit);
    expect(trainer.checkpoint()).toEqual(through.checkpoint());
  }
  const before = AbortSignal.abort(new Error('never'));
  await expect(through.fit(data, { ...fit, signal: before })).rejects.toThrow('never');
  expect(through.steps).toBe(9);
  await through.fit(data, { ...fit, seed: 5, restart: true });
  expect(through.steps).toBe(18);
});

test('checkpoints come as often as asked and at the end, and a failure to save ends training there', async () => {
  const at: number[] = [];
  const trainer = await createHeadTrainer(ort, options);
  await trainer.fit(data, { ...fit, checkpoint: { every: 4, save: () => at.push(trainer.steps) } });
  expect(at).toEqual([4, 8, 9]);

  const failing = await createHeadTrainer(ort, options);
  const save = () => {
    if (failing.steps === 8) throw new Error('the disk is full');
  };
  await expect(failing.fit(data, { ...fit, checkpoint: { every: 4, save } })).rejects.toThrow('the disk is full');
  expect(failing.steps).toBe(8);
  await failing.fit(data, fit);
  expect(failing.checkpoint()).toEqual(trainer.checkpoint());
});

test('a loss that is not finite ends training, or is skipped', async () => {
  const features = Float32Array.from(data.features).fill(Number.NaN, 6, 7);
  const trainer = await createHeadTrainer(ort, options);
  await expect(trainer.fit({ ...data, features }, fit)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/NaN/),
  });
  expect(trainer.weights.every(Number.isFinite)).toBe(true);
  const losses: number[] = [];
  const result = await trainer.fit(
    { ...data, features },
    {
      ...fit,
      restart: true,
      nonFinite: 'skip',
      onProgress: ({ loss, batch, meanLoss }) => {
        losses.push(loss);
        const finite = losses.slice(-batch).filter(Number.isFinite);
        if (finite.length === 0) expect(meanLoss).toBeNaN();
        else expect(meanLoss).toBeCloseTo(finite.reduce((sum, each) => sum + each, 0) / finite.length, 12);
      },
    },
  );
  expect(losses.filter(Number.isNaN).length).toBe(3);
  expect(result.meanLoss).toBeGreaterThan(0);
  expect(trainer.weights.every(Number.isFinite)).toBe(true);
});

test('batches that are skipped make no checkpoint again', async () => {
  const features = Float32Array.from(data.features).fill(Number.NaN, 6, 7);
  const trainer = await createHeadTrainer(ort, options);
  const steps: number[] = [];
  const checkpoint = { every: 1, save: () => steps.push(trainer.steps) };
  await trainer.fit({ ...data, features }, { ...fit, nonFinite: 'skip', checkpoint });
  expect(steps.at(-1)).toBe(trainer.steps); // the end, which is another place in the fit
  expect(new Set(steps).size).toBe(steps.length - 1);
});

test('no rows, no steps', async () => {
  const trainer = await createHeadTrainer(ort, options);
  expect(await trainer.fit({ features: new Float32Array(0), labels: [] }, fit)).toEqual({
    step: 0,
    meanLoss: Number.NaN,
  });
});

const bad: readonly [string, object, object][] = [
  ['UNSUPPORTED', data, { epochs: 0 }],
  ['UNSUPPORTED', data, { batchSize: 1.5 }],
  ['UNSUPPORTED', data, { seed: -1 }],
  ['UNSUPPORTED', data, { seed: undefined }],
  ['UNSUPPORTED', data, { nonFinite: 'ignore' }],
  ['UNSUPPORTED', data, { checkpoint: { every: 0, save: () => {} } }],
  ['UNSUPPORTED', data, { checkpoint: { every: 1 } }],
  ['UNSUPPORTED', data, { checkpoint: { every: 1, save: () => {}, path: 'head.ckpt' } }],
  ['UNSUPPORTED', data, { shuffle: false }],
  ['UNSUPPORTED', data, { onProgress: 'log' }],
  ['UNSUPPORTED', { rows: 3, batch: 5 }, {}],
  ['ROW_COUNT', { rows: -3, batch: () => data }, {}],
  ['ROW_COUNT', { ...data, features: waves(19) }, {}],
  ['ROW_COUNT', { ...data, labels: [0] }, {}],
  ['LABEL_RANGE', { ...data, labels: data.labels.map((label) => label + 1) }, {}],
  ['TARGET_RANGE', { features: waves(2), targets: [0, 2, 0] }, {}],
  ['DTYPE', { ...data, features: [...data.features] }, {}],
  ['UNSUPPORTED', { ...data, shuffle: true }, {}],
  ['UNSUPPORTED', { ...data, normalizer: 1 }, {}],
];
test.each(bad)('%s before the first step: %o, %o', async (code, given, change) => {
  const trainer = await createHeadTrainer(ort, options);
  await expect(trainer.fit(given as FitData, { ...fit, ...change })).rejects.toMatchObject({ name: 'EqlError', code });
  expect(trainer.steps).toBe(0);
});
