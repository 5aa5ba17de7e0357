import { forms, plainCase } from '@eqloss/core/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { createKernels, createKernelsSync } from './index.ts';
import { backends, describeKernels, expectSameResult, heapKernels } from './testing.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

for (const backend of backends) {
  describeKernels(`backend ${backend} in a browser`, () => createKernels({ backend }), 15);
}
describeKernels('two threads in a browser', () => createKernels({ threads: 2, shareFrom: 0 }), 15);
describeKernels('over a heap in a browser', heapKernels, 15);

test('Chromium runs the fused module, and nothing is missing', async () => {
  const kernels = await createKernels();
  expect(kernels).toMatchObject({ backend: 'relaxed-simd', threads: 1, reason: undefined });
  kernels.dispose();
});

test('so it does on the main thread without waiting, and the bits are the same', async () => {
  expect(globalThis).toHaveProperty('document');
  const [waited, atOnce] = [await createKernels(), createKernelsSync()];
  expect(atOnce).toMatchObject({ backend: 'relaxed-simd', threads: 1, reason: undefined });
  for (const form of forms)
    expectSameResult(atOnce[form](plainCase(form, 3, 1203)), waited[form](plainCase(form, 3, 1203)));
  waited.dispose();
  atOnce.dispose();
});

test('an isolated page has threads, which give the bits of one, 200 times in a row', async () => {
  expect(crossOriginIsolated).toBe(true);
  const one = await createKernels();
  const two = await createKernels({ threads: 2, shareFrom: 0 });
  expect(two).toMatchObject({ backend: one.backend, threads: 2, reason: undefined });
  const batches = forms.map((form) => ({ form, batch: plainCase(form, 64, 100) }));
  for (let call = 0; call < 200; call++) {
    const { form, batch } = batches[call % 2];
    expectSameResult(two[form](batch), one[form](batch), `call ${call}`);
    // A worker takes the message of a memory, or falls asleep, between turns.
    if (call % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  one.dispose();
  two.dispose();
});

test('two threads: 300 buffers that come and go leave room for more, though a page has room for some hundred only', async () => {
  const kernels = await createKernels({ threads: 2, shareFrom: 0 });
  const batch = plainCase('sigmoid', 3, 5);
  for (let k = 0; k < 300; k++) {
    const { logits, dispose } = kernels.allocate({ rows: 3 + (k % 7), classes: 5 });
    logits.set(batch.logits);
    expectSameResult(kernels.sigmoid({ ...batch, logits: logits.subarray(0, 15) }), kernels.sigmoid(batch));
    dispose();
  }
  kernels.dispose();
});

test('a page that is not isolated has one thread, and a reason', async () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  const kernels = await createKernels({ threads: 2 });
  expect(kernels.threads).toBe(1);
  expect(kernels.reason).toMatch(/Cross-Origin-Opener-Policy/);
  expect(kernels.sigmoid(plainCase('sigmoid', 4, 5)).rowLosses.length).toBe(4);
  kernels.dispose();
});

test('a page whose policy forbids such workers has one thread, and a reason', async () => {
  // As a Content-Security-Policy does: the worker comes to be, and then only reports that it may not run.
  class Forbidden extends EventTarget {
    onerror: ((event: unknown) => void) | undefined;
    postMessage(): void {
      setTimeout(() => this.onerror?.({ message: '' }));
    }
    terminate(): void {}
  }
  vi.stubGlobal('Worker', Forbidden);
  const kernels = await createKernels({ threads: 2 });
  expect(kernels.threads).toBe(1);
  expect(kernels.reason).toMatch(/allows no worker from a blob: URL/);
  expect(kernels.softmax(plainCase('softmax', 4, 5)).rowLosses.length).toBe(4);
  kernels.dispose();
});
