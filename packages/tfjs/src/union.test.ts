// The union package: another entrance to the same engine, with registered gradients, layers and fit().

import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { createGate, softmaxEql } from './index.ts';

const gate = createGate([0, 1, 2], { threshold: 1 });

test('gradients pass through layers of the union package', () => {
  const x = tf.tensor2d([1, 0, 0, 1], [2, 2]);
  const dense = tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer: 'zeros' });
  const model = tf.sequential({ layers: [dense] });
  const loss = () => softmaxEql([2, 1], model.apply(x, { training: true }) as tf.Tensor, gate, { beta: 1 });
  const optimizer = tf.train.adam(0.1);
  const first = loss().dataSync()[0];
  // Class 0 is tail and withheld: two classes are left.
  expect(first).toBeCloseTo(Math.LN2, 6);
  for (let k = 0; k < 30; k++) optimizer.minimize(loss);
  expect(loss().dataSync()[0]).toBeLessThan(first / 3);
});

test('a second derivative is refused here too, where tfjs could take one of its own ops', () => {
  const z = tf.tensor2d([1, 2, 3], [1, 3]);
  const squared = (x: tf.Tensor) => tf.square(softmaxEql([2], x, gate, { beta: 1 }));
  expect(() => tf.grad((x) => tf.sum(tf.grad(squared)(x)))(z)).toThrow(/^UNSUPPORTED/);
});

test('the loss stands between ops with registered gradients', () => {
  const z = tf.tensor2d([1, 2, 3], [1, 3]);
  const scaled = tf
    .grad((x) => tf.mul(softmaxEql([2], tf.mul(x, 2), gate, { beta: 1 }), 3))(z)
    .dataSync();
  const p = 1 / (1 + Math.exp(2));
  [0, 6 * p, -6 * p].forEach((g, k) => {
    expect(scaled[k]).toBeCloseTo(g, 6);
  });
});

test('model.fit() trains with row losses as its loss function', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [3], useBias: false })] });
  const loss = (yTrue: tf.Tensor, yPred: tf.Tensor) => softmaxEql(yTrue, yPred, gate, { beta: 0.9, reduction: 'none' });
  model.compile({
    optimizer: tf.train.sgd(1),
    loss: loss as unknown as (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Scalar,
  });
  const x = tf.eye(3);
  const { history } = await model.fit(x, tf.eye(3), { epochs: 40, batchSize: 2, verbose: 0 });
  expect(history.loss.at(-1)).toBeLessThan((history.loss[0] as number) / 3);
});
