// model.fit on the webgpu backend in Node: batches are cut on the GPU, so labels are known there alone. tfjs looks for
// navigator.gpu while it loads, so what imports tfjs is imported after it is there.

import { createGate, softmaxEql } from '@eqloss/core';
import { ratioToN4 } from '@eqloss/core/testing';
import { expect, test } from 'vitest';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true });
const tf = await import('@tensorflow/tfjs');
await import('@tensorflow/tfjs-backend-webgpu');
const { compileLoss } = await import('./compile.ts');
const { groupRecall } = await import('./recall.ts');

test('fit() trains on index labels, and logs loss and recalls', async () => {
  await tf.setBackend('webgpu');
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const gate = createGate([1, 5, 9], { threshold: 2 });
  const rows = 8;
  const inputs = Float32Array.from({ length: rows * 3 }, (_, k) => Math.sin(5 * k));
  const labels = Array.from({ length: rows }, (_, i) => (i === 5 ? -1 : i % 3));
  const [x, y] = [tf.tensor2d(inputs, [rows, 3]), tf.tensor1d(labels)];
  // The logits of the first epoch are the inputs.
  const layer = tf.layers.dense({ units: 3, inputShape: [3], useBias: false, kernelInitializer: 'identity' });
  const model = tf.sequential({ layers: [layer] });
  const recall = groupRecall({ groups: { tail: gate.tail } });
  const loss = { form: 'softmax', gate, beta: 0.9 } as const;
  compileLoss(model, { optimizer: tf.train.sgd(1), loss, metrics: recall.metrics });
  const { history } = await model.fit(x, y, { batchSize: rows, epochs: 4, verbose: 0, callbacks: recall.callbacks });
  const exact = softmaxEql({ gate, labels, logits: inputs, beta: 0.9, shape: [rows, 3] });
  expect(ratioToN4([history.loss[0] as number], [exact.loss])).toBeLessThanOrEqual(1);
  expect(history.loss[3]).toBeLessThan(0.8 * (history.loss[0] as number));
  const hits = [0, 3, 6].filter((i) => inputs[3 * i] > Math.max(inputs[3 * i + 1], inputs[3 * i + 2]));
  expect(history.tailRecall[0]).toBeCloseTo(hits.length / 3, 6);
});
