import '@tensorflow/tfjs-backend-wasm';
import { createGate, type Form, sigmoidEql, softmaxEql } from '@eqloss/core';
import { codeOf, forms, ratioToN4 } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileLoss } from './compile.ts';
import type { LossConfig } from './config.ts';
import { layersLoss } from './loss.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

const gate = createGate([1, 5, 9], { threshold: 2 });
const configs: Readonly<Record<Form, LossConfig>> = {
  sigmoid: { form: 'sigmoid', gate },
  softmax: { form: 'softmax', gate, beta: 0.9 },
};
const exactOf = { sigmoid: sigmoidEql, softmax: softmaxEql };
const rows = 12;
const features = 2;
const inputs = Float32Array.from({ length: rows * features }, (_, k) => Math.sin(5 * k));
const classes = Array.from({ length: rows }, (_, i) => (i * i) % 3);
const kernel = Float32Array.from({ length: features * 3 }, (_, k) => Math.cos(k));
const x = () => tf.tensor2d(inputs, [rows, features]);
const sparse = () => tf.tensor2d(classes, [rows, 1]);
const oneHot = () => tf.oneHot(tf.tensor1d(classes, 'int32'), 3).toFloat() as tf.Tensor2D;

/** Logits x W, and the loss's gradient with respect to W, in double. */
function exactStep(form: Form, rowWeights?: number[], fixedBeta = 0.9) {
  const logits = Float64Array.from({ length: rows * 3 }, (_, k) => {
    const [i, j] = [Math.floor(k / 3), k % 3];
    return inputs[2 * i] * kernel[j] + inputs[2 * i + 1] * kernel[3 + j];
  });
  const beta = form === 'softmax' ? fixedBeta : undefined;
  const { loss, gradient } = exactOf[form]({ gate, labels: classes, logits, shape: [rows, 3], rowWeights, beta });
  const stepped = Array.from(kernel, (w, k) => {
    let slope = 0;
    for (let i = 0; i < rows; i++) slope += inputs[2 * i + Math.floor(k / 3)] * gradient[3 * i + (k % 3)];
    return w - slope;
  });
  return { loss, stepped };
}

function linear(units = 3, activation?: 'softmax' | 'linear'): tf.Sequential {
  const layer = tf.layers.dense({ units, inputShape: [features], useBias: false, activation });
  const model = tf.sequential({ layers: [layer] });
  if (units === 3) model.setWeights([tf.tensor2d(kernel, [features, 3])]);
  return model;
}

