// Each loss against its formula in double.

import { drawBeta } from '@eqloss/core';
import { createGate } from '@eqloss/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { methods } from './methods.ts';
import { GAMMA, type Task } from './task.ts';

const counts = [60, 30, 9, 1];
const classes = counts.length;
const share = counts.map((count) => count / 100);
const none = { buckets: [], labels: new Int32Array() };
const task: Task = {
  buckets: 1,
  classes,
  glosses: [],
  train: none,
  validation: none,
  test: none,
  frequencies: Float64Array.from(share),
  gate: createGate(share, { threshold: 0.1 }),
  groups: ['head', 'mid', 'tail', 'tail'],
};
const tail = [0, 0, 1, 1];
const logits = [
  [0.5, -1, 2, 0.25],
  [-0.5, 1.5, 0, -2],
  [1, 0, -1, 3],
  [0.125, 0.75, -3, 1],
];
const seed = 7;
const step = 3;

const softplus = (z: number): number => Math.log1p(Math.exp(z));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Cross-entropy of a row whose exponentials have weights. */
const crossEntropy = (z: readonly number[], y: number, weight: (j: number) => number = () => 1): number =>
  Math.log(z.reduce((sum, value, j) => sum + weight(j) * Math.exp(value), 0)) - z[y];

const draws = drawBeta({ rows: 4, classes, gamma: GAMMA, seed, step });
const formulas: Readonly<Record<string, (labels: readonly number[]) => number>> = {
  ce: (labels) => mean(labels.map((y, i) => crossEntropy(logits[i], y))),
  seql: (labels) =>
    mean(labels.map((y, i) => crossEntropy(logits[i], y, (j) => (j === y ? 1 : 1 - tail[j] * draws[i * classes + j])))),
  // 1 / (4 f): the weights of 100 rows with these counts sum to 100.
  weights: (labels) => mean(labels.map((y, i) => (25 / counts[y]) * crossEntropy(logits[i], y))),
  // z + log f: each exponential is f times as large, the label's too.
  adjusted: (labels) => mean(labels.map((y, i) => crossEntropy(logits[i], y, (j) => share[j]) - Math.log(share[y]))),
  bce: (labels) => mean(labels.map((y, i) => sigmoidRow(logits[i], y, () => true))),
  eql: (labels) => mean(labels.map((y, i) => sigmoidRow(logits[i], y, (j) => y === classes || tail[j] === 0))),
};

function sigmoidRow(z: readonly number[], y: number, isPushed: (j: number) => boolean): number {
  return z.reduce((sum, value, j) => sum + (j === y ? softplus(-value) : isPushed(j) ? softplus(value) : 0), 0);
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('the loss of', () => {
  test.each(methods)('$name is its formula', ({ name, form, background, lossFor }) => {
    const labels = form === 'sigmoid' && background ? [0, classes, 3, 2] : [0, 1, 3, 2];
    const wanted = formulas[name === 'eql-alone' ? 'eql' : name](labels);
    const loss = lossFor(task, seed)(Int32Array.from(labels), tf.tensor2d(logits), step);
    expect(loss.shape).toEqual([]);
    expect(loss.dataSync()[0] / wanted).toBeCloseTo(1, 5);
  });

  test('SEQL is drawn anew in each step', () => {
    const { lossFor } = methods.find(({ name }) => name === 'seql')!;
    const values = [0, 1, 2, 3, 4, 5].map(
      (at) => lossFor(task, seed)(Int32Array.of(0, 1, 0, 1), tf.tensor2d(logits), at).dataSync()[0],
    );
    expect(new Set(values).size).toBeGreaterThan(1);
  });
});
