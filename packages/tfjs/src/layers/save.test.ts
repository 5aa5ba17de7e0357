import { createGate } from '@eqloss/core';
import { codeOf } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { compileLoss } from './compile.ts';
import type { LossConfig } from './config.ts';
import { layersLoss } from './loss.ts';
import { groupRecall } from './recall.ts';
import { restoreLoss, saveLossConfig } from './save.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));
// tfjs warns of the loss that it lost.
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
afterEach(() => void vi.restoreAllMocks());

const gate = createGate([1, 5, 9], { threshold: 2 });
const configs: readonly [string, LossConfig][] = [
  ['sigmoid', { form: 'sigmoid', gate }],
  ['softmax, one-hot', { form: 'softmax', gate, beta: 0.9, labels: 'one-hot' }],
  ['softmax, β for each class', { form: 'softmax', gate, beta: [0.1, 0.2, 1 / 3], labels: 'sparse' }],
  ['softmax, drawn β', { form: 'softmax', gate, beta: { gamma: 0.5, seed: 2 ** 53 - 1 } }],
];
const rows = 10;
const x = tf.tensor2d(
  Float32Array.from({ length: rows * 2 }, (_, k) => Math.sin(5 * k)),
  [rows, 2],
);
const classes = Array.from({ length: rows }, (_, i) => (i * i) % 3);
const labelsOf = ({ labels }: LossConfig): tf.Tensor =>
  labels === 'one-hot' ? tf.oneHot(tf.tensor1d(classes, 'int32'), 3).toFloat() : tf.tensor1d(classes);

function linear(): tf.LayersModel {
  const seeded = tf.initializers.glorotNormal({ seed: 5 });
  return tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer: seeded })] });
}

function fit(model: tf.LayersModel, config: LossConfig, epochs = 3) {
  return model.fit(x, labelsOf(config), { batchSize: 4, epochs, shuffle: false, verbose: 0 });
}

