import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { decay, log1p, rowSums } from './numerics.ts';

test('e^-s and log(1 + u) are right to 1e-6 relative, and 20,000 terms add up to 1e-6', async () => {
  const sizes = Float32Array.from({ length: 4001 }, (_, k) => (k * 87) / 4000);
  const [decayed, logs, sums] = await Promise.all([
    decay(tf.tensor1d(sizes)).data(),
    log1p(tf.tensor1d(sizes.map((s) => Math.exp(-s)))).data(),
    rowSums(tf.tensor2d(new Float32Array(40_000).fill(0.1), [2, 20_000])).data(),
  ]);
  const off = sizes.map((s, k) => Math.abs(decayed[k] / Math.exp(-s) - 1));
  expect(Math.max(...off)).toBeLessThan(1e-6);
  const logOff = sizes.map((s, k) => Math.abs(logs[k] / Math.log1p(Math.fround(Math.exp(-s))) - 1));
  expect(Math.max(...logOff)).toBeLessThan(1e-6);
  for (const sum of sums) expect(Math.abs(sum / (20_000 * Math.fround(0.1)) - 1)).toBeLessThan(1e-6);
});
