import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { createGate } from '@eqloss/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { sigmoidEql } from '../sigmoid.ts';
import { softmaxEql } from '../softmax.ts';

const gate = createGate([0, 1, 2, 3], { threshold: 1 });
const values = Array.from({ length: 12 }, (_, k) => 4 * Math.sin(k));

/** Losses and gradients of both forms, on the current backend. */
function results(): number[] {
  const z = tf.tensor2d(values, [3, 4]);
  const sigmoid = tf.valueAndGrad((x: tf.Tensor) => sigmoidEql([0, 4, 2], x, gate))(z);
  const softmax = tf.valueAndGrad((x: tf.Tensor) => softmaxEql([0, 3, 2], x, gate, { beta: 0.9 }))(z);
  return [sigmoid.value, sigmoid.grad, softmax.value, softmax.grad].flatMap((tensor) => [...tensor.dataSync()]);
}

/** The heap of the wasm backend. */
const heapOf = () => (tf.backend() as unknown as { wasm: { _malloc(bytes: number): number } }).wasm;

test('a heap without room for the kernels leaves them their own memory, with the same bits', async () => {
  await tf.setBackend('cpu');
  const expected = results();
  await tf.setBackend('wasm');
  // Its malloc replaces itself when it is first called.
  tf.zeros([1]).dispose();
  const wasm = heapOf();
  const malloc = wasm._malloc;
  const refused = vi.fn(() => 0);
  wasm._malloc = (bytes) => (bytes > 100_000 ? refused() : malloc(bytes));
  expect(results()).toEqual(expected);
  expect(refused).toHaveBeenCalledOnce();
  wasm._malloc = malloc;
});

test('logits of another backend come in, even where the heap has to grow for them', async () => {
  await tf.setBackend('cpu');
  const rows = 4096;
  const make = () =>
    tf.tensor2d(
      Float32Array.from({ length: rows * 1203 }, (_, k) => Math.sin(k)),
      [rows, 1203],
    );
  const wide = createGate(new Float64Array(1203), { threshold: 0 });
  const run = (z: tf.Tensor) => tf.valueAndGrad((x: tf.Tensor) => sigmoidEql(new Int32Array(rows), x, wide))(z);
  const expected = run(make());
  const foreign = make();
  await tf.setBackend('wasm');
  const { value, grad } = run(foreign);
  expect(value.dataSync()).toEqual(expected.value.dataSync());
  expect(grad.dataSync()).toEqual(expected.grad.dataSync());
});

test('a kernel that fails leaves nothing behind', async () => {
  await tf.setBackend('wasm');
  const z = tf.tensor2d(values, [3, 4]);
  results();
  const before = tf.backend().numDataIds();
  const { typedArrayFromHeap } = tf.backend() as unknown as { typedArrayFromHeap(info: tf.TensorInfo): Float32Array };
  let views = 0;
  const failing = (info: tf.TensorInfo) => {
    if (++views === 2) throw new Error('no view');
    return typedArrayFromHeap.call(tf.backend(), info);
  };
  Object.assign(tf.backend(), { typedArrayFromHeap: failing });
  expect(() => tf.valueAndGrad((x: tf.Tensor) => sigmoidEql([0, 4, 2], x, gate))(z)).toThrow('no view');
  delete (tf.backend() as unknown as { typedArrayFromHeap?: unknown }).typedArrayFromHeap;
  expect(tf.backend().numDataIds()).toBe(before);
});

test('a backend that is started anew gets kernels anew', async () => {
  await tf.setBackend('cpu');
  const expected = results();
  tf.removeBackend('cpu');
  tf.registerBackend('cpu', () => new MathBackendCPU());
  await tf.setBackend('cpu');
  expect(results()).toEqual(expected);
});

test('tensors of the wasm backend stay right while its heap grows', async () => {
  await tf.setBackend('wasm');
  const expected = results();
  const before = (heapOf() as unknown as { HEAPU8: Uint8Array }).HEAPU8.length;
  const large = Array.from({ length: 8 }, () => tf.zeros([1024, 1024]));
  expect((heapOf() as unknown as { HEAPU8: Uint8Array }).HEAPU8.length).toBeGreaterThan(before);
  expect(results()).toEqual(expected);
  tf.dispose(large);
  expect(results()).toEqual(expected);
});

test('profiles name the kernel, and count its tensors', async () => {
  await tf.setBackend('cpu');
  const z = tf.tensor2d(values, [3, 4]);
  const profile = await tf.profile(() => tf.valueAndGrad((x: tf.Tensor) => sigmoidEql([0, 4, 2], x, gate))(z).value);
  expect(profile.kernels.filter(({ name }) => name.startsWith('Eqloss'))).toMatchObject([
    { inputShapes: [[3, 4]], outputShapes: [[], [3, 4]] },
  ]);
});

test('a single plain array among the tensors of the cpu backend does no harm', async () => {
  await tf.setBackend('cpu');
  const z = tf.tensor2d(values, [3, 4]);
  const expected = sigmoidEql([0, 4, 2], z, gate).dataSync()[0];
  const { data } = tf.backend() as unknown as { data: { get(id: object): { values: unknown } } };
  data.get(z.dataId).values = [...z.dataSync()];
  expect(sigmoidEql([0, 4, 2], z, gate).dataSync()[0]).toBe(expected);
});