/** Through the bytes and the JSON of a file. */
async function reload(model: tf.LayersModel, includeOptimizer: boolean): Promise<tf.LayersModel> {
  let file: tf.io.ModelArtifacts = {};
  const handler = tf.io.withSaveHandler(async ({ weightData, ...artifacts }) => {
    file = { ...JSON.parse(JSON.stringify(artifacts)), weightData };
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(handler, { includeOptimizer });
  return tf.loadLayersModel(tf.io.fromMemory(file));
}

const state = (model: tf.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

describe.each(configs)('%s', (_, config) => {
  test('training with momentum goes on bit for bit as without the save', async () => {
    const model = linear();
    const loss = compileLoss(model, { optimizer: tf.train.momentum(0.1, 0.9), loss: config });
    await fit(model, config);
    const loaded = await reload(model, true);
    await expect(fit(loaded, config)).rejects.toThrow();
    const restored = restoreLoss(loaded);
    expect(restored.step).toBe(loss.step);
    const [gone, on] = [await fit(model, config), await fit(loaded, config)];
    expect(on.history).toEqual(gone.history);
    expect(state(loaded)).toEqual(state(model));
    expect(restored.config).toEqual(loss.config);
  });

  test('without the optimizer, the loss is the same and another optimizer goes on', async () => {
    const model = linear();
    const loss = compileLoss(model, { optimizer: tf.train.sgd(0.1), loss: config });
    await fit(model, config);
    const loaded = await reload(model, false);
    expect(() => restoreLoss(loaded)).toThrow(/^UNSUPPORTED: .*without an optimizer/);
    const restored = restoreLoss(loaded, { optimizer: tf.train.sgd(0.1) });
    expect(restored.config).toEqual(loss.config);
    const losses = [model, loaded].map((m) => (m.evaluate(x, labelsOf(config)) as tf.Scalar).dataSync()[0]);
    expect(losses[1]).toBe(losses[0]);
    await fit(model, config);
    await fit(loaded, config);
    expect(state(loaded)).toEqual(state(model));
  });
});

test('Adam goes on with its moments', async () => {
  const config = configs[3][1];
  const model = linear();
  compileLoss(model, { optimizer: 'adam', loss: config });
  await fit(model, config, 20);
  saveLossConfig(model);
  const loaded = await reload(model, true);
  restoreLoss(loaded);
  const fresh = await reload(model, false);
  restoreLoss(fresh, { optimizer: 'adam' });
  for (const m of [model, loaded, fresh]) await fit(m, config, 2);
  const distance = (m: tf.LayersModel) =>
    Math.max(
      ...state(m)
        .flat()
        .map((w, k) => Math.abs(w - state(model).flat()[k])),
    );
  // After loading tfjs makes powers of β1 and β2, where it had multiplied: the last place may differ.
  expect(distance(loaded)).toBeLessThan(1e-6);
  expect(distance(fresh)).toBeGreaterThan(1e-4);
});

describe('the step of a saved model is that of the moment when it is saved', () => {
  const config = configs[3][1];
  const stepOf = (metadata: object | undefined) =>
    (metadata as { eqloss: { beta: { step: number } } }).eqloss.beta.step;

  test('in each of several saves, also when what was saved is kept as it is', async () => {
    const model = linear();
    const loss = compileLoss(model, { optimizer: 'sgd', loss: config });
    const kept: tf.io.ModelArtifacts[] = [];
    const handler = tf.io.withSaveHandler(async (artifacts) => {
      kept.push(artifacts);
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    });
    for (let epochs = 1; epochs <= 3; epochs++) {
      await fit(model, config, 1);
      await model.save(handler);
    }
    expect(kept.map(({ userDefinedMetadata }) => stepOf(userDefinedMetadata))).toEqual([3, 6, 9]);
    expect(loss.step).toBe(9);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(kept[1]));
    expect(restoreLoss(loaded, { optimizer: 'sgd' }).step).toBe(6);
  });

  test('when a model compiled by hand was given its config once, before training', async () => {
    const model = linear();
    model.compile({ optimizer: 'sgd', loss: layersLoss({ ...config, labels: 'one-hot' }) });
    saveLossConfig(model);
    await fit(model, { ...config, labels: 'one-hot' }, 2);
    expect(restoreLoss(await reload(model, false), { optimizer: 'sgd' }).step).toBe(6);
  });

  test('when the metadata were written anew in between, or the model was restored', async () => {
    const model = linear();
    compileLoss(model, { optimizer: 'sgd', loss: config });
    model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), author: 'somebody' });
    await fit(model, config, 1);
    const loaded = await reload(model, true);
    restoreLoss(loaded);
    await fit(loaded, config, 1);
    expect(stepOf(loaded.getUserDefinedMetadata())).toBe(6);
    expect(loaded.getUserDefinedMetadata()).toMatchObject({ author: 'somebody' });
    expect(restoreLoss(loaded).step).toBe(6);
    loaded.setUserDefinedMetadata({ author: 'somebody' });
    expect(loaded.getUserDefinedMetadata()).toEqual({ author: 'somebody' });
  });

  test('and of another loss than the one that runs, as it was written', () => {
    const model = linear();
    compileLoss(model, { optimizer: 'sgd', loss: config });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    expect(stepOf(model.getUserDefinedMetadata())).toBe(0);
    compileLoss(model, { optimizer: 'sgd', loss: { form: 'softmax', gate, beta: { gamma: 0.5, seed: 1, step: 4 } } });
    expect(stepOf(model.getUserDefinedMetadata())).toBe(4);
    compileLoss(model, { optimizer: 'sgd', loss: configs[0][1] });
    expect(model.getUserDefinedMetadata()).not.toHaveProperty('eqloss.beta');
  });
});

test('metadata are merged, and written anew with the step where training stands', async () => {
  const model = linear();
  model.setUserDefinedMetadata({ author: 'somebody', eqloss: 'old' });
  const config: LossConfig = { form: 'softmax', gate, beta: { gamma: 0.9, seed: 1, step: 100 } };
  compileLoss(model, { optimizer: 'sgd', loss: config });
  await fit(model, config, 1);
  saveLossConfig(model, config);
  expect(model.getUserDefinedMetadata()).toEqual({
    author: 'somebody',
    eqloss: {
      version: 1,
      form: 'softmax',
      gate: { classes: 3, threshold: 2, tail: '1' },
      beta: { gamma: 0.9, seed: 1, step: 103 },
    },
  });
  saveLossConfig(model, { ...config, beta: { gamma: 0.9, seed: 2, step: 5 } });
  expect(restoreLoss(model, { optimizer: 'sgd' }).step).toBe(5);
});

