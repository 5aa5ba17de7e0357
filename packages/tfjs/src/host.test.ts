import { createRequire } from 'node:module';
import '@tensorflow/tfjs-backend-cpu';
import { createGate, drawBeta, EqlError, type Gate } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { type Labels, type SigmoidOptions, type SoftmaxOptions, sigmoidEql, softmaxEql } from './index.ts';

const gate = createGate([0, 1, 2], { threshold: 1 });
const logits = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
const sigmoid = (labels: unknown, options = {}) =>
  sigmoidEql(labels as Labels, logits, gate, options as SigmoidOptions).dataSync()[0];
const softmax = (labels: unknown, options = {}) =>
  softmaxEql(labels as Labels, logits, gate, options as SoftmaxOptions).dataSync()[0];

describe('the same input in any dress gives the same loss', () => {
  test('index labels', () => {
    const expected = sigmoid([2, 3]);
    const dresses = [Int32Array.of(2, 3), tf.tensor1d([2, 3], 'int32'), tf.tensor1d([2, 3])];
    for (const labels of dresses) expect(sigmoid(labels)).toBe(expected);
    expect(sigmoid([2, -1])).not.toBe(expected);
  });

  test('target rows', () => {
    const flat = [0, 0.5, 0, 1, 0, 1];
    const expected = sigmoid(tf.tensor2d(flat, [2, 3]));
    const nested = [flat.slice(0, 3), flat.slice(3)];
    for (const targets of [nested, nested.map((row) => Float32Array.from(row)), flat, Float64Array.from(flat)]) {
      expect(sigmoid(targets)).toBe(expected);
    }
    const whole = tf.tensor2d([0, 1, 0, 1, 0, 1], [2, 3], 'bool');
    expect(sigmoid(whole)).toBe(sigmoid([0, 1, 0, 1, 0, 1]));
  });

  test('β, row weights and foreground', () => {
    expect(softmax([2, 0], { beta: tf.scalar(0.5) })).toBe(softmax([2, 0], { beta: 0.5 }));
    expect(softmax([2, 0], { beta: tf.tensor1d([0.5, 0, 0]) })).toBe(softmax([2, 0], { beta: [0.5, 0, 0] }));
    const each = [0.5, 0, 0, 0.25, 0, 0];
    expect(softmax([2, 1], { beta: tf.tensor2d(each, [2, 3]) })).toBe(softmax([2, 1], { beta: each }));
    expect(softmax([2, 1], { beta: [each.slice(0, 3), each.slice(3)] })).toBe(softmax([2, 1], { beta: each }));
    expect(sigmoid([2, 0], { rowWeights: tf.tensor1d([2, 0]) })).toBe(sigmoid([2, 0], { rowWeights: [2, 0] }));
    const foreground = tf.tensor1d([1, 0], 'bool');
    expect(sigmoid([2, 0], { foreground })).toBe(sigmoid([2, 0], { foreground: [1, 0] }));
  });

  test('β drawn from a seed is what core draws; another step draws anew', () => {
    const drawn = (step: number, rowOffset = 0) => softmax([2, 1], { beta: { gamma: 0.5, seed: 7, step, rowOffset } });
    const own = (step: number, rowOffset = 0) =>
      softmax([2, 1], { beta: drawBeta({ rows: 2, classes: 3, gamma: 0.5, seed: 7, step, rowOffset }) });
    const losses = Array.from({ length: 20 }, (_, step) => drawn(step));
    expect(losses).toEqual(Array.from({ length: 20 }, (_, step) => own(step)));
    expect(new Set(losses).size).toBeGreaterThan(1);
    expect(drawn(0, 5)).toBe(own(0, 5));
  });

  test('labels and targets of logits [2, 1, 3], nested', () => {
    const cube = tf.reshape(logits, [2, 1, 3]);
    const loss = (labels: Labels) => sigmoidEql(labels, cube, gate).dataSync()[0];
    expect(loss([[2], [3]])).toBe(sigmoid([2, 3]));
    const rows = [
      [0, 0.5, 0],
      [1, 0, 1],
    ];
    expect(loss(rows.map((row) => [row]))).toBe(sigmoid(rows));
  });

  test('what is null counts as left out', () => {
    expect(sigmoid([2, 0], null as unknown as object)).toBe(sigmoid([2, 0]));
    const nothing = { reduction: null, normalizer: null, rowWeights: null, foreground: null, beta: null };
    expect(sigmoid([2, 0], nothing)).toBe(sigmoid([2, 0]));
    expect(softmax([2, 0], { ...nothing, beta: 0.5 })).toBe(softmax([2, 0], { beta: 0.5 }));
  });

  test('one class: a flat array is index labels, a nested one target rows', () => {
    const single = createGate([5], { threshold: 1 });
    const z = tf.tensor2d([1, 2], [2, 1]);
    const loss = (labels: Labels) => sigmoidEql(labels, z, single, { reduction: 'sum' }).dataSync()[0];
    expect(loss([0, 1])).toBeCloseTo(Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(2)), 5);
    expect(loss([[0], [1]])).toBeCloseTo(Math.log1p(Math.exp(1)) + Math.log1p(Math.exp(-2)), 5);
  });
});

