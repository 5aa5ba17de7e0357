import { codeOf, forms, lossOf, plainCase } from '@eqloss/core/testing';
import { describe, expect, test } from 'vitest';
import { createKernels, createKernelsSync, type Heap, type Kernels } from './index.ts';
import { type Case, expectSame, expectSameResult, type Result, stackHeap, ways } from './testing.ts';

/** What nobody may write over. */
const PATTERN = 0xa5;

/** A heap full of a pattern, kernels over it, and all that they may write to. */
function patternedHeap(pages: number) {
  const heap = stackHeap(pages);
  const bytes = () => new Uint8Array(heap.memory.buffer);
  bytes().fill(PATTERN);
  const allowed: [at: number, bytes: number][] = [];
  const kernels = createKernelsSync({
    heap: {
      ...heap,
      allocate: (size) => {
        const at = heap.allocate(size);
        allowed.push([at, size]);
        return at;
      },
    },
  });
  /** Whether all but what is allowed, and `also`, is as it was. */
  const isUntouched = (also: Float32Array) => {
    const copy = bytes().slice();
    for (const [at, size] of [...allowed, [also.byteOffset, also.byteLength] as const])
      copy.fill(PATTERN, at, at + size);
    return copy.every((byte) => byte === PATTERN);
  };
  return { heap, kernels, allowed, isUntouched };
}

/** Batches that take every path: index labels, target rows, β of all kinds, left to the host, wide rows. */
function batchesOf(form: 'sigmoid' | 'softmax'): Case[] {
  const all: Case[] = [plainCase(form, 3, 45), plainCase(form, 5, 1203), plainCase(form, 2, 122_881)];
  const { labels: _, ...wide } = plainCase(form, 3, 70);
  const targets = Float64Array.from(wide.logits, (_, k) => (k % 7 === 0 ? 0.985 : 0));
  all.push({ ...wide, targets });
  if (form === 'softmax') {
    const batch = plainCase(form, 4, 67);
    all.push({ ...batch, beta: Float32Array.from(batch.logits, (_, k) => (k % 3) / 2) });
    all.push({ ...batch, beta: 1 - 2 ** -30 });
    all.push({ ...batch, beta: { gamma: 0.9, seed: 1, step: 1 } as unknown as number });
  }
  return all;
}

describe.each(forms)('%s', (form) => {
  test('nothing is written but to what was allocated and to the gradient, whatever the batch', async () => {
    const own = await createKernels();
    const { heap, kernels, allowed, isUntouched } = patternedHeap(64);
    expect(allowed.length).toBe(1);
    for (const batch of batchesOf(form)) {
      const expected = own[form](batch) as Result;
      const { length } = batch.logits;
      // The gradient lies between pattern and pattern, at no multiple of 16.
      const at = heap.allocate(4 * length + 128);
      const gradient = new Float32Array(heap.memory.buffer, at + 60, length);
      const rowLosses = new Float64Array(length / batch.gate.classes);
      const result = kernels[form](batch, { gradient, rowLosses });
      expectSameResult(result as Result, expected);
      expect(isUntouched(gradient)).toBe(true);
      gradient.set(batch.logits);
      const inPlace = kernels[form]({ ...batch, logits: gradient }, { gradient });
      expectSameResult(inPlace as Result, expected);
      expect(isUntouched(gradient)).toBe(true);
      gradient.set(batch.logits);
      const loss = kernels[form]({ ...batch, logits: gradient }, { gradient: false });
      expectSame(loss.rowLosses, expected.rowLosses);
      expectSame(gradient, batch.logits);
      expect(isUntouched(gradient)).toBe(true);
      new Uint8Array(heap.memory.buffer, at, 4 * length + 128).fill(PATTERN);
      heap.free(at);
    }
    own.dispose();
    expect(allowed.length).toBe(1);
  });

  test('a heap that grows between calls takes the old views away, and new ones work', () => {
    const { heap, kernels } = patternedHeap(24);
    const batch = plainCase(form, 4, 50);
    const expected = ways['ordinary arrays'](kernels, form, batch);
    const [z, g] = [heap.allocate(800), heap.allocate(800)];
    const viewsOf = () => [z, g].map((at) => new Float32Array(heap.memory.buffer, at, 200));
    const [logits, gradient] = viewsOf();
    logits.set(batch.logits);
    for (let call = 0; call < 5; call++) {
      const [nowLogits, nowGradient] = viewsOf();
      nowGradient.fill(7);
      const result = kernels[form]({ ...batch, logits: nowLogits }, { gradient: nowGradient });
      expectSameResult(result as Result, expected);
      heap.memory.grow(1 + call);
      expectSameResult(ways['ordinary arrays'](kernels, form, batch), expected);
    }
    expect(codeOf(() => kernels[form]({ ...batch, logits }))).toBe('BUFFER');
    expect(codeOf(() => kernels[form](batch, { gradient }))).toBe('BUFFER');
  });

  test('arrays at address 0, which means none to the kernels, and at any multiple of 4', () => {
    const { heap, kernels } = patternedHeap(64);
    const batch = plainCase(form, 4, 50);
    const expected = ways['ordinary arrays'](kernels, form, batch);
    for (const at of [0, 4, 8, 12, 20]) {
      const gradient = new Float32Array(heap.memory.buffer, at, 200).fill(7);
      expectSameResult(kernels[form](batch, { gradient }) as Result, expected);
      gradient.set(batch.logits);
      expectSameResult(kernels[form]({ ...batch, logits: gradient }, { gradient }) as Result, expected);
    }
  });
});

