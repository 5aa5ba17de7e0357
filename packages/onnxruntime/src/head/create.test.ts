import { createGate, EqlError } from '@eqloss/core';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import type { Ort } from '../ort.ts';
import type { HeadBatch } from './batch.ts';
import { createHeadTrainer } from './create.ts';
import type { HeadTrainerOptions } from './options.ts';
import { waves } from './testing.ts';

const gate = createGate([5, 1, 5], { threshold: 2 });
const options = { features: 2, form: 'sigmoid', gate, optimizer: { name: 'sgd', rate: 0.5 } } as const;
const softmax = { ...options, form: 'softmax', beta: 0.9 } as const;
const batch = { features: waves(6), labels: [0, 1, 2] };

/** The real runtime, counting what is made of it. */
function counting(fail?: (created: number) => void) {
  const count = { created: 0, released: 0, running: 0, tensors: 0, options: undefined as unknown };
  const Tensor = new Proxy(ort.Tensor, {
    construct: (tensor, args) => {
      count.tensors++;
      return Reflect.construct(tensor, args);
    },
  });
  const InferenceSession: Ort['InferenceSession'] = {
    create: async (model, given) => {
      fail?.(count.created);
      count.created++;
      count.options = given;
      const session = await ort.InferenceSession.create(model, given as object);
      return {
        run: async (feeds) => {
          count.running++;
          expect(count.running).toBe(1);
          const results = await session.run(feeds);
          count.running--;
          return results as never;
        },
        release: async () => {
          expect(count.running).toBe(0);
          count.released++;
          await session.release();
        },
      };
    },
  };
  return { count, ort: { InferenceSession, Tensor } as unknown as Ort };
}

test('sessions are made when first needed, kept, and released once, after the steps under way', async () => {
  const { count, ort: counted } = counting();
  const trainer = await createHeadTrainer(counted, { ...softmax, chunk: 2 });
  expect(count.created).toBe(0);
  const targets = [0.5, 0.5, 0, 1, 0, 0, 0, 0, 1];
  for (let k = 0; k < 2; k++) {
    await trainer.step(batch);
    await trainer.step({ features: batch.features, targets });
    await trainer.logits(batch.features);
    await trainer.predict(batch.features);
  }
  expect(count.created).toBe(5);
  const underWay = [trainer.step(batch), trainer.step(batch), trainer.logits(batch.features)];
  await Promise.all([trainer.release(), trainer.release()]);
  await trainer.release();
  expect((await underWay[0]) as object).toMatchObject({ step: 5 });
  expect((await underWay[1]) as object).toMatchObject({ step: 6 });
  expect(((await underWay[2]) as Float32Array).length).toBe(9);
  expect(count).toMatchObject({ created: 5, released: 5, running: 0 });
  const late = [
    trainer.step(batch),
    trainer.fit(batch, { epochs: 1, batchSize: 1, seed: 1 }),
    trainer.logits(batch.features),
    trainer.predict(batch.features),
    (async () => trainer.checkpoint())(),
    (async () => trainer.exportHead())(),
  ];
  for (const each of late) await expect(each).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(count.created).toBe(5);
});

test('a fit that is under way at release ends with DISPOSED, and everything is free', async () => {
  const { count, ort: counted } = counting();
  const trainer = await createHeadTrainer(counted, options);
  let released: Promise<void> | undefined;
  const onProgress = ({ step }: { step: number }): void => {
    if (step === 2) released = trainer.release();
  };
  const fit = trainer.fit(batch, { epochs: 5, batchSize: 1, seed: 1, onProgress });
  await expect(fit).rejects.toMatchObject({ code: 'DISPOSED' });
  await released;
  expect(count).toMatchObject({ created: 1, released: 1 });
});

test('steps that overlap are done in order, each after the one before', async () => {
  const [overlapping, waiting] = [await createHeadTrainer(ort, softmax), await createHeadTrainer(ort, softmax)];
  const all = await Promise.all([1, 2, 3].map((k) => overlapping.step({ ...batch, features: waves(6, k) })));
  for (let k = 1; k <= 3; k++) expect(await waiting.step({ ...batch, features: waves(6, k) })).toEqual(all[k - 1]);
  expect(overlapping.checkpoint()).toEqual(waiting.checkpoint());
});

