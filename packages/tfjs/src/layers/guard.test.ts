import { createGate, type Finding } from '@eqloss/core';
import { codeOf } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test, vi } from 'vitest';
import { compileLoss } from './compile.ts';
import type { LossConfig } from './config.ts';
import { type GuardOptions, guardCallback } from './guard.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

const gate = createGate([1, 5, 9], { threshold: 2 });
const sigmoid: LossConfig = { form: 'sigmoid', gate };
const softmax = (beta: (LossConfig & { form: 'softmax' })['beta']): LossConfig => ({ form: 'softmax', gate, beta });

async function findings(options: GuardOptions): Promise<string[]> {
  const found: Finding[] = [];
  await guardCallback({ ...options, report: (finding) => void found.push(finding) }).onTrainBegin();
  return found.map(({ code }) => code);
}

test('D1: labels of the sigmoid form without background, in every shape they come in', async () => {
  const hot = [
    [1, 0, 0],
    [0, 0, 1],
  ];
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
  const without = [[0, 1], tf.tensor1d([0, 1]), tf.tensor2d([0, 1], [2, 1]), hot, tf.tensor2d(hot), [0, -1]];
  for (const labels of without) expect(await findings({ loss: sigmoid, model, labels })).toEqual(['D1']);
  const soft = [
    [0, 0, 0],
    [0, 0.5, 1],
  ];
  const withBackground = [[0, 3], tf.tensor1d([0, 3], 'int32'), tf.tensor2d([0, 3], [2, 1]), soft, tf.tensor2d(soft)];
  for (const labels of withBackground) expect(await findings({ loss: sigmoid, model, labels })).toEqual([]);
  const oneHot: LossConfig = { ...sigmoid, labels: 'one-hot' };
  for (const [labels, found] of [
    [hot, ['D1']],
    [soft, []],
  ] as const) {
    expect(await findings({ loss: oneHot, labels })).toEqual(found);
    expect(await findings({ loss: oneHot, labels: tf.tensor2d(labels) })).toEqual(found);
  }
  // Not known.
  expect(await findings({ loss: sigmoid })).toEqual([]);
  expect(await findings({ loss: softmax(0.9), labels: [0, 1] })).toEqual([]);
});

test('D1: index labels of inner positions, as many as classes, are no target rows', async () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 9, inputShape: [2] }), tf.layers.reshape({ targetShape: [3, 3] })],
  });
  const withBackground = tf.tensor2d([
    [0, 1, 1],
    [3, 0, 1],
  ]);
  const without = tf.tensor2d([
    [0, 1, 1],
    [0, 0, 0],
  ]);
  expect(await findings({ loss: sigmoid, model, labels: withBackground })).toEqual([]);
  expect(await findings({ loss: sigmoid, model, labels: without })).toEqual(['D1']);
  expect(await findings({ loss: { ...sigmoid, labels: 'sparse' }, labels: withBackground })).toEqual([]);
  // Without the model nothing tells.
  await expect(findings({ loss: sigmoid, labels: without })).rejects.toThrow(/^UNSUPPORTED: .* give the model/);
});

test('D2: β or γ near 1, of a tail class', async () => {
  for (const beta of [0.99, { gamma: 1, seed: 1 }, [1, 0, 0]]) {
    expect(await findings({ loss: softmax(beta) })).toEqual(['D2']);
  }
  for (const beta of [0.95, { gamma: 0.9, seed: 1 }, [0.9, 1, 1]])
    expect(await findings({ loss: softmax(beta) })).toEqual([]);
});

test('D3: no tail, or a tail ratio that is not advised', async () => {
  const headOnly = createGate([1, 5, 9], { threshold: 0 });
  expect(await findings({ loss: { form: 'sigmoid', gate: headOnly } })).toEqual(['D3']);
  expect(await findings({ loss: sigmoid, counts: [1, 1, 1] })).toEqual(['D3']);
  expect(await findings({ loss: sigmoid, counts: [5, 40, 55] })).toEqual([]);
});

test('fit() reports each finding once, however often it is called', async () => {
  const found: string[] = [];
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
  const loss = softmax(1);
  compileLoss(model, { optimizer: 'sgd', loss });
  const guard = guardCallback({ loss, model, counts: [1, 1, 1], report: ({ code }) => void found.push(code) });
  const [x, y] = [tf.zeros([4, 2]), tf.tensor1d([0, 1, 2, 0])];
  const before = tf.memory().numTensors;
  for (let k = 0; k < 2; k++) await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: guard });
  await model.fit(x, y, { verbose: 0, callbacks: [guard] });
  expect(found).toEqual(['D2', 'D3']);
  expect(tf.memory().numTensors).toBe(before);
});

test('without report, the console warns', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await guardCallback({ loss: softmax(1) }).onTrainBegin();
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^eqloss D2: /)]]);
  warn.mockRestore();
});

test('bad input is refused at once, bad labels when they are read', async () => {
  const activated = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: 'softmax' })] });
  const bad: [object, string][] = [
    [{ loss: { form: 'softmax', gate } }, 'BETA_RANGE'],
    [{ loss: sigmoid, counts: [1, 2] }, 'CLASS_COUNT'],
    [{ loss: sigmoid, counts: [1, 2, -1] }, 'FREQUENCY_RANGE'],
    [{ loss: sigmoid, model: activated }, 'UNSUPPORTED'],
    [{ loss: sigmoid, report: 'console' }, 'UNSUPPORTED'],
    [{ loss: sigmoid, label: [] }, 'UNSUPPORTED'],
    [{ ...sigmoid }, 'UNSUPPORTED'],
    [null as unknown as object, 'UNSUPPORTED'],
    [undefined as unknown as object, 'UNSUPPORTED'],
    [{ loss: sigmoid, labels: 5 }, 'UNSUPPORTED'],
    [{ loss: sigmoid, model: 5 }, 'UNSUPPORTED'],
  ];
  for (const [options, code] of bad) expect(codeOf(() => guardCallback(options as GuardOptions))).toBe(code);
  expect(() => guardCallback({ loss: sigmoid, labels: 5 } as unknown as GuardOptions)).toThrow(/labels are a number/);
  await expect(findings({ loss: sigmoid, labels: [0, 4] })).rejects.toThrow(/^LABEL_RANGE/);
  await expect(findings({ loss: { ...sigmoid, labels: 'one-hot' }, labels: tf.zeros([2, 4]) })).rejects.toThrow(
    /^CLASS_COUNT/,
  );
});

test('a label of C is found before it becomes NaN: it is background in the sigmoid form, nothing in the softmax form', async () => {
  const gate = createGate([9, 5, 1], { threshold: 2 });
  const labels = [0, 1, 3];
  const guard = guardCallback({ loss: { form: 'softmax', gate, beta: 0.9 }, labels });
  await expect(guard.onTrainBegin()).rejects.toThrow(/^LABEL_RANGE: labels\[2\] is 3; .* no background label/);
  const found: string[] = [];
  const report = ({ code }: { code: string }) => found.push(code);
  await guardCallback({ loss: { form: 'sigmoid', gate }, labels, report }).onTrainBegin();
  expect(found).toEqual([]);
});
