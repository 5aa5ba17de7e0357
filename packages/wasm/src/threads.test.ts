import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import workerThreads, { type Worker as NodeWorker, type WorkerOptions } from 'node:worker_threads';
import { forms, plainCase } from '@eqloss/core/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createKernels } from './index.ts';
import { compileKernels } from './module.ts';
import { type Case, describeKernels, expectSameResult, ways } from './testing.ts';
import { startPool } from './threads.ts';

const { Worker } = workerThreads;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Lets tests see the workers that are started, and change their program. */
function watchWorkers(changed: (source: string) => string = (source) => source): NodeWorker[] {
  const started: NodeWorker[] = [];
  class Watched extends Worker {
    constructor(source: string | URL, options?: WorkerOptions) {
      super(changed(String(source)), options);
      started.push(this);
    }
  }
  vi.spyOn(workerThreads, 'Worker').mockImplementation(Watched);
  return started;
}

describeKernels('three threads', () => createKernels({ threads: 3, shareFrom: 0 }), 30);

test.each([2, 3, 5])('%i threads give the bits of one, 200 times in a row', async (threads) => {
  const one = await createKernels();
  const many = await createKernels({ threads, shareFrom: 0 });
  expect(many).toMatchObject({ threads, reason: undefined, backend: one.backend });
  const shapes = [
    [64, 100],
    [7, 1203],
    [1, 5],
    [33, 32],
    [2, 61_441],
  ];
  const batches = shapes.flatMap(([rows, classes]) =>
    forms.map((form) => {
      const batch = plainCase(form, rows, classes);
      return { form, batch, expected: one[form](batch) };
    }),
  );
  for (let call = 0; call < 200; call++) {
    const { form, batch, expected } = batches[call % batches.length];
    expectSameResult(many[form](batch), expected, `call ${call}`);
    // Now and then the workers fall asleep in between.
    if (call % 20 === 0) await pause(2);
  }
  one.dispose();
  many.dispose();
});