test('while a step is under way there is no checkpoint and no model; while a fit is, no other step', async () => {
  const trainer = await createHeadTrainer(ort, options);
  const step = trainer.step(batch);
  expect(() => trainer.checkpoint()).toThrow(EqlError);
  expect(() => trainer.exportHead()).toThrow(/await/);
  await step;
  trainer.checkpoint();
  const fit = trainer.fit(batch, { epochs: 1, batchSize: 1, seed: 1 });
  await expect(trainer.step(batch)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  await expect(trainer.fit(batch, { epochs: 1, batchSize: 1, seed: 1 })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  await fit;
  expect(trainer.steps).toBe(4);
});

test('a runtime that fails leaves a trainer that can go on', async () => {
  const { ort: failing } = counting((created) => {
    if (created === 0 && attempts++ === 0) throw new Error('no such device');
  });
  let attempts = 0;
  const trainer = await createHeadTrainer(failing, options);
  await expect(trainer.step(batch)).rejects.toThrow('no such device');
  expect((await trainer.step(batch)).step).toBe(1);
  trainer.checkpoint();
  await trainer.release();
});

test('weights and bias are the memory that is trained', async () => {
  const trainer = await createHeadTrainer(ort, options);
  trainer.weights.fill(2);
  trainer.bias.fill(1);
  expect([...(await trainer.logits(Float32Array.of(1, 2)))]).toEqual([7, 7, 7]);
  await trainer.step(batch);
  expect(trainer.weights.some((w) => w !== 2)).toBe(true);
  expect(trainer.weights.buffer).toBe(trainer.bias.buffer);
});

test('options reach the runtime, and none that is undefined', async () => {
  const { count, ort: counted } = counting();
  const trainer = await createHeadTrainer(counted, {
    ...options,
    executionProviders: ['cpu'],
    sessionOptions: { enableProfiling: undefined },
  });
  await trainer.step(batch);
  expect(count.options).toStrictEqual({ intraOpNumThreads: 1, logSeverityLevel: 3, executionProviders: ['cpu'] });
});

const refused: readonly [string, object][] = [
  ['UNSUPPORTED', { features: 0 }],
  ['UNSUPPORTED', { features: 1.5 }],
  ['CLASS_COUNT', { classes: 4 }],
  ['UNSUPPORTED', { form: 'focal' }],
  ['CLASS_COUNT', { gate: undefined }],
  ['UNSUPPORTED', { optimizer: undefined }],
  ['UNSUPPORTED', { schedule: 'cosine' }],
  ['UNSUPPORTED', { beta: 0.9 }],
  ['UNSUPPORTED', { beta: { gamma: 0.9, seed: 1 } }],
  ['BETA_RANGE', { form: 'softmax' }],
  ['BETA_RANGE', { form: 'softmax', beta: 2 }],
  ['BETA_RANGE', { form: 'softmax', beta: [0, 1, Number.NaN] }],
  ['BETA_RANGE', { form: 'softmax', beta: { gamma: 2, seed: 1 } }],
  ['BETA_RANGE', { form: 'softmax', beta: { gamma: 0.9, seed: -1 } }],
  ['BETA_RANGE', { form: 'softmax', beta: { gamma: 0.9 } }],
  ['CLASS_COUNT', { form: 'softmax', beta: [0, 1] }],
  ['CLASS_COUNT', { form: 'softmax', beta: [] }],
  ['CLASS_COUNT', { weights: new Float32Array(5) }],
  ['DTYPE', { weights: new Float64Array(6) }],
  ['UNSUPPORTED', { weights: { seed: 0.5, deviation: 1 } }],
  ['UNSUPPORTED', { weights: { seed: 1, deviation: -1 } }],
  ['CLASS_COUNT', { bias: new Float32Array(2) }],
  ['UNSUPPORTED', { bias: new Float32Array(3), priorBias: 1 }],
  ['UNSUPPORTED', { priorBias: Number.NaN }],
  ['UNSUPPORTED', { chunk: 0 }],
  ['UNSUPPORTED', { chunk: 2.5 }],
  ['UNSUPPORTED', { chunk: true }],
  ['UNSUPPORTED', { opset: 12 }],
  ['OUT_OF_MEMORY', { features: 2 ** 50 }],
  ['DTYPE', { weights: null }],
  ['DTYPE', { weights: 5 }],
  ['UNSUPPORTED', { weights: { seed: 1, deviation: 1, mean: 1 } }],
  ['UNSUPPORTED', { learningRate: 1 }],
  ['UNSUPPORTED', { optimizer: { name: 'sgd', rate: 1, nesterov: true } }],
  ['UNSUPPORTED', { optimizer: { name: 'adamw', rate: 1, momentum: 0.9 } }],
  ['UNSUPPORTED', { schedule: { name: 'constant', warmup: 3 } }],
  ['UNSUPPORTED', { schedule: { name: 'cosine', steps: 9, warmUp: 3 } }],
  ['UNSUPPORTED', { schedule: { name: 'step', every: 9, factor: 0.5, gamma: 0.1 } }],
];
test.each(refused)('%s: %o is refused before anything is made', async (code, change) => {
  const { count, ort: counted } = counting();
  const create = createHeadTrainer(counted, { ...options, ...change } as HeadTrainerOptions);
  await expect(create).rejects.toBeInstanceOf(EqlError);
  await expect(create).rejects.toMatchObject({ code });
  expect(count.created).toBe(0);
});

test.each([undefined, null, {}, { InferenceSession: ort.InferenceSession }])(
  'UNSUPPORTED: %o is no runtime',
  async (runtime) => {
    await expect(createHeadTrainer(runtime as never, options)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(createHeadTrainer(ort, runtime as never)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  },
);

const bad: readonly [string, HeadTrainerOptions, object][] = [
  ['DTYPE', options, { features: [1, 2, 3, 4, 5, 6] }],
  ['DTYPE', options, { features: new Float64Array(6) }],
  ['ROW_COUNT', options, { features: waves(5) }],
  ['ROW_COUNT', options, { features: waves(4) }],
  ['ROW_COUNT', options, { rowWeights: [1] }],
  ['LABEL_RANGE', options, { labels: [0, 4, 1] }],
  ['LABEL_RANGE', softmax, { labels: [0, 3, 1] }],
  ['TARGET_RANGE', options, { labels: undefined, targets: Array(9).fill(2) }],
  ['ROW_COUNT', options, { labels: undefined, targets: Array(6).fill(1) }],
  ['CLASS_COUNT', options, { labels: undefined, targets: [1] }],
  ['UNSUPPORTED', options, { labels: undefined }],
  ['UNSUPPORTED', options, { targets: Array(9).fill(1) }],
  ['FOREGROUND_RANGE', options, { foreground: [0, 1, 2] }],
  ['UNSUPPORTED', softmax, { foreground: [0, 1, 1] }],
  ['ROW_WEIGHT_RANGE', options, { rowWeights: [1, 1, -1] }],
  ['UNSUPPORTED', options, { rowWeights: [1, 1, 1e39] }],
  ['NORMALIZER_RANGE', options, { normalizer: 0 }],
  ['UNSUPPORTED', softmax, { beta: 0.5 }],
  ['UNSUPPORTED', options, { gate }],
  ['UNSUPPORTED', options, { learningRate: 1 }],
];
test.each(bad)('%s (case %#) is thrown before the engine is touched', async (code, given, change) => {
  const { count, ort: counted } = counting();
  const trainer = await createHeadTrainer(counted, given);
  const before = trainer.checkpoint();
  const step = trainer.step({ ...batch, ...change } as HeadBatch);
  await expect(step).rejects.toBeInstanceOf(EqlError);
  await expect(step).rejects.toMatchObject({ code });
  expect(count).toMatchObject({ created: 0, tensors: 0 });
  expect(trainer.checkpoint()).toEqual(before);
});

test.each([undefined, null, 'batch'])('UNSUPPORTED: step(%o) has no batch', async (none) => {
  const trainer = await createHeadTrainer(ort, options);
  await expect(trainer.step(none as never)).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
});