describe.each(forms)('%s', (form) => {
  const config = configs[form];

  test.each([
    ['indices [rows]', 'sparse', () => tf.tensor1d(classes)],
    ['indices [rows, 1]', 'sparse', sparse],
    ['int32 indices', 'sparse', () => tf.tensor1d(classes, 'int32')],
    ['indices, unsaid', undefined, sparse],
    ['one-hot', 'one-hot', oneHot],
    ['one-hot, unsaid', undefined, oneHot],
  ] as const)('one step of fit() on %s is one step down the gradient of the mean', async (_, labels, y) => {
    const model = linear();
    compileLoss(model, { optimizer: tf.train.sgd(1), loss: { ...config, labels } });
    const { history } = await model.fit(x(), y(), { batchSize: rows, epochs: 1, verbose: 0 });
    const exact = exactStep(form);
    expect(ratioToN4(history.loss as number[], [exact.loss])).toBeLessThanOrEqual(1);
    expect(ratioToN4(model.getWeights()[0].dataSync(), exact.stepped)).toBeLessThanOrEqual(2);
  });

  test.each([
    ['indices, by compileLoss', true, sparse],
    ['one-hot, by model.compile', false, oneHot],
  ] as const)('classWeight weighs rows by their class: %s', async (_, ours, y) => {
    const classWeight = { 0: 3, 1: 0.5, 2: 1 };
    const model = linear();
    if (ours) compileLoss(model, { optimizer: tf.train.sgd(1), loss: config });
    else model.compile({ optimizer: tf.train.sgd(1), loss: layersLoss(config) });
    await model.fit(x(), y(), { batchSize: rows, epochs: 1, verbose: 0, classWeight });
    const byHand = exactStep(
      form,
      classes.map((c) => classWeight[c as 0 | 1 | 2]),
    );
    expect(ratioToN4(model.getWeights()[0].dataSync(), byHand.stepped)).toBeLessThanOrEqual(2);
  });

  test('validation data, a validation split, evaluate() and data sets see the same loss', async () => {
    const exact = exactStep(form).loss;
    const model = linear();
    compileLoss(model, { optimizer: tf.train.sgd(0), loss: config });
    const own = await model.fit(x(), sparse(), {
      batchSize: 5,
      epochs: 2,
      verbose: 0,
      validationData: [x(), sparse()],
    });
    expect(ratioToN4(own.history.val_loss as number[], [exact, exact])).toBeLessThanOrEqual(1);
    expect(ratioToN4(own.history.loss as number[], [exact, exact])).toBeLessThanOrEqual(1);
    const split = await model.fit(x(), sparse(), { batchSize: 4, verbose: 0, validationSplit: 0.5, shuffle: false });
    const halves = [split.history.loss[0] as number, split.history.val_loss[0] as number];
    expect(ratioToN4([(halves[0] + halves[1]) / 2], [exact])).toBeLessThanOrEqual(1);
    const evaluated = model.evaluate(x(), sparse(), { batchSize: 7 }) as tf.Scalar;
    expect(ratioToN4(evaluated.dataSync(), [exact])).toBeLessThanOrEqual(1);
    for (const label of [(i: number) => [classes[i]], (i: number) => classes[i]]) {
      const list = classes.map((_, i) => ({ xs: [...inputs.slice(2 * i, 2 * i + 2)], ys: label(i) }));
      const dataset = tf.data.array(list).batch(5) as tf.data.Dataset<tf.TensorContainerObject>;
      const fitted = await model.fitDataset(dataset, { epochs: 1, verbose: 0, validationData: dataset });
      const logged = [fitted.history.loss[0] as number, fitted.history.val_loss[0] as number];
      expect(ratioToN4(logged, [exact, exact])).toBeLessThanOrEqual(1);
    }
  });

  test('compile, fit and dispose leave no tensor behind', async () => {
    const [xs, ys] = [x(), sparse()];
    const before = tf.memory().numTensors;
    const model = linear();
    compileLoss(model, { optimizer: 'adam', loss: config });
    await model.fit(xs, ys, { epochs: 3, batchSize: 5, verbose: 0, validationData: [xs, ys] });
    tf.dispose(model.evaluate(xs, ys));
    model.dispose();
    // What linear() sets the weights with.
    expect(tf.memory().numTensors - before).toBe(1);
  });
});

test.each(forms)('%s: a step of fit() on the wasm backend is the same', async (form) => {
  await tf.setBackend('wasm');
  const model = linear();
  compileLoss(model, { optimizer: tf.train.sgd(1), loss: configs[form] });
  const { history } = await model.fit(x(), sparse(), { batchSize: rows, verbose: 0, validationData: [x(), sparse()] });
  const exact = exactStep(form);
  expect(ratioToN4(history.loss as number[], [exact.loss])).toBeLessThanOrEqual(1);
  expect(ratioToN4(model.getWeights()[0].dataSync(), exact.stepped)).toBeLessThanOrEqual(2);
  await tf.setBackend('cpu');
});

test('validation does not disturb the draws of β', async () => {
  const train = async (validationData: [tf.Tensor, tf.Tensor] | undefined) => {
    const model = linear();
    const drawn: LossConfig = { form: 'softmax', gate, beta: { gamma: 0.5, seed: 3 } };
    const loss = compileLoss(model, { optimizer: tf.train.sgd(1), loss: drawn });
    await model.fit(x(), sparse(), { epochs: 3, batchSize: 4, shuffle: false, verbose: 0, validationData });
    expect(loss.step).toBe(9);
    return model.getWeights()[0].dataSync();
  };
  expect(await train([x(), sparse()])).toEqual(await train(undefined));
});

test('background and ignored labels go through fit()', async () => {
  const labels = classes.map((c, i) => (i % 4 === 0 ? 3 : i % 4 === 1 ? -1 : c));
  const model = linear();
  compileLoss(model, { optimizer: tf.train.sgd(0), loss: { ...configs.sigmoid, labels: 'sparse' } });
  const { history } = await model.fit(x(), tf.tensor1d(labels), { batchSize: rows, verbose: 0 });
  const logits = (model.predict(x()) as tf.Tensor).dataSync();
  const exact = sigmoidEql({ gate, labels, logits: Float32Array.from(logits), shape: [rows, 3] });
  expect(ratioToN4(history.loss as number[], [exact.loss])).toBeLessThanOrEqual(1);
});