test('any gate and β comes back exactly, through JSON', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const anyGate = fc
    .record({
      tail: fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 70 }),
      threshold: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    })
    .map(({ tail, threshold }) => ({ classes: tail.length, threshold: threshold + 0, tail: Uint8Array.from(tail) }));
  fc.assert(
    fc.property(anyGate, unit, fc.boolean(), (any, value, isList) => {
      const beta = isList ? Array.from(any.tail, () => value + 0) : value + 0;
      const config: LossConfig = { form: 'softmax', gate: any, beta, labels: 'sparse' };
      const layer = tf.layers.dense({ units: any.classes, inputShape: [1] });
      const model = tf.sequential({ layers: [layer] });
      saveLossConfig(model, config);
      model.setUserDefinedMetadata(JSON.parse(JSON.stringify(model.getUserDefinedMetadata())));
      expect(restoreLoss(model, { optimizer: 'sgd' }).config).toEqual(config);
      model.dispose();
    }),
  );
});

test('a model compiled with functions as metrics can be loaded with its optimizer', async () => {
  const [, config] = configs[1];
  const recall = groupRecall({ groups: { tail: gate.tail } });
  const metrics = ['accuracy', ...recall.metrics];
  const model = linear();
  compileLoss(model, { optimizer: 'sgd', loss: config, metrics });
  const byHand = linear();
  byHand.compile({ optimizer: 'sgd', loss: layersLoss(config), metrics });
  saveLossConfig(byHand);
  for (const m of [model, byHand]) {
    const loaded = await reload(m, true);
    restoreLoss(loaded);
    expect(loaded.metricsNames).toEqual(['loss', 'acc']);
    restoreLoss(loaded, { metrics });
    expect(loaded.metricsNames).toEqual(['loss', 'acc', 'tailHits', 'tailRows']);
    const { history } = await fit(m, config, 1);
    expect(Object.keys(history)).toEqual(['loss', 'acc', 'tailHits', 'tailRows']);
  }
});

test('a model without a loss of ours, or without metadata, says what to do', () => {
  const model = linear();
  expect(() => restoreLoss(model, { optimizer: 'sgd' })).toThrow(/^UNSUPPORTED: .*call saveLossConfig before/);
  expect(codeOf(() => saveLossConfig(model))).toBe('UNSUPPORTED');
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  expect(codeOf(() => saveLossConfig(model))).toBe('UNSUPPORTED');
  expect(codeOf(() => saveLossConfig(model, { form: 'softmax', gate } as unknown as LossConfig))).toBe('BETA_RANGE');
  const activated = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: 'softmax' })] });
  expect(codeOf(() => saveLossConfig(activated, configs[0][1]))).toBe('UNSUPPORTED');
  expect(model.getUserDefinedMetadata()).toBeUndefined();
  expect(codeOf(() => restoreLoss(model, { optimiser: 'sgd' } as object))).toBe('UNSUPPORTED');
  const nothing = undefined as unknown as tf.LayersModel;
  expect(codeOf(() => restoreLoss(nothing))).toBe('UNSUPPORTED');
  expect(codeOf(() => saveLossConfig(nothing))).toBe('UNSUPPORTED');
  expect(codeOf(() => saveLossConfig(nothing, configs[0][1]))).toBe('UNSUPPORTED');
  expect(codeOf(() => restoreLoss(model, [] as object))).toBe('UNSUPPORTED');
});

