import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { codeOf, forms, plainCase } from '@eqloss/core/testing';
import { afterEach, expect, test } from 'vitest';
import { createArena, TABLE } from './arena.ts';
import { type Buffers, createKernels } from './index.ts';
import { compileKernels } from './module.ts';
import { expectSame } from './testing.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const { Memory } = WebAssembly;
afterEach(() => {
  WebAssembly.Memory = Memory;
});

/** Bytes outside the heap of what is still reachable. */
async function external(): Promise<number> {
  // What was seen in a turn stays alive until its end.
  for (let k = 0; k < 3; k++) {
    await setImmediate();
    collect();
  }
  return process.memoryUsage().external;
}

/** The sizes of all memories made from now on. */
function watchMemories(): number[] {
  const sizes: number[] = [];
  // No mock: that would hold on to what it made.
  class Watched extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      sizes.push(descriptor.initial * 65_536);
    }
  }
  WebAssembly.Memory = Watched;
  return sizes;
}

test('1000 buffers that were disposed of are all freed', async () => {
  const kernels = await createKernels();
  const memories: WeakRef<ArrayBufferLike>[] = [];
  const before = await external();
  // A function of its own: what it holds is gone with it.
  const once = () => {
    const buffers = kernels.allocate({ rows: 32, classes: 1203 });
    memories.push(new WeakRef(buffers.logits.buffer));
    kernels.sigmoid({ ...plainCase('sigmoid', 1, 9), logits: buffers.logits.subarray(0, 9) });
    buffers.dispose();
  };
  for (let k = 1; k <= 1000; k++) {
    once();
    if (k % 100 === 0) await external();
  }
  await external();
  expect(memories.filter((memory) => memory.deref() !== undefined).length).toBe(0);
  expect((await external()) - before).toBeLessThan(2e6);
  kernels.dispose();
});

test('two threads: 1000 buffers, four at a time, share a few memories, are zeros, and end with dispose', async () => {
  const kernels = await createKernels({ threads: 2, shareFrom: 0 });
  const sizes = watchMemories();
  const before = await external();
  const held: Buffers[] = [];
  for (let k = 1; k <= 1000; k++) {
    const buffers = kernels.allocate({ rows: 30 + (k % 3), classes: 1203 - (k % 5) });
    for (const values of [buffers.logits, buffers.gradient]) {
      if (values.some((value) => value !== 0)) throw new Error(`buffers ${k} are not zeros`);
      values.fill(k);
    }
    held.push(buffers);
    if (held.length < 4) continue;
    const [oldest] = held.splice(0, 1);
    oldest.dispose();
    oldest.dispose();
    const stale = { ...plainCase('sigmoid', 1, 9), logits: oldest.logits.subarray(0, 9) };
    expect(codeOf(() => kernels.sigmoid(stale))).toBe('DISPOSED');
  }
  for (const { logits, gradient, dispose } of held) {
    expect(new Set([...logits, ...gradient]).size).toBe(1);
    dispose();
  }
  expect(sizes.length).toBeLessThanOrEqual(16);
  expect((await external()) - before).toBeLessThan(2e7);
  kernels.dispose();
});

test('1000 buffers that nobody disposes of are freed with their kernels', async () => {
  const memories: WeakRef<ArrayBufferLike>[] = [];
  const use = async () => {
    const kernels = await createKernels();
    for (let k = 0; k < 1000; k++) {
      memories.push(new WeakRef(kernels.allocate({ rows: 3, classes: 20 }).logits.buffer));
    }
    kernels.dispose();
  };
  const before = await external();
  await use();
  expect((await external()) - before).toBeLessThan(2e6);
  expect(memories.filter((memory) => memory.deref() !== undefined).length).toBe(0);
});

test('1000 calls leave nothing behind, and make no second memory', async () => {
  const kernels = await createKernels();
  const batches = forms.map((form) => ({ form, batch: plainCase(form, 20, 1203) }));
  const all = () => {
    for (const { form, batch } of batches) kernels[form](batch);
  };
  all();
  const sizes = watchMemories();
  const before = await external();
  for (let call = 0; call < 500; call++) all();
  expect((await external()) - before).toBeLessThan(1e5);
  expect(sizes).toEqual([]);
  kernels.dispose();
});

