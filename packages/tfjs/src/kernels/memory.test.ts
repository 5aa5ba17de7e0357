import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { createGate } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { sigmoidEql } from '../sigmoid.ts';

test('the heap of the wasm backend lends room once, and gets it back when the backend ends', async () => {
  await tf.setBackend('wasm');
  const z = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const { wasm } = tf.backend() as unknown as { wasm: { _malloc(bytes: number): number; _free(at: number): void } };
  const malloc = vi.spyOn(wasm, '_malloc');
  const gate = createGate([0, 1], { threshold: 1 });
  for (let k = 0; k < 3; k++) sigmoidEql([0, 1], z, gate).dispose();
  const lent = malloc.mock.calls.flatMap(([bytes], k) => (bytes > 100_000 ? [malloc.mock.results[k].value] : []));
  expect(lent).toHaveLength(1);
  // A gradient that nobody asks for, such as that of a metric, is held until the next loss: its backend may end before.
  const aside = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  tf.grad((x: tf.Tensor) => {
    sigmoidEql([0, 1], aside, gate);
    return sigmoidEql([0, 1], x, gate);
  })(z);
  const free = vi.spyOn(wasm, '_free');
  await tf.setBackend('cpu');
  tf.removeBackend('wasm');
  expect(free.mock.calls.filter(([at]) => at === lent[0])).toHaveLength(1);
  const onCpu = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  expect(tf.grad((x: tf.Tensor) => sigmoidEql([0, 1], x, gate))(onCpu).shape).toEqual([2, 2]);
});