test('a tensor of another copy of tfjs-core is refused', async () => {
  const require = createRequire(import.meta.url);
  const own = require.resolve('@tensorflow/tfjs-core');
  const module = require.cache[own];
  delete require.cache[own];
  const other = require(own) as typeof tf;
  if (module) require.cache[own] = module;
  expect(other.Tensor).not.toBe(tf.Tensor);
  const made = new (other.Tensor as unknown as new (...args: unknown[]) => tf.Tensor)(
    [2, 3],
    'float32',
    logits.dataId,
    1e9,
  );
  expect(() => sigmoidEql([0, 1], made, gate)).toThrow(
    /^UNSUPPORTED: logits .* another copy of @tensorflow\/tfjs-core/,
  );
  expect(() => sigmoidEql(made, logits, gate)).toThrow(/^UNSUPPORTED: labels .* another copy/);
  // An engine of its own knows nothing of our tensors.
  const stranger = new (tf.Tensor as unknown as new (...args: unknown[]) => tf.Tensor)(
    [2, 3],
    'float32',
    { id: 0 },
    1e9,
  );
  expect(() => sigmoidEql([0, 1], stranger, gate)).toThrow(/^UNSUPPORTED: logits .* another copy/);
});

describe('bad input is refused with its code before the engine works', () => {
  const disposed = tf.tensor1d([0, 0]);
  disposed.dispose();
  const gone = tf.tensor2d([1, 2, 3], [1, 3]);
  gone.dispose();
  const words = tf.tensor1d(['a', 'b']);
  const wide = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]);
  const integers = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32');
  const flat = tf.tensor1d([1, 2, 3]);
  const turned = tf.tensor2d([0, 0, 0, 0, 0, 0], [3, 2]);
  const deep = tf.zeros([2, 3, 1]);
  const tall = tf.zeros([3, 3]);
  const flatTargets = tf.tensor1d([0, 1, 0, 1, 0, 0], 'int32');
  const column = tf.tensor2d([1, 1], [2, 1]);
  const scalar = tf.scalar(0, 'int32');
  const oneRow = tf.tensor2d([1, 2, 3], [1, 3]);
  const cube = tf.tensor3d([1, 2, 3, 4, 5, 6], [1, 2, 3]);
  const table: [string, string, () => unknown][] = [
    ['RANK', 'logits of rank 1', () => sigmoidEql([0], flat, gate)],
    ['DTYPE', 'integer logits', () => sigmoidEql([0, 0], integers, gate)],
    ['DTYPE', 'an array for logits', () => sigmoidEql([0, 0], [[1, 2, 3]] as unknown as tf.Tensor, gate)],
    ['CLASS_COUNT', 'a background column', () => sigmoidEql([0, 0], wide, gate)],
    ['CLASS_COUNT', 'targets [classes, rows]', () => sigmoid(turned)],
    ['CLASS_COUNT', 'targets of rank 3', () => sigmoid(deep)],
    ['CLASS_COUNT', 'ragged targets', () => sigmoid([[0, 1, 0], [1]])],
    ['CLASS_COUNT', 'a null row of targets', () => sigmoid([[0, 1, 0], null])],
    ['CLASS_COUNT', 'a number for a row of targets', () => sigmoid([[0, 1, 0], 1])],
    ['CLASS_COUNT', 'rows that are no lists', () => sigmoid([{}, {}])],
    ['CLASS_COUNT', 'a null row of β', () => softmax([0, 0], { beta: [[0, 1, 0], null] })],
    ['CLASS_COUNT', 'no gate', () => sigmoidEql([0, 0], logits, undefined as unknown as Gate)],
    ['LABEL_RANGE', 'null for the first row of targets', () => sigmoid([null, [0, 1, 0]])],
    [
      'TARGET_RANGE',
      'null in a row of targets',
      () =>
        sigmoid([
          [0, 1, 0],
          [null, 1, 0],
        ]),
    ],
    [
      'CLASS_COUNT',
      'targets nested three deep',
      () =>
        sigmoid([
          [[0], [1], [0]],
          [[0], [1], [0]],
        ]),
    ],
    ['TARGET_RANGE', 'rows of BigInt', () => sigmoid([BigInt64Array.of(0n, 1n, 0n), BigInt64Array.of(0n, 1n, 0n)])],
    ['ROW_WEIGHT_RANGE', 'a row weight of null', () => sigmoid([0, 0], { rowWeights: [1, null] })],
    ['ROW_COUNT', 'a rank 1 tensor with one value per logit', () => sigmoid(flatTargets)],
    ['ROW_COUNT', 'a scalar for labels', () => sigmoidEql(scalar, oneRow, gate)],
    ['ROW_COUNT', 'row weights [rows, 1]', () => sigmoid([0, 0], { rowWeights: column })],
    ['ROW_COUNT', 'nested row weights', () => sigmoid([0, 0], { rowWeights: [[1], [1]] })],
    ['ROW_COUNT', 'foreground [rows, 1]', () => sigmoid([0, 0], { foreground: column })],
    ['CLASS_COUNT', 'β [classes, rows]', () => softmax([0, 0], { beta: turned })],
    ['ROW_COUNT', 'too few labels', () => sigmoid([0])],
    ['ROW_COUNT', 'too many target rows', () => sigmoid(tall)],
    ['LABEL_RANGE', 'a label of C + 1', () => sigmoid([0, 4])],
    ['LABEL_RANGE', 'a background label', () => softmax([0, 3], { beta: 1 })],
    ['TARGET_RANGE', 'a target of 2', () => sigmoid([0, 0, 0, 0, 0, 2])],
    ['BETA_RANGE', 'no β', () => softmax([0, 0])],
    ['BETA_RANGE', 'a β of null', () => softmax([0, 0], { beta: null })],
    ['BETA_RANGE', 'no options', () => softmaxEql([0, 0], logits, gate, undefined as unknown as SoftmaxOptions)],
    ['FOREGROUND_RANGE', 'a foreground of 2', () => sigmoid([0, 0], { foreground: [2, 0] })],
    ['ROW_WEIGHT_RANGE', 'a negative weight', () => sigmoid([0, 0], { rowWeights: [1, -1] })],
    ['REDUCTION', 'an unknown reduction', () => sigmoid([0, 0], { reduction: 'average' })],
    ['NORMALIZER_RANGE', 'a normalizer of 0', () => sigmoid([0, 0], { normalizer: 0 })],
    ['UNSUPPORTED', 'β with the sigmoid form', () => sigmoid([0, 0], { beta: 1 })],
    ['UNSUPPORTED', 'foreground with the softmax form', () => softmax([0, 0], { beta: 1, foreground: [1, 1] })],
    ['UNSUPPORTED', 'no labels', () => sigmoid(undefined)],
    ['UNSUPPORTED', 'an option that does not exist', () => sigmoid([0, 0], { rowWeight: [1, 1] })],
    ['UNSUPPORTED', 'null for labels', () => sigmoid(null)],
    ['UNSUPPORTED', 'a number for options', () => sigmoid([0, 0], 0.5 as unknown as object)],
    ['UNSUPPORTED', 'words for labels', () => sigmoid(words)],
    ['UNSUPPORTED', 'a number for labels', () => sigmoid(5)],
    ['UNSUPPORTED', 'a promise for labels', () => sigmoid(Promise.resolve([0, 1]))],
    ['DTYPE', 'null for logits', () => sigmoidEql([0, 1], null as unknown as tf.Tensor, gate)],
    ['UNSUPPORTED', 'an array for options', () => sigmoid([0, 0], [])],
    ['UNSUPPORTED', 'a map for options', () => sigmoid([0, 0], new Map([['reduction', 'none']]))],
    ['UNSUPPORTED', 'a row weight beyond single precision', () => sigmoid([0, 0], { rowWeights: [1, 1e39] })],
    ['UNSUPPORTED', 'a normalizer of 1e-50', () => softmax([0, 0], { beta: 1, normalizer: 1e-50 })],
    [
      'UNSUPPORTED',
      'a row weight that the normalizer carries beyond single precision',
      () => sigmoid([1, 1], { rowWeights: [1, 1e30], normalizer: 1e-20 }),
    ],
    ['RANK', 'flat labels beside logits of rank 3', () => sigmoidEql([0, 0], cube, gate)],
    ['RANK', 'labels of rank 1 beside logits of rank 3', () => sigmoidEql(tf.tensor1d([0, 0]), cube, gate)],
    ['ROW_COUNT', 'labels with other leading dimensions', () => sigmoidEql([[0], [0]], cube, gate)],
    [
      'CLASS_COUNT',
      'targets with another last dimension',
      () =>
        sigmoidEql(
          [
            [
              [0, 1],
              [0, 1],
            ],
          ],
          cube,
          gate,
        ),
    ],
    [
      'ROW_COUNT',
      'flat row weights beside logits of rank 3',
      () => sigmoidEql([[0, 0]], cube, gate, { rowWeights: [1, 1] }),
    ],
    ['BETA_RANGE', 'draws with γ above 1', () => softmax([0, 0], { beta: { gamma: 2, seed: 1, step: 0 } })],
    ['BETA_RANGE', 'draws without a seed', () => softmax([0, 0], { beta: { gamma: 0.9, step: 0 } })],
    ['BETA_RANGE', 'draws without a step', () => softmax([0, 0], { beta: { gamma: 0.9, seed: 1 } })],
    [
      'ROW_COUNT',
      'draws with a broken row offset',
      () => softmax([0, 0], { beta: { gamma: 0.9, seed: 1, step: 0, rowOffset: 0.5 } }),
    ],
    [
      'UNSUPPORTED',
      'draws with a misspelt field',
      () => softmax([0, 0], { beta: { gamma: 0.9, seed: 1, step: 0, rows: 2 } }),
    ],
    [
      'RANK',
      'draws for logits of rank 1',
      () => softmaxEql([0], flat, gate, { beta: { gamma: 0.9, seed: 1, step: 0 } }),
    ],
    ['UNSUPPORTED', 'validate of another type', () => sigmoid([0, 0], { validate: 1 })],
    ['DISPOSED', 'disposed labels', () => sigmoid(disposed)],
    ['DISPOSED', 'disposed logits', () => sigmoidEql([0], gone, gate)],
  ];

  test.each(table)('%s: %s', (code, _what, run) => {
    const spies = (['runKernel', 'runKernelFunc', 'makeVariable'] as const).map((name) =>
      vi.spyOn(tf.engine() as unknown as Record<typeof name, () => void>, name),
    );
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    const calls = spies.map((spy) => spy.mock.calls.length);
    for (const spy of spies) spy.mockRestore();
    expect(thrown).toBeInstanceOf(EqlError);
    expect((thrown as EqlError).code).toBe(code);
    expect(calls).toEqual([0, 0, 0]);
  });
});