test('the workers take their part: what they do not calculate is missing', async () => {
  watchWorkers((source) => source.replace(/^ *run\(.*$/m, ''));
  const one = await createKernels();
  const kernels = await createKernels({ threads: 2, shareFrom: 0 });
  const batch = plainCase('sigmoid', 256, 300);
  const { loss } = one.sigmoid(batch);
  let least = loss;
  for (const end = Date.now() + 30_000; least === loss && Date.now() < end; ) {
    least = Math.min(least, kernels.sigmoid(batch).loss);
  }
  expect(least).toBeLessThan(loss);
  one.dispose();
  kernels.dispose();
});

test('jobs from 16,384 logits on are shared, smaller ones not', async () => {
  const kernels = await createKernels({ threads: 2 });
  const notify = vi.spyOn(Atomics, 'exchange');
  kernels.sigmoid(plainCase('sigmoid', 16, 1023));
  expect(notify).not.toHaveBeenCalled();
  kernels.sigmoid(plainCase('sigmoid', 16, 1024));
  expect(notify).toHaveBeenCalled();
  kernels.dispose();
});

test('many tiny jobs in buffers that come and go all give the right bits', async () => {
  const one = await createKernels();
  const kernels = await createKernels({ threads: 3, shareFrom: 0 });
  const batches = forms.map((form, k) => ({ form, batch: plainCase(form, 6, 40 + k) }));
  const expected = batches.map(({ form, batch }) => one[form](batch));
  const make = ({ batch }: { readonly batch: Case }) => {
    const buffers = kernels.allocate({ rows: 6, classes: batch.gate.classes });
    buffers.logits.set(batch.logits);
    return buffers;
  };
  const held = batches.map(make);
  for (let call = 0; call < 600; call++) {
    const k = call % 2;
    if (call % 7 === 0) {
      // The workers hear of the new memory only after the job in it has begun.
      held[k].dispose();
      held[k] = make(batches[k]);
    }
    if (call % 50 === 0) await pause(call % 100 === 0 ? 0 : 1);
    const { form, batch } = batches[k];
    const { logits, gradient } = held[k];
    gradient.fill(7);
    expectSameResult(kernels[form]({ ...batch, logits }, { gradient }), expected[k], `call ${call}`);
  }
  one.dispose();
  kernels.dispose();
});

describe('a worker that dies', () => {
  const batch = plainCase('sigmoid', 8, 50);

  test.each([
    ['ends', (worker: NodeWorker) => worker.terminate()],
    ['throws', (worker: NodeWorker) => worker.postMessage(null)],
  ])('and %s is told by WORKER at the next call, and nothing is written', async (_, kill) => {
    const started = watchWorkers();
    const kernels = await createKernels({ threads: 3, shareFrom: 0 });
    expect(started.length).toBe(2);
    const buffers = kernels.allocate({ rows: 8, classes: 50 });
    buffers.logits.set(batch.logits);
    const gone = new Promise((resolve) => started[1].once('exit', resolve));
    kill(started[1]);
    await gone;
    const gradient = buffers.gradient.fill(7);
    const rowLosses = new Float64Array(8).fill(7);
    const run = () => kernels.sigmoid({ ...batch, logits: buffers.logits }, { gradient, rowLosses });
    for (const again of [run, run, () => kernels.allocate({ rows: 1, classes: 1 })]) {
      expect(again).toThrow(expect.objectContaining({ name: 'EqlError', code: 'WORKER' }));
    }
    expect([...gradient, ...rowLosses].every((value) => value === 7)).toBe(true);
    expect([...buffers.logits]).toEqual([...batch.logits]);
    buffers.dispose();
    buffers.dispose();
    const other = new Promise((resolve) => started[0].once('exit', resolve));
    kernels.dispose();
    kernels.dispose();
    await other;
    expect(run).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });

  test('between two calls of one turn takes nothing from the result', async () => {
    const started = watchWorkers();
    const kernels = await createKernels({ threads: 2, shareFrom: 0 });
    const before = kernels.sigmoid(batch);
    const gone = started[0].terminate();
    expectSameResult(kernels.sigmoid(batch), before);
    await gone;
    kernels.dispose();
  });

  test('while it has rows is told by WORKER once patience is at an end', async () => {
    watchWorkers((source) =>
      source.replace('const kernels = arenas.get', 'process.exit(9); const kernels = arenas.get'),
    );
    const kernels = await createKernels({ threads: 2, shareFrom: 0 });
    // Patience without the waiting.
    vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    const many = plainCase('sigmoid', 64, 50);
    // However long the worker takes to wake up and end.
    const run = () => {
      for (const end = Date.now() + 30_000; Date.now() < end; ) kernels.sigmoid(many);
    };
    expect(run).toThrow(expect.objectContaining({ code: 'WORKER' }));
    expect(() => kernels.sigmoid(batch)).toThrow(expect.objectContaining({ code: 'WORKER' }));
    kernels.dispose();
  });
});

describe('where there are no threads', () => {
  const batch = plainCase('softmax', 8, 50);

  test('for want of shared memory there is one, and a reason that names the headers', async () => {
    const expected = ways['ordinary arrays'](await createKernels(), 'softmax', batch);
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const kernels = await createKernels({ threads: 4 });
    expect(kernels.threads).toBe(1);
    expect(kernels.reason).toMatch(/Cross-Origin-Opener-Policy/);
    for (const way of Object.values(ways)) expectSameResult(way(kernels, 'softmax', batch), expected);
    kernels.dispose();
  });

  test('for want of workers there is one, and a reason', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    vi.stubGlobal('Worker', undefined);
    const kernels = await createKernels({ threads: 4 });
    expect(kernels).toMatchObject({ threads: 1, reason: 'this runtime has no workers' });
    kernels.dispose();
  });

  test('since a worker does not start there is one, a reason, and no worker is left', async () => {
    let count = 0;
    const started = watchWorkers((source) => (count++ === 1 ? 'process.exit(3)' : source));
    const kernels = await createKernels({ threads: 3 });
    expect(kernels.threads).toBe(1);
    expect(kernels.reason).toMatch(/no worker could be started: it ended with code 3/);
    await vi.waitFor(() => expect(started.map(({ threadId }) => threadId)).toEqual([-1, -1]));
    expect(kernels.softmax(batch).rowLosses.length).toBe(8);
    kernels.dispose();
  });
});

test('a pool ends its workers, and lets go of memories', async () => {
  const started = watchWorkers();
  const compiled = await compileKernels(true, undefined);
  if (typeof compiled === 'string') throw new Error(compiled);
  const pool = await startPool(compiled.module, 4);
  if (typeof pool === 'string') throw new Error(pool);
  expect(pool.threads).toBe(4);
  expect(() => pool.check()).not.toThrow();
  pool.stop();
  pool.stop();
  await vi.waitFor(() => expect(started.map(({ threadId }) => threadId)).toEqual([-1, -1, -1]));
});

test('kernels that nobody disposes of keep no process alive', () => {
  const index = new URL('./index.ts', import.meta.url).href;
  const program = `
    import { createKernels } from ${JSON.stringify(index)};
    import { createGate } from '@eqloss/core';
    const kernels = await createKernels({ threads: 3, shareFrom: 0 });
    const batch = { gate: createGate([1, 2], { threshold: 2 }), logits: new Float32Array(200), labels: new Uint8Array(100) };
    console.log(kernels.threads, kernels.sigmoid(batch).rowLosses.length);
  `;
  const printed = execFileSync(
    process.execPath,
    ['--conditions=@eqloss/source', '--input-type=module', '--eval', program],
    { cwd: fileURLToPath(new URL('.', import.meta.url)), encoding: 'utf8', timeout: 30_000 },
  );
  expect(printed.trim()).toBe('3 100');
});
