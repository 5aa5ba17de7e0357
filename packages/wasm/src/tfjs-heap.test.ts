// The heap that kernels over a heap are made for: the one in which TensorFlow.js keeps the tensors of its wasm backend.

import { forms, plainCase } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, test } from 'vitest';
import { createKernels, createKernelsSync, type Heap } from './index.ts';
import { expectSame, type Result } from './testing.ts';

/** What is used of the backend. */
interface WasmBackend {
  readonly wasm: {
    readonly asm: { readonly memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(at: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
}

let backend: WasmBackend;
beforeAll(async () => {
  await tf.setBackend('wasm');
  backend = tf.backend() as unknown as WasmBackend;
});

const heapOf = ({ wasm }: WasmBackend): Heap => ({
  memory: wasm.asm.memory,
  allocate: (bytes) => wasm._malloc(bytes),
  free: (at) => wasm._free(at),
});

/** Where a tensor lies now. */
function viewOf({ dataId, size }: tf.Tensor): Float32Array {
  return new Float32Array(backend.wasm.asm.memory.buffer, backend.dataIdMap.get(dataId).memoryOffset, size);
}

/** Operations that use the heap's static data, its stack and its allocator. */
function work(a: tf.Tensor2D): number[] {
  return tf.tidy(() => {
    const image = tf.reshape(a, [1, ...a.shape, 1]) as tf.Tensor4D;
    const product = tf.sum(tf.softmax(tf.matMul(a, a, false, true)), 1);
    const convolved = tf.reshape(tf.mean(tf.conv2d(image, tf.ones([3, 3, 1, 2]), 1, 'same'), [1, 2]), [-1]);
    const parts = [product, convolved, tf.max(tf.exp(a), 1), tf.reshape(tf.topk(a, 3).values, [-1])];
    return [...tf.concat(parts).dataSync()];
  });
}

test('tensors are calculated where they lie, while tfjs works on and its heap grows', async () => {
  const own = await createKernels();
  const before = tf.memory().numTensors;
  const input = tf.tidy(() => tf.reshape(tf.sin(tf.range(0, 2400)), [60, 40])) as tf.Tensor2D;
  const untouched = work(input);
  const kernels = createKernelsSync({ heap: heapOf(backend) });
  expect(kernels.backend).toBe(own.backend);
  expect(work(input)).toEqual(untouched);
  const { memory } = backend.wasm.asm;
  const sizes = new Set<number>();
  const held: tf.Tensor[] = [input];
  for (let step = 0; step < 12; step++) {
    for (const form of forms) {
      const batch = plainCase(form, 20 + step, 1203);
      const expected = own[form](batch) as Result;
      const logits = tf.tensor2d(batch.logits, [20 + step, 1203]);
      const gradient = tf.zerosLike(logits);
      const result = kernels[form]({ ...batch, logits: viewOf(logits) }, { gradient: viewOf(gradient) }) as Result;
      expect(result.loss).toBe(expected.loss);
      expectSame(result.rowLosses, expected.rowLosses);
      expectSame(gradient.dataSync() as Float32Array, expected.gradient);
      expectSame(logits.dataSync() as Float32Array, batch.logits);
      expect(work(input)).toEqual(untouched);
      tf.dispose([logits, gradient]);
    }
    // From 16 MB on, several times.
    held.push(tf.fill([2 ** 20], step));
    sizes.add(memory.buffer.byteLength);
  }
  expect(sizes.size).toBeGreaterThan(3);
  held.slice(1).forEach((tensor, step) => {
    expect(tensor.dataSync().every((value) => value === step)).toBe(true);
  });
  kernels.dispose();
  expect(work(input)).toEqual(untouched);
  tf.dispose(held);
  expect(tf.memory().numTensors).toBe(before);
  own.dispose();
});
