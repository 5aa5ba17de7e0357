import { type Batch, createGate, drawBeta, type Form, type Gate, type LossResult } from '@eqloss/core';
import { codeOf, lossOf as exactOf, forms, ratioToN4 } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LossConfig } from './config.ts';
import { layersLoss } from './loss.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

const gate = createGate([1, 5, 9], { threshold: 2 });
const configs: Readonly<Record<Form, LossConfig>> = {
  sigmoid: { form: 'sigmoid', gate },
  softmax: { form: 'softmax', gate, beta: 0.9 },
};

describe.each(forms)('%s', (form) => {
  const rowsOf = (labels: fc.Arbitrary<number>) =>
    fc.array(
      fc.record({ label: labels, logits: fc.array(fc.integer({ min: -80, max: 80 }), { minLength: 3, maxLength: 3 }) }),
      { minLength: 1, maxLength: 6 },
    );
  const anyLabel = fc.integer({ min: -1, max: form === 'sigmoid' ? 3 : 2 });

  test('index labels: the mean is that of core over the rows that are not ignored, and so is its gradient (R1)', () => {
    const loss = layersLoss(configs[form]);
    fc.assert(
      fc.property(rowsOf(anyLabel), fc.boolean(), (rows, isColumn) => {
        const labels = rows.map(({ label }) => label);
        const logits = rows.flatMap((row) => row.logits.map((z) => z / 8));
        const exact = exactly(form, { gate, labels, logits: Float32Array.from(logits), shape: [rows.length, 3] });
        const yTrue = tf.tensor(labels, isColumn ? [rows.length, 1] : [rows.length], 'float32');
        const yPred = tf.tensor2d(logits, [rows.length, 3]);
        expect(loss(yTrue, yPred).shape).toEqual([rows.length]);
        const { value, grad } = tf.valueAndGrad((z: tf.Tensor) => tf.mean(loss(yTrue, z)))(yPred);
        expect(ratioToN4(value.dataSync(), [exact.loss])).toBeLessThanOrEqual(1);
        expect(ratioToN4(grad.dataSync(), exact.gradient)).toBeLessThanOrEqual(1);
        tf.dispose([yTrue, yPred, value, grad]);
      }),
    );
  });

  test('target rows: one loss for each example, that of core', () => {
    const loss = layersLoss(configs[form]);
    const unit = fc.constantFrom(0, 0.25, 1);
    const row = fc.record({
      targets: fc.array(unit, { minLength: 3, maxLength: 3 }),
      logits: fc.array(fc.integer({ min: -80, max: 80 }), { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const shape: [number, number] = [rows.length, 3];
        const targets = rows.flatMap((r) => r.targets);
        const logits = Float32Array.from(rows.flatMap((r) => r.logits));
        const exact = exactly(form, { gate, targets, logits, shape });
        const values = tf.tidy(() => loss(tf.tensor2d(targets, shape), tf.tensor2d(logits, shape)).dataSync());
        expect(ratioToN4(values, exact.rowLosses)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('inner positions: an example has the mean of its rows, and the gradient of that', () => {
    const [batch, positions] = [2, 4];
    const rows = batch * positions;
    const logits = Float32Array.from({ length: rows * 3 }, (_, k) => 5 * Math.sin(k * 12.9898));
    const labels = Array.from({ length: rows }, (_, i) => (i * 5) % 3);
    const exact = exactly(form, { gate, labels, logits, shape: [rows, 3] });
    const means = Array.from({ length: batch }, (_, b) => {
      const own = Array.from(exact.rowLosses).slice(b * positions, (b + 1) * positions);
      return own.reduce((sum, l) => sum + l, 0) / positions;
    });
    const loss = layersLoss(configs[form]);
    const yPred = tf.tensor3d(logits, [batch, positions, 3]);
    const hot = Array.from({ length: rows * 3 }, (_, k) => (labels[Math.floor(k / 3)] === k % 3 ? 1 : 0));
    const kinds = [
      tf.tensor2d(labels, [batch, positions]),
      tf.tensor3d(labels, [batch, positions, 1]),
      tf.tensor3d(hot, [batch, positions, 3]),
    ];
    for (const yTrue of kinds) {
      expect(ratioToN4(loss(yTrue, yPred).dataSync(), means)).toBeLessThanOrEqual(1);
      const grad = tf.grad((z) => tf.mean(loss(yTrue, z)))(yPred);
      expect(ratioToN4(grad.dataSync(), exact.gradient)).toBeLessThanOrEqual(1);
    }
  });

  test('ignored inner positions are not counted: the mean is over what is left', () => {
    const labels = [0, -1, -1, 2, 1, -1];
    const logits = Float32Array.from({ length: 18 }, (_, k) => Math.cos(3 * k));
    const exact = exactly(form, { gate, labels, logits, shape: [6, 3] });
    const value = layersLoss(configs[form])(tf.tensor2d(labels, [2, 3]), tf.tensor3d(logits, [2, 3, 3]));
    expect(ratioToN4(tf.mean(value).dataSync(), [exact.loss])).toBeLessThanOrEqual(1);
  });

  test('nothing is left behind', () => {
    const loss = layersLoss(configs[form]);
    const [yTrue, yPred] = [tf.tensor1d([0, 1]), tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])];
    const before = tf.memory().numTensors;
    for (let k = 0; k < 10; k++) {
      loss(yTrue, yPred).dispose();
      tf.dispose(tf.valueAndGrad((z: tf.Tensor) => tf.mean(loss(yTrue, z)))(yPred));
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('drawn β', () => {
  const logits = Float32Array.from({ length: 12 }, (_, k) => Math.sin(7 * k));
  const labels = [0, 1, 2, 1];
  const halfTail = createGate([1, 1, 9], { threshold: 2 });
  const draws = (step?: number): LossConfig => ({
    form: 'softmax',
    gate: halfTail,
    beta: { gamma: 0.5, seed: 7, step },
  });
  const yTrue = () => tf.tensor1d(labels);
  const yPred = () => tf.tensor2d(logits, [4, 3]);
  const exactAt = (step: number) => {
    const beta = drawBeta({ rows: 4, classes: 3, gamma: 0.5, seed: 7, step });
    return exactOf.softmax({ gate: halfTail, labels, logits, beta, shape: [4, 3] }, { reduction: 'none' }).rowLosses;
  };

  test('each gradient takes the next step, a loss alone does not', () => {
    const loss = layersLoss(draws());
    for (let step = 0; step < 3; step++) {
      expect(loss.step).toBe(step);
      expect(ratioToN4(loss(yTrue(), yPred()).dataSync(), exactAt(step))).toBeLessThanOrEqual(1);
      const { value } = tf.valueAndGrad((z: tf.Tensor) => tf.sum(loss(yTrue(), z)))(yPred());
      const sum = Array.from(exactAt(step)).reduce((a, b) => a + b, 0);
      expect(ratioToN4(value.dataSync(), [sum])).toBeLessThanOrEqual(1);
    }
    expect(exactAt(0)).not.toEqual(exactAt(1));
  });

  test('goes on from a given step, or from the config of another loss', () => {
    const first = layersLoss(draws(41));
    tf.grad((z) => tf.sum(first(yTrue(), z)))(yPred());
    const second = layersLoss(first.config);
    expect(second.step).toBe(42);
    expect(second(yTrue(), yPred()).dataSync()).toEqual(first(yTrue(), yPred()).dataSync());
    expect(ratioToN4(second(yTrue(), yPred()).dataSync(), exactAt(42))).toBeLessThanOrEqual(1);
  });

  test('the loss as a metric has the β of the loss, and takes no step of its own', async () => {
    const loss = layersLoss({ ...draws(), labels: 'one-hot' });
    const metric = Object.defineProperty((y: tf.Tensor, z: tf.Tensor) => loss(y, z), 'name', { value: 'again' });
    const layer = tf.layers.dense({ units: 3, inputShape: [3], useBias: false, kernelInitializer: 'identity' });
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: tf.train.sgd(0), loss, metrics: [metric] });
    const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 3).toFloat();
    const { history } = await model.fit(yPred(), y, { batchSize: 4, epochs: 6, verbose: 0, shuffle: false });
    expect(loss.step).toBe(6);
    expect(history.again).toEqual(history.loss);
    const means = history.loss.map((_, step) => exactAt(step).reduce((a, b) => a + b, 0) / 4);
    expect(ratioToN4(history.loss as number[], means)).toBeLessThanOrEqual(1);
    expect(new Set(means).size).toBeGreaterThan(1);
  });

  test('each batch of one gradient has its own draws, and the same logits twice are two gradients', () => {
    const loss = layersLoss(draws());
    const [first, second] = [yPred(), yPred()];
    const both = () => tf.add(tf.sum(loss(yTrue(), first)), tf.sum(loss(yTrue(), second)));
    const { value } = tf.valueAndGrad((z: tf.Tensor) => tf.add(both(), tf.sum(z)))(tf.zeros([1]));
    const sums = [0, 1].map((step) => exactAt(step).reduce((a, b) => a + b, 0));
    expect(ratioToN4(value.dataSync(), [sums[0] + sums[1]])).toBeLessThanOrEqual(1);
    expect(loss.step).toBe(2);
    for (let k = 0; k < 2; k++) tf.grad((z) => tf.sum(loss(yTrue(), z)))(first);
    expect(loss.step).toBe(4);
  });

  test('where tfjs records nothing, inside an operation of ones own, no step is taken', () => {
    const loss = layersLoss(draws());
    const inside = tf.customGrad((z) => ({
      value: tf.sum(loss(yTrue(), z as tf.Tensor)),
      gradFunc: () => tf.zeros([4, 3]),
    }));
    tf.grad(inside)(yPred());
    expect(loss.step).toBe(0);
  });

  test('a loss that throws takes no step', () => {
    const loss = layersLoss(draws());
    expect(codeOf(() => tf.grad((z) => tf.sum(loss(tf.tensor1d([0, 1, 2, 5]), z)))(yPred()))).toBe('LABEL_RANGE');
    expect(loss.step).toBe(0);
  });
});

test('β for each class is taken, and a later change of the array is not seen', () => {
  const logits = Float32Array.of(1, 2, 3, 0, 1, 0);
  const beta = [0.5, 1, 0];
  const loss = layersLoss({ form: 'softmax', gate, beta });
  const exact = exactly('softmax', { gate, labels: [1, 2], logits, beta: [0.5, 1, 0], shape: [2, 3] });
  beta[0] = 0;
  const values = loss(tf.tensor1d([1, 2]), tf.tensor2d(logits, [2, 3])).dataSync();
  expect(ratioToN4(values, exact.rowLosses)).toBeLessThanOrEqual(1);
});

test('a later change of the gate is not seen', () => {
  const own = createGate([1, 5, 9], { threshold: 2 });
  const logits = Float32Array.of(1, 2, 3, 0, 1, 0);
  const loss = layersLoss({ form: 'sigmoid', gate: own });
  const exact = exactly('sigmoid', { gate, labels: [1, 2], logits, shape: [2, 3] });
  own.tail.fill(1);
  const values = loss(tf.tensor1d([1, 2]), tf.tensor2d(logits, [2, 3])).dataSync();
  expect(ratioToN4(values, exact.rowLosses)).toBeLessThanOrEqual(1);
  expect(loss.config.gate).toEqual(gate);
});

test('one class: what labels are must be said, and is believed', () => {
  const one = createGate([1], { threshold: 0 });
  expect(codeOf(() => layersLoss({ form: 'sigmoid', gate: one }))).toBe('UNSUPPORTED');
  const yPred = tf.tensor2d([2, -1], [2, 1]);
  const yTrue = tf.tensor2d([0, 1], [2, 1]);
  const softplus = (z: number) => Math.log1p(Math.exp(z));
  const sparse = layersLoss({ form: 'sigmoid', gate: one, labels: 'sparse' })(yTrue, yPred).dataSync();
  expect(ratioToN4(sparse, [softplus(-2), softplus(-1)])).toBeLessThanOrEqual(1);
  const oneHot = layersLoss({ form: 'sigmoid', gate: one, labels: 'one-hot' })(yTrue, yPred).dataSync();
  expect(ratioToN4(oneHot, [softplus(2), softplus(1)])).toBeLessThanOrEqual(1);
});

const badConfigs: [string, unknown, string][] = [
  ['nothing', undefined, 'UNSUPPORTED'],
  ['an unknown form', { form: 'hinge', gate }, 'UNSUPPORTED'],
  ['no gate', { form: 'sigmoid' }, 'CLASS_COUNT'],
  ['half a gate', { form: 'sigmoid', gate: { classes: 3 } }, 'CLASS_COUNT'],
  ['an unknown key', { form: 'sigmoid', gate, reduction: 'mean' }, 'UNSUPPORTED'],
  ['an unknown kind of label', { form: 'sigmoid', gate, labels: 'onehot' }, 'UNSUPPORTED'],
  ['β with the sigmoid form', { form: 'sigmoid', gate, beta: 0.9 }, 'UNSUPPORTED'],
  ['half a drawn β with the sigmoid form', { form: 'sigmoid', gate, beta: { seed: 1 } }, 'UNSUPPORTED'],
  ['a tensor for β with the sigmoid form', { form: 'sigmoid', gate, beta: tf.scalar(0.9) }, 'UNSUPPORTED'],
  ['a tensor for β', { form: 'softmax', gate, beta: tf.scalar(0.9) }, 'UNSUPPORTED'],
  ['a Map for β', { form: 'softmax', gate, beta: new Map([['gamma', 0.9]]) }, 'UNSUPPORTED'],
  ['a list', [gate], 'UNSUPPORTED'],
  ['a drawn β with the sigmoid form', { form: 'sigmoid', gate, beta: { gamma: 0.9, seed: 1 } }, 'UNSUPPORTED'],
  ['no β', { form: 'softmax', gate }, 'BETA_RANGE'],
  ['β beyond 1', { form: 'softmax', gate, beta: 1.1 }, 'BETA_RANGE'],
  ['β that holds null', { form: 'softmax', gate, beta: [0, null, 0] }, 'BETA_RANGE'],
  ['β of other classes', { form: 'softmax', gate, beta: [0, 1] }, 'CLASS_COUNT'],
  ['γ beyond 1', { form: 'softmax', gate, beta: { gamma: 2, seed: 1 } }, 'BETA_RANGE'],
  ['no γ', { form: 'softmax', gate, beta: { seed: 1 } }, 'BETA_RANGE'],
  ['no seed', { form: 'softmax', gate, beta: { gamma: 0.9 } }, 'BETA_RANGE'],
  ['a step that is none', { form: 'softmax', gate, beta: { gamma: 0.9, seed: 1, step: -1 } }, 'BETA_RANGE'],
  ['an unknown key of β', { form: 'softmax', gate, beta: { gamma: 0.9, seed: 1, steps: 1 } }, 'UNSUPPORTED'],
];
test.each(badConfigs)('a config with %s is refused at once', (_, config, code) => {
  expect(codeOf(() => layersLoss(config as LossConfig))).toBe(code);
});

test('a β that is a tensor is named as one', () => {
  const config = { form: 'softmax', gate, beta: tf.tensor1d([0, 1, 0]) } as unknown as LossConfig;
  expect(() => layersLoss(config)).toThrow(/^UNSUPPORTED: beta is a tensor; wanted a number, an array \[classes\]/);
});

test('labels and logits that do not go together are refused', () => {
  const loss = layersLoss(configs.sigmoid);
  const z = tf.zeros([2, 3]);
  const background = () => loss(tf.zeros([2, 4]), tf.zeros([2, 4]));
  expect(background).toThrow(/^CLASS_COUNT: logits have 4 columns .* takes no background column/);
  expect(codeOf(() => loss(tf.zeros([2, 2]), z))).toBe('CLASS_COUNT');
  expect(codeOf(() => loss(tf.zeros([3, 3]), z))).toBe('ROW_COUNT');
  expect(codeOf(() => loss(tf.zeros([3]), z))).toBe('ROW_COUNT');
  expect(codeOf(() => loss(tf.zeros([2, 3, 1]), z))).toBe('RANK');
  expect(codeOf(() => loss(tf.zeros([2]), tf.zeros([2, 2, 3])))).toBe('RANK');
  expect(codeOf(() => loss(tf.tensor1d([0, 0.5]), z))).toBe('LABEL_RANGE');
  expect(codeOf(() => loss(tf.tensor2d([0, 4], [2, 1]), z))).toBe('LABEL_RANGE');
  expect(codeOf(() => loss(tf.fill([2, 3], 2), z))).toBe('TARGET_RANGE');
  expect(codeOf(() => loss([0, 1] as unknown as tf.Tensor, z))).toBe('DTYPE');
  const sparse = layersLoss({ ...configs.sigmoid, labels: 'sparse' });
  expect(codeOf(() => sparse(tf.zeros([2, 3]), z))).toBe('RANK');
  const oneHot = layersLoss({ ...configs.sigmoid, labels: 'one-hot' });
  expect(codeOf(() => oneHot(tf.zeros([2, 1]), z))).toBe('CLASS_COUNT');
});

/** The mean in double. */
function exactly(form: Form, batch: Batch & { readonly gate: Gate }): LossResult {
  return exactOf[form](form === 'softmax' ? { beta: 0.9, ...batch } : batch);
}