test('draws write to nothing but to what was allocated', () => {
  const { heap, kernels, isUntouched } = patternedHeap(64);
  for (const [rows, classes] of [
    [1000, 1203],
    [1, 400_001],
    [400_001, 1],
  ]) {
    kernels.drawBeta({ rows, classes, gamma: 0.9, seed: 1, step: 2, classOffset: 3 });
    expect(isUntouched(new Float32Array(heap.memory.buffer, 0, 0))).toBe(true);
  }
  kernels.dispose();
});

test('two kernels share a heap, and one that is disposed of leaves the other right', () => {
  const heap = stackHeap(64);
  const [one, two] = [createKernelsSync({ heap }), createKernelsSync({ heap, backend: 'simd' })];
  const batch = plainCase('softmax', 4, 50);
  const [first, second] = [one, two].map((kernels) => kernels.softmax(batch));
  for (let k = 0; k < 3; k++) {
    expectSameResult(one.softmax(batch), first);
    expectSameResult(two.softmax(batch), second);
  }
  two.dispose();
  expectSameResult(one.softmax(batch), first);
});

test('1000 calls take nothing of the heap, and dispose gives it back, once', () => {
  const calls: string[] = [];
  const stack = stackHeap(64);
  const heap: Heap = {
    memory: stack.memory,
    allocate: (bytes) => {
      const at = stack.allocate(bytes);
      calls.push(`allocate ${at}`);
      expect(bytes).toBeLessThan(1e6);
      return at;
    },
    free: (at) => {
      calls.push(`free ${at}`);
      stack.free(at);
    },
  };
  const kernels = createKernelsSync({ heap });
  for (let k = 0; k < 1000; k++) kernels.sigmoid(plainCase('sigmoid', 2, 1 + (k % 90)));
  kernels.dispose();
  kernels.dispose();
  expect(calls).toEqual(['allocate 4104', 'free 4104']);
  expect(codeOf(() => kernels.sigmoid(plainCase('sigmoid', 1, 5)))).toBe('DISPOSED');
});

test('addresses beyond 2 GB work, also where malloc gives them as negative numbers', () => {
  const memory = new WebAssembly.Memory({ initial: 2 ** 15 + 64 });
  const freed: number[] = [];
  const signed = 2 ** 31 + 8 - 2 ** 32;
  const kernels = createKernelsSync({ heap: { memory, allocate: () => signed, free: (at) => freed.push(at) } });
  const batch = plainCase('sigmoid', 4, 50);
  const gradient = new Float32Array(memory.buffer, 2 ** 31 + 2 ** 20, 200);
  gradient.set(batch.logits);
  const expected = ways['ordinary arrays'](kernels, 'sigmoid', batch);
  expectSameResult(kernels.sigmoid({ ...batch, logits: gradient }, { gradient }), expected);
  expect(Math.abs(expected.loss / lossOf.sigmoid(batch).loss - 1)).toBeLessThan(2e-6);
  expect(new Uint8Array(memory.buffer, 0, 2 ** 20).every((byte) => byte === 0)).toBe(true);
  kernels.dispose();
  expect(freed).toEqual([signed]);
});

describe('a heap that is none', () => {
  const heapWith = (changed: object): Heap => ({ ...stackHeap(64), ...changed });
  const codeWith = (heap: unknown) => codeOf(() => createKernelsSync({ heap: heap as Heap }));

  test.each([
    ['no object', 2],
    ['null', null],
    ['empty', {}],
    ['without a memory', heapWith({ memory: { buffer: new ArrayBuffer(8) } })],
    ['without allocate', heapWith({ allocate: undefined })],
    ['without free', heapWith({ free: 7 })],
    ['shared', heapWith({ memory: new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true }) })],
  ])('UNSUPPORTED: %s', (_, heap) => {
    expect(codeWith(heap)).toBe('UNSUPPORTED');
  });

  test('UNSUPPORTED: one with addresses of 64 bits, which gets back what it gave', () => {
    const freed: number[] = [];
    const descriptor = { initial: 64n, address: 'i64' } as unknown as WebAssembly.MemoryDescriptor;
    const memory = new WebAssembly.Memory(descriptor);
    expect(codeWith(heapWith({ memory, free: (at: number) => freed.push(at) }))).toBe('UNSUPPORTED');
    expect(freed).toEqual([4104]);
  });

  test.each([
    ['gives 0', () => 0],
    ['gives NaN', () => Number.NaN],
    ['gives undefined', () => undefined],
    ['gives what is not in the memory', () => 63 * 65_536],
    [
      'throws',
      () => {
        throw new Error('abort(OOM)');
      },
    ],
  ])('OUT_OF_MEMORY: allocate %s', (_, allocate) => {
    expect(codeWith(heapWith({ allocate }))).toBe('OUT_OF_MEMORY');
  });

  test('UNSUPPORTED: kernels over a heap allocate no arrays', () => {
    const kernels = createKernelsSync({ heap: stackHeap(64) });
    expect(codeOf(() => kernels.allocate({ rows: 2, classes: 3 }))).toBe('UNSUPPORTED');
  });
});

test('core’s TypeScript leaves the heap alone, and works on its arrays', () => {
  const heap = stackHeap(4);
  const none = () => {
    throw new Error('asked for');
  };
  const kernels: Kernels = createKernelsSync({
    backend: 'typescript',
    heap: { memory: heap.memory, allocate: none, free: none },
  });
  const batch = plainCase('sigmoid', 4, 50);
  const logits = new Float32Array(heap.memory.buffer, 64, 200);
  logits.set(batch.logits);
  expectSameResult(kernels.sigmoid({ ...batch, logits }, { gradient: logits }), kernels.sigmoid(batch));
  kernels.dispose();
});