test('memory beside the caller’s is less than 1 MB for one thread, and 384 KB more for each further one', async () => {
  const compiled = await compileKernels(false, undefined);
  if (typeof compiled === 'string') throw new Error(compiled);
  const arenaOf = (threads: number) =>
    createArena(compiled.module, { id: 1, classes: 10 * TABLE, threads, shared: false, userBytes: 0 });
  expect(arenaOf(1).layout.user).toBeLessThan(1e6);
  expect(arenaOf(1).memory.buffer.byteLength).toBeLessThanOrEqual(2 ** 20);
  for (const threads of [2, 5, 64]) {
    const more = arenaOf(threads).layout.user - arenaOf(1).layout.user;
    expect(more).toBe((threads - 1) * (384 * 1024 + 512));
  }
});

test('no parts of the memory overlap, and all begin at whole cache lines', async () => {
  const compiled = await compileKernels(false, undefined);
  if (typeof compiled === 'string') throw new Error(compiled);
  for (const threads of [1, 3, 64]) {
    for (const classes of [1, 31, 33, 1203, TABLE]) {
      const { layout } = createArena(compiled.module, { id: 1, classes, threads, shared: false, userBytes: 0 });
      const starts = Object.values(layout);
      expect(starts.every((start) => start % 64 === 0)).toBe(true);
      expect([...starts].sort((a, b) => a - b)).toEqual(starts);
      expect(layout.labels - layout.scratch).toBe(512 * threads);
      expect(layout.user - layout.weights).toBe(131_072 * threads);
    }
  }
});

test.each(forms)('%s: ordinary arrays of 4096 x 1203 take less than 1 MB beside them', async (form) => {
  const { gate, logits } = plainCase(form, 4096, 1203);
  const labels = Int32Array.from({ length: 4096 }, (_, i) => i % 1203);
  const batch = { gate, logits, labels, ...(form === 'softmax' && { beta: 0.75 }) };
  const kernels = await createKernels();
  const gradient = new Float32Array(logits.length);
  const rowLosses = new Float64Array(4096);
  const sizes = watchMemories();
  const before = await external();
  kernels[form](batch, { gradient, rowLosses });
  // Without collecting: what the call held for a moment counts.
  const arrays = process.memoryUsage().external - before;
  expect(sizes.length).toBe(1);
  expect(sizes[0]).toBeLessThan(1e6);
  expect(arrays).toBeLessThan(1e6);
  // A memory of the kernels gives the same.
  const buffers = kernels.allocate({ rows: 4096, classes: 1203 });
  expect(sizes[1]).toBeLessThan(8 * logits.length + 1e6);
  buffers.logits.set(logits);
  kernels[form]({ ...batch, logits: buffers.logits }, { gradient: buffers.gradient });
  expect(sizes.length).toBe(2);
  expectSame(buffers.gradient, gradient);
  kernels.dispose();
});

test('β that is drawn for 4096 x 1203 takes no memory beside the kernels', async () => {
  const { gate, logits } = plainCase('softmax', 4096, 1203);
  const labels = Int32Array.from({ length: 4096 }, (_, i) => i % 1203);
  const kernels = await createKernels();
  const sizes = watchMemories();
  const before = await external();
  kernels.softmax({ gate, logits, labels, beta: { gamma: 0.9, seed: 1, step: 1 } }, { gradient: logits });
  expect(process.memoryUsage().external - before).toBeLessThan(1e6);
  expect(sizes.length).toBe(1);
  expect(sizes[0]).toBeLessThan(1e6);
  kernels.dispose();
});

test('a larger table replaces a smaller one, which is freed', async () => {
  const kernels = await createKernels();
  const sizes = watchMemories();
  const before = await external();
  for (const classes of [10, 100, 1203, 30_721, 122_880, 200_000, 10]) {
    kernels.sigmoid(plainCase('sigmoid', 2, classes));
  }
  expect(sizes.length).toBe(5);
  // The last one is there, those before it are not.
  expect((await external()) - before).toBeLessThan(1.1 * sizes[4]);
  kernels.dispose();
});