const whole = {
  version: 1,
  form: 'softmax',
  gate: { classes: 3, threshold: 2, tail: '1' },
  beta: { gamma: 0.9, seed: 1, step: 103 },
};
const tampered: [string, unknown, string][] = [
  ['a string', 'softmax', 'UNSUPPORTED'],
  ['null', null, 'UNSUPPORTED'],
  ['a list', [whole], 'UNSUPPORTED'],
  ['another version', { ...whole, version: 2 }, 'UNSUPPORTED'],
  ['an unknown key', { ...whole, gates: [] }, 'UNSUPPORTED'],
  ['an unknown form', { ...whole, form: 'hinge' }, 'UNSUPPORTED'],
  ['no gate', { ...whole, gate: undefined }, 'UNSUPPORTED'],
  ['a gate of no class', { ...whole, gate: { classes: 0, threshold: 2, tail: '' } }, 'UNSUPPORTED'],
  ['a gate of half a class', { ...whole, gate: { classes: 2.5, threshold: 2, tail: '1' } }, 'UNSUPPORTED'],
  ['a gate of other classes', { ...whole, gate: { classes: 9, threshold: 2, tail: '111' } }, 'CLASS_COUNT'],
  ['a negative λ', { ...whole, gate: { classes: 3, threshold: -2, tail: '1' } }, 'UNSUPPORTED'],
  ['λ as text', { ...whole, gate: { classes: 3, threshold: '2', tail: '1' } }, 'UNSUPPORTED'],
  ['a tail too long', { ...whole, gate: { classes: 3, threshold: 2, tail: '10' } }, 'UNSUPPORTED'],
  ['a tail beyond the classes', { ...whole, gate: { classes: 3, threshold: 2, tail: '8' } }, 'UNSUPPORTED'],
  ['a tail that is no number', { ...whole, gate: { classes: 3, threshold: 2, tail: 'x' } }, 'UNSUPPORTED'],
  ['no β', { ...whole, beta: undefined }, 'BETA_RANGE'],
  ['null for β', { ...whole, beta: null }, 'BETA_RANGE'],
  ['text for β', { ...whole, beta: '0.9' }, 'BETA_RANGE'],
  ['β out of range', { ...whole, beta: [0, 2, 0] }, 'BETA_RANGE'],
  ['draws without γ', { ...whole, beta: { seed: 1, step: 1 } }, 'BETA_RANGE'],
  ['a negative step', { ...whole, beta: { gamma: 0.9, seed: 1, step: -1 } }, 'BETA_RANGE'],
  ['β with the sigmoid form', { ...whole, form: 'sigmoid' }, 'UNSUPPORTED'],
  ['an unknown kind of label', { ...whole, labels: 'dense' }, 'UNSUPPORTED'],
];
test.each(tampered)('metadata with %s are refused', (_, eqloss, code) => {
  const model = linear();
  const kept = JSON.parse(JSON.stringify({ eqloss }));
  model.setUserDefinedMetadata(kept);
  expect(codeOf(() => restoreLoss(model, { optimizer: 'sgd' }))).toBe(code);
  expect(model.optimizer).toBeUndefined();
  model.setUserDefinedMetadata(JSON.parse(JSON.stringify({ eqloss: whole })));
  expect(restoreLoss(model, { optimizer: 'sgd' }).step).toBe(103);
});

test('restoring leaves no tensor behind beyond those that tfjs leaves when it saves and loads', async () => {
  const config = configs[3][1];
  const [y, targets] = [labelsOf(config), tf.zeros([rows, 3])];
  const leaks = async (
    labels: tf.Tensor,
    compile: (model: tf.LayersModel, optimizer: tf.Optimizer) => unknown,
    afterLoading: (model: tf.LayersModel) => unknown,
  ) => {
    const before = tf.memory().numTensors;
    const model = linear();
    compile(model, tf.train.momentum(0.1, 0.9));
    await model.fit(x, labels, { verbose: 0 });
    const loaded = await reload(model, true);
    afterLoading(loaded);
    await loaded.fit(x, labels, { verbose: 0 });
    for (const m of [model, loaded]) {
      const used = m.optimizer;
      m.dispose();
      used.dispose();
    }
    return tf.memory().numTensors - before;
  };
  const plain = await leaks(
    targets,
    (model, optimizer) => model.compile({ optimizer, loss: 'meanSquaredError' }),
    () => {},
  );
  const ours = await leaks(y, (model, optimizer) => compileLoss(model, { optimizer, loss: config }), restoreLoss);
  expect(ours).toBe(plain);
});
