import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { type DatasetLabels, type LabelHints, readIndices } from './given-labels.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

const read = async (labels: DatasetLabels, hints?: LabelHints) => [...(await readIndices(labels, 3, hints))];

test('of equal targets the first is the class', async () => {
  const targets = [
    [0.5, 0.5, 0],
    [0, 1, 1],
    [0.2, 0.2, 0.2],
    [0, 0, 0],
  ];
  expect(await read(targets, { kind: 'one-hot' })).toEqual([0, 1, 0, 3]);
  expect(await read(tf.tensor2d(targets), { kind: 'one-hot' })).toEqual([0, 1, 0, 3]);
});

test('the dimensions of the logits tell indices of inner positions from target rows', async () => {
  const square = [
    [0, 1, 2],
    [1, 0, -1],
  ];
  const flat = square.flat();
  for (const labels of [square, tf.tensor2d(square, [2, 3], 'int32')]) {
    expect(await read(labels, { logits: [null, 3, 3] })).toEqual(flat);
    expect(await read(labels, { kind: 'sparse' })).toEqual(flat);
  }
  expect(await read(tf.tensor(flat, [2, 3, 1]), { logits: [2, 3, 3] })).toEqual(flat);
  expect(await read(flat, { logits: [2, 3, 3] })).toEqual(flat);
  const hot = tf.oneHot(tf.tensor2d(square, [2, 3], 'int32'), 3);
  expect(await read(hot, { logits: [null, 3, 3] })).toEqual([0, 1, 2, 1, 0, 3]);
});

test('what may be either, or does not go with the logits, is refused', async () => {
  const square = tf.zeros([3, 3]);
  await expect(read(square)).rejects.toThrow(/^UNSUPPORTED: labels of shape \[3, 3\] may be .* give the model/);
  await expect(read(square, { logits: [2, 3, 3] })).rejects.toThrow(/^ROW_COUNT/);
  await expect(read(square, { kind: 'sparse', logits: [3, 3] })).rejects.toThrow(/^RANK/);
  await expect(read(tf.zeros([3, 2, 3]), { kind: 'one-hot', logits: [null, 3] })).rejects.toThrow(/^RANK/);
  await expect(read(tf.zeros([3, 2, 3]), { logits: [null, 3, 3] })).rejects.toThrow(/^ROW_COUNT/);
  await expect(read([[0, 1, 0], [1]], { kind: 'one-hot' })).rejects.toThrow(/^CLASS_COUNT/);
});
