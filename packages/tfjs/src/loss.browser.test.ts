import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { createGate } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { sigmoidEql } from './index.ts';
import { describeBackend, refusesLabelsOnGpu } from './testing.ts';

for (const name of ['webgl', 'webgpu']) {
  const start = async () => {
    await tf.setBackend(name);
    // Small tensors would run on the CPU.
    tf.env().set(`${name.toUpperCase()}_CPU_FORWARD`, false);
  };
  describeBackend(name, start, 15);

  test(`labels and targets that were computed on ${name} are read exactly, or refused`, async () => {
    await start();
    if (name === 'webgpu') await refusesLabelsOnGpu();
    const gate = createGate(new Float64Array(300).fill(1), { threshold: 0 });
    const logits = tf.tensor2d(
      Float32Array.from({ length: 4 * 300 }, (_, k) => Math.sin(k)),
      [4, 300],
    );
    const labels = tf.add(tf.tensor1d([-2, 6, 254, 299], 'int32'), tf.tensor1d([1, 1, 1, 1], 'int32'));
    const rows = Float32Array.from({ length: 4 * 300 }, (_, k) => (k % 7) / 7);
    const targets = tf.mul(tf.tensor2d(rows, [4, 300]), tf.tensor2d([1, 1, 1, 1], [4, 1]));
    if (name === 'webgpu') await Promise.all([labels.data(), targets.data()]);
    const expected = sigmoidEql([-1, 7, 255, 300], logits, gate);
    expect(await sigmoidEql(labels, logits, gate).data()).toEqual(await expected.data());
    const expectedRows = sigmoidEql(rows, logits, gate);
    expect(await sigmoidEql(targets, logits, gate).data()).toEqual(await expectedRows.data());
  });
}