test('classWeight has a weight for background and for ignored labels too', async () => {
  const labels = classes.map((c, i) => (i % 4 === 0 ? 3 : i % 4 === 1 ? -1 : c));
  const classWeight = { 0: 3, 1: 0.5, 2: 1, 3: 2, [-1]: 7 };
  const model = linear();
  compileLoss(model, { optimizer: tf.train.sgd(0), loss: configs.sigmoid });
  const { history } = await model.fit(x(), tf.tensor1d(labels), { batchSize: rows, verbose: 0, classWeight });
  const logits = Float32Array.from((model.predict(x()) as tf.Tensor).dataSync());
  const rowWeights = labels.map((label) => classWeight[label as -1]);
  const weighted = sigmoidEql({ gate, labels, logits, rowWeights, shape: [rows, 3] });
  const plain = sigmoidEql({ gate, labels, logits, shape: [rows, 3] });
  // What tfjs logs is weighted: it is what it minimizes.
  expect(ratioToN4(history.loss as number[], [weighted.loss])).toBeLessThanOrEqual(1);
  expect(weighted.loss).not.toBeCloseTo(plain.loss, 2);
});

test('trainOnBatch() takes steps, and leaves no tensor behind', async () => {
  const model = linear();
  const loss = compileLoss(model, {
    optimizer: tf.train.sgd(1),
    loss: { form: 'softmax', gate, beta: { gamma: 0, seed: 1 } },
  });
  const [xs, ys] = [x(), sparse()];
  const before = tf.memory().numTensors;
  expect(
    ratioToN4([(await model.trainOnBatch(xs, ys)) as number], [exactStep('softmax', undefined, 0).loss]),
  ).toBeLessThan(1);
  await model.trainOnBatch(xs, ys);
  expect(loss.step).toBe(2);
  expect(tf.memory().numTensors).toBe(before);
});

test('a model with inner positions takes a label for each', async () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 6, inputShape: [features] }), tf.layers.reshape({ targetShape: [2, 3] })],
  });
  compileLoss(model, { optimizer: tf.train.sgd(0), loss: configs.softmax });
  const labels = [...classes, ...classes];
  const { history } = await model.fit(x(), tf.tensor2d(labels, [rows, 2]), { batchSize: rows, verbose: 0 });
  const logits = Float32Array.from((model.predict(x()) as tf.Tensor).dataSync());
  const exact = softmaxEql({ gate, labels, logits, beta: 0.9, shape: [2 * rows, 3] });
  expect(ratioToN4(history.loss as number[], [exact.loss])).toBeLessThanOrEqual(1);
});

test('labels that do not go with the logits are refused in fit(), which can then go on', async () => {
  const model = linear();
  compileLoss(model, { optimizer: tf.train.sgd(1), loss: configs.sigmoid });
  await expect(model.fit(x(), tf.zeros([rows, 2]), { verbose: 0 })).rejects.toThrow(/^CLASS_COUNT/);
  await expect(model.fit(x(), tf.fill([rows, 1], 4), { verbose: 0 })).rejects.toThrow(/^LABEL_RANGE/);
  await model.fit(x(), sparse(), { verbose: 0 });
});

test("with labels: 'one-hot', tfjs still compares their shape itself, before it trains", async () => {
  const refuse = async (labels: LossConfig['labels']) => {
    const model = linear();
    compileLoss(model, { optimizer: 'sgd', loss: { ...configs.softmax, labels } });
    return model.fit(x(), tf.zeros([rows, 2]), { verbose: 0 }).then(
      () => 'trained',
      ({ message }: Error) => message,
    );
  };
  expect(await refuse('one-hot')).toMatch(/^target expected .* shape \[3\] .* shape \[2\]/);
  expect(await refuse(undefined)).toMatch(/^CLASS_COUNT/);
});

