// The webgpu backend in Node: Dawn, from the package webgpu. tfjs looks for navigator.gpu while it loads, so what
// imports tfjs is imported after it is there.

import { createGate } from '@eqloss/core';
import { expect, test, vi } from 'vitest';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true });
const tf = await import('@tensorflow/tfjs-core');
await import('@tensorflow/tfjs-backend-webgpu');
const { describeBackend } = await import('./testing.ts');
const { sigmoidEql } = await import('./index.ts');

async function start(): Promise<void> {
  await tf.setBackend('webgpu');
  // Small tensors would run on the CPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
}

describeBackend('webgpu', start, 20);

test('labels that only the GPU holds cannot be read in Node, and the error says what to do', async () => {
  await start();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const gate = createGate([1, 1], { threshold: 0 });
  const logits = tf.tensor2d([1, 2], [1, 2]);
  const labels = tf.add(tf.tensor1d([0], 'int32'), tf.tensor1d([1], 'int32'));
  expect(() => sigmoidEql(labels, logits, gate)).toThrow(/^UNSUPPORTED: labels .* await labels.array\(\)/);
  const loss = sigmoidEql((await labels.array()) as number[], logits, gate);
  expect((await loss.data())[0]).toBeCloseTo(Math.log1p(Math.exp(1)) + Math.log1p(Math.exp(-2)), 5);
});