describe('what cannot train is refused before the model is touched', () => {
  const refuse = (model: tf.LayersModel, loss: LossConfig = configs.sigmoid, metrics?: string | string[]) => {
    const run = () => compileLoss(model, { optimizer: 'sgd', loss, metrics });
    const code = codeOf(run);
    expect(model.optimizer).toBeUndefined();
    expect(model.getUserDefinedMetadata()).toBeUndefined();
    expect(run).toThrow();
    return code;
  };
  const input = () => tf.input({ shape: [features] });
  const functional = (build: (z: tf.SymbolicTensor) => tf.SymbolicTensor) => {
    const given = input();
    return tf.model({ inputs: given, outputs: build(given) });
  };
  const dense = (units: number, activation?: 'sigmoid' | 'softmax' | 'relu') => tf.layers.dense({ units, activation });

  test('an activation, wherever it is the last to act', () => {
    expect(() => compileLoss(linear(3, 'softmax'), { optimizer: 'sgd', loss: configs.softmax })).toThrow(
      /^UNSUPPORTED: the last layer dense_\w+ \(Dense\) has the activation softmax; the loss takes logits. .*tf\.softmax/,
    );
    expect(refuse(linear(3, 'softmax'))).toBe('UNSUPPORTED');
    const behind = [
      tf.layers.softmax(),
      tf.layers.activation({ activation: 'sigmoid' }),
      tf.layers.leakyReLU(),
      tf.layers.timeDistributed({ layer: dense(3, 'relu') }),
      tf.layers.timeDistributed({ layer: tf.sequential({ layers: [linear(3, 'softmax')] }) }),
    ];
    for (const [k, layer] of behind.entries()) {
      const first = k >= 3 ? tf.layers.repeatVector({ n: 2 }) : tf.layers.dense({ units: 3 });
      expect(refuse(functional((z) => layer.apply(first.apply(z)) as tf.SymbolicTensor))).toBe('UNSUPPORTED');
    }
    const moved = tf.sequential({
      layers: [
        tf.layers.dense({ units: 6, inputShape: [features], activation: 'sigmoid' }),
        tf.layers.reshape({ targetShape: [2, 3] }),
      ],
    });
    expect(refuse(moved)).toBe('UNSUPPORTED');
    const nested = tf.sequential({ layers: [linear(3, 'softmax')] });
    expect(refuse(nested)).toBe('UNSUPPORTED');
    const disturbed = [
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.gaussianNoise({ stddev: 1 }),
      tf.layers.gaussianDropout({ rate: 0.5 }),
      tf.layers.alphaDropout({ rate: 0.5 }),
      tf.layers.activation({ activation: 'linear' }),
      tf.sequential({ layers: [tf.layers.dropout({ rate: 0.5, inputShape: [3] })] }),
    ];
    for (const layer of disturbed) {
      expect(refuse(tf.sequential({ layers: [linear(3, 'softmax'), layer] }))).toBe('UNSUPPORTED');
      expect(refuse(functional((z) => layer.apply(dense(3, 'softmax').apply(z)) as tf.SymbolicTensor))).toBe(
        'UNSUPPORTED',
      );
    }
    const joined = functional((z) => {
      const parts = [dense(1), dense(2, 'sigmoid')].map((layer) => layer.apply(z) as tf.SymbolicTensor);
      return tf.layers.concatenate().apply(parts) as tf.SymbolicTensor;
    });
    expect(refuse(joined)).toBe('UNSUPPORTED');
  });

  test('linear ends of every kind pass', () => {
    const linearOn = (inputs: number) =>
      tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [inputs] })] });
    const joined = functional((z) => {
      const parts = [dense(1), dense(2)].map((layer) => layer.apply(z) as tf.SymbolicTensor);
      return tf.layers.concatenate().apply(parts) as tf.SymbolicTensor;
    });
    const models = [
      linear(3, 'linear'),
      tf.sequential({ layers: [linear()] }),
      joined,
      functional((z) => tf.layers.activation({ activation: 'linear' }).apply(dense(3).apply(z)) as tf.SymbolicTensor),
      functional((z) => dense(3).apply(dense(4, 'relu').apply(z)) as tf.SymbolicTensor),
      tf.sequential({ layers: [linear(), tf.layers.dropout({ rate: 0.5 })] }),
      tf.sequential({ layers: [linear(4, undefined), tf.layers.leakyReLU(), linearOn(4)] }),
      tf.sequential({
        layers: [
          tf.layers.repeatVector({ n: 2, inputShape: [features] }),
          tf.layers.timeDistributed({ layer: tf.sequential({ layers: [linear()] }) }),
        ],
      }),
    ];
    for (const model of models) {
      const loss = compileLoss(model, { optimizer: 'sgd', loss: configs.sigmoid });
      expect(loss.config).toMatchObject({ form: 'sigmoid' });
      expect(model.loss).toBe(loss);
    }
  });

  test('another number of units than the gate has classes', () => {
    expect(refuse(linear(2))).toBe('CLASS_COUNT');
    expect(() => compileLoss(linear(4), { optimizer: 'sgd', loss: configs.sigmoid })).toThrow(
      /^CLASS_COUNT: logits have 4 columns .* takes no background column/,
    );
    expect(refuse(linear(4), configs.softmax)).toBe('CLASS_COUNT');
  });

  test('a model of two outputs, or of none', () => {
    const given = input();
    const outputs = [3, 3].map((units) => dense(units).apply(given) as tf.SymbolicTensor);
    expect(refuse(tf.model({ inputs: given, outputs }))).toBe('UNSUPPORTED');
    expect(codeOf(() => compileLoss(tf.sequential(), { optimizer: 'sgd', loss: configs.sigmoid }))).toBe('UNSUPPORTED');
  });

  test('metrics whose names mean something else for this loss', () => {
    expect(refuse(linear(), configs.sigmoid, 'accuracy')).toBe('UNSUPPORTED');
    expect(refuse(linear(), { ...configs.sigmoid, labels: 'sparse' }, ['acc'])).toBe('UNSUPPORTED');
    expect(refuse(linear(), { ...configs.sigmoid, labels: 'one-hot' }, 'crossentropy')).toBe('UNSUPPORTED');
    const loss: LossConfig = { ...configs.sigmoid, labels: 'one-hot' };
    expect(refuse(linear(), configs.sigmoid, 'categoricalAccuracy')).toBe('UNSUPPORTED');
    expect(refuse(linear(), loss, 'precision')).toBe('UNSUPPORTED');
    const one: LossConfig = { form: 'sigmoid', gate: createGate([1], { threshold: 0 }), labels: 'one-hot' };
    expect(refuse(linear(1), one, 'accuracy')).toBe('UNSUPPORTED');
    compileLoss(linear(), { optimizer: 'sgd', loss, metrics: ['accuracy'] });
    compileLoss(linear(), { optimizer: 'sgd', loss: configs.sigmoid, metrics: tf.metrics.sparseCategoricalAccuracy });
  });

  test('no optimizer, no options, no model', () => {
    const bad: unknown[] = [undefined, null, [], { loss: configs.sigmoid }, { loss: configs.sigmoid, optimizer: {} }];
    bad.push({ optimizer: 'sgd' }, { loss: configs.sigmoid, optimizer: null });
    for (const options of bad) {
      const model = linear();
      expect(codeOf(() => compileLoss(model, options as Parameters<typeof compileLoss>[1]))).toBe('UNSUPPORTED');
      expect(model.optimizer).toBeUndefined();
      expect(model.getUserDefinedMetadata()).toBeUndefined();
    }
    const options = { optimizer: 'sgd', loss: configs.sigmoid };
    for (const model of [undefined, null, 5, {}]) {
      expect(codeOf(() => compileLoss(model as unknown as tf.LayersModel, options))).toBe('UNSUPPORTED');
    }
  });

  test('an unknown option', () => {
    const options = { optimizer: 'sgd', loss: configs.sigmoid, sampleWeight: 1 };
    expect(codeOf(() => compileLoss(linear(), options))).toBe('UNSUPPORTED');
  });
});

test('a model of several outputs takes the loss for one of them', async () => {
  const given = tf.input({ shape: [features] });
  const outputs = ['classes', 'boxes'].map(
    (name) => tf.layers.dense({ units: 3, name }).apply(given) as tf.SymbolicTensor,
  );
  const model = tf.model({ inputs: given, outputs });
  const loss = { classes: layersLoss(configs.softmax), boxes: tf.metrics.meanSquaredError };
  model.compile({ optimizer: tf.train.sgd(0.1), loss });
  const { history } = await model.fit(x(), [oneHot(), tf.zeros([rows, 3])], { epochs: 5, verbose: 0 });
  expect(history.classes_loss[4]).toBeLessThan(history.classes_loss[0] as number);
});
