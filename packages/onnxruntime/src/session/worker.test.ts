import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { createGate, EqlError } from '@eqloss/core';
import { forms, plainCase } from '@eqloss/core/testing';
import * as ort from 'onnxruntime-node';
import { afterEach, describe, expect, test } from 'vitest';
import { createLossSession, type LossBatch, type LossSession, type LossSessionOptions, type Ort } from '../index.ts';
import type { Job } from './job.ts';
import { planOf } from './plan.ts';
import { createRemoteEngine } from './remote.ts';

const gate = createGate([5, 1, 5], { threshold: 2 });
const logits = Float32Array.of(1, -2, 3, 0, 0.5, -0.25);

const open: LossSession[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((session) => session.release()));
});

/** A session, released after the test, and its worker if it has one. */
async function start(options: LossSessionOptions): Promise<{ session: LossSession; worker: Worker }> {
  let worker: Worker | undefined;
  const seen = (started: Worker): void => {
    worker = started;
  };
  process.once('worker', seen);
  const session = await createLossSession(ort, options);
  process.off('worker', seen);
  open.push(session);
  return { session, worker: worker! };
}

describe.each(forms)('%s', (form) => {
  const { gate, logits, labels, beta } = plainCase(form, 9, 300);
  const targets = Float64Array.from(logits, (_, k) => (k % 11 === 0 ? 0.5 : 0));
  const drawn = { gamma: 0.9, seed: 1, step: 2 };
  const kinds: readonly [string, Partial<LossBatch>][] = [
    ['labels', { labels, ...(form === 'softmax' && { beta }) }],
    ['weights', { labels, rowWeights: [2, 0, 1, 1, 1, 1, 1, 1, 1], ...(form === 'softmax' && { beta: 0.9 }) }],
    ['targets', { targets, ...(form === 'softmax' ? { beta: drawn } : { foreground: new Uint8Array(9) }) }],
    ['lists', { targets: [...targets], ...(form === 'softmax' && { beta: new Float32Array(300).fill(0.9) }) }],
    ['bits', { labels, ...(form === 'softmax' && { beta: Uint8Array.from(beta as number[]) }) }],
  ];

  test.each(kinds)('a worker gives the bits of this thread: %s', async (_, rest) => {
    const { session: here } = await start({ form, gate });
    const { session: there } = await start({ form, gate, worker: true, blockRows: 4 });
    const expected = await here.run({ logits, ...rest });
    expect(await there.run({ logits, ...rest })).toEqual(expected);
    const shared = new Float32Array(new SharedArrayBuffer(4 * logits.length));
    shared.set(logits);
    expect(await there.run({ logits: shared, ...rest })).toEqual(expected);
    // A view of more than the batch: nothing else is sent, nothing of the caller's is taken.
    const around = new Float32Array(logits.length + 2);
    around.set(logits, 1);
    expect(await there.run({ logits: around.subarray(1, -1), ...rest })).toEqual(expected);
    expect(around.length).toBe(logits.length + 2);
    const moved = logits.slice();
    expect(await there.run({ logits: moved, ...rest }, { transfer: [moved.buffer] })).toEqual(expected);
    expect(moved.length).toBe(0);
    const gradient = new Float32Array(logits.length);
    const result = await there.run({ logits, ...rest }, { gradient });
    expect(result).toEqual(expected);
    expect(result.gradient).toBe(gradient);
    const both = { gradient, transfer: [gradient.buffer] };
    await expect(there.run({ logits, ...rest }, both)).rejects.toMatchObject({ code: 'BUFFER' });
  });
});

test('timers of this thread go on while a large batch runs', async () => {
  const { gate, logits, labels } = plainCase('sigmoid', 2048, 1203);
  const shared = new Float32Array(new SharedArrayBuffer(4 * logits.length));
  shared.set(logits);
  /** How often the event loop turns while a run is under way. One block: without a worker it is one long call. */
  const turnsOf = async (worker: boolean): Promise<number> => {
    const { session } = await start({ form: 'sigmoid', gate, worker, blockRows: 2048 });
    await session.run({ logits: logits.subarray(0, 1203), labels: labels!.slice(0, 1) });
    let turns = 0;
    let next = setImmediate(function turn() {
      turns++;
      next = setImmediate(turn);
    });
    await session.run({ logits: shared, labels });
    clearImmediate(next);
    return turns;
  };
  expect(await turnsOf(true)).toBeGreaterThan(10 * (await turnsOf(false)));
});

test('sessions that are released leave no worker behind', async () => {
  let running = 0;
  const seen = (worker: Worker): void => {
    running++;
    worker.once('exit', () => running--);
  };
  process.on('worker', seen);
  for (let k = 0; k < 5; k++) {
    const session = await createLossSession(ort, { form: 'sigmoid', gate, worker: true });
    await session.run({ logits, labels: [0, 1] });
    await session.release();
    expect(running).toBe(0);
  }
  process.off('worker', seen);
});

test('overlapping runs each get their own answer, and release waits for them', async () => {
  const { session: here } = await start({ form: 'sigmoid', gate });
  const { session, worker } = await start({ form: 'sigmoid', gate, worker: true });
  const batches = [1, 2, 3].map((factor) => ({ logits: logits.map((z) => z * factor), labels: [0, 1] }));
  const runs = batches.map((batch) => session.run(batch));
  const exit = new Promise((resolve) => worker.once('exit', resolve));
  const released = session.release();
  expect(await Promise.all(runs)).toEqual(await Promise.all(batches.map((batch) => here.run(batch))));
  await released;
  await session.release();
  await exit; // it leaves no worker behind
  await expect(session.run(batches[0])).rejects.toMatchObject({ code: 'DISPOSED' });
});

test('of many runs at once no more than two are at the worker, in the order of the calls', async () => {
  const { session, worker } = await start({ form: 'sigmoid', gate, worker: true });
  const post = worker.postMessage.bind(worker);
  const sent: number[] = [];
  let there = 0;
  let most = 0;
  worker.postMessage = (request, transfer) => {
    if (request.job !== undefined) sent.push(request.job.logits[0]);
    post(request, transfer);
    most = Math.max(most, ++there);
  };
  worker.on('message', () => there--);
  const factors = [1, 2, 3, 4, 5, 6, 7, 8];
  // One that fails, or is refused, holds nobody up.
  const batches = factors.map((factor) => ({
    logits: logits.map((z) => z * factor),
    labels: [0, factor === 3 ? 9 : 1],
  }));
  const runs = await Promise.allSettled(batches.map((batch) => session.run(batch)));
  expect(runs.map(({ status }) => status === 'fulfilled')).toEqual(factors.map((factor) => factor !== 3));
  expect(most).toBe(2);
  expect(sent).toEqual(factors.filter((factor) => factor !== 3).map((factor) => factor * logits[0]));
});

/**
 * A worker's program that exits at its first job, and in the workers after that answers. Not by `terminate`:
 * onnxruntime-node aborts the process when its thread is stopped amid a run.
 */
const mortal = (lives: SharedArrayBuffer): { url: URL; job: Job } => {
  const program = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id, job }) => {
      if (job && Atomics.add(new Int32Array(job.targets.buffer), 0, 1) === 0) process.exit(3);
      parentPort.postMessage({ id, result: { rowLosses: new Float32Array(1).fill(id) } });
    });
    parentPort.postMessage({ id: 0 });`;
  const inputs = { logits: new Float32Array(3), targets: new Float32Array(lives, 0, 1) };
  const others = { labels: undefined, rowWeights: undefined, foreground: undefined, beta: undefined };
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  return { url, job: { rows: 1, classes: 3, divisor: 1, ...inputs, ...others } };
};

test('WORKER: runs that wait while the worker dies are done by the next one', async () => {
  const { url, job } = mortal(new SharedArrayBuffer(4));
  const engine = await createRemoteEngine(planOf(ort, { form: 'sigmoid', gate }), url);
  const settled = await Promise.allSettled([1, 2, 3, 4].map(() => engine.run(job)));
  // One was at the worker and one on its way.
  for (const run of settled.slice(0, 2)) {
    expect(run).toMatchObject({ status: 'rejected', reason: { name: 'EqlError', code: 'WORKER' } });
  }
  expect(settled.slice(2)).toEqual(
    [1, 2].map((id) => ({ status: 'fulfilled', value: { rowLosses: Float32Array.of(id) } })),
  );
  await engine.release();
});

test('WORKER: a worker that dies fails its run, and the next run starts another', async () => {
  const { url, job } = mortal(new SharedArrayBuffer(4));
  const engine = await createRemoteEngine(planOf(ort, { form: 'sigmoid', gate }), url);
  const run = engine.run(job);
  await expect(run).rejects.toBeInstanceOf(EqlError);
  await expect(run).rejects.toMatchObject({ code: 'WORKER', message: expect.stringContaining('code 3') });
  expect(await engine.run(job)).toEqual({ rowLosses: Float32Array.of(1) });
  await engine.release();
});

test('WORKER: after the death of an idle worker the next run has another', async () => {
  const { session, worker } = await start({ form: 'sigmoid', gate, worker: true });
  const batch = { logits, labels: [0, 1] };
  const expected = await session.run(batch);
  await worker.terminate();
  expect(await session.run(batch)).toEqual(expected);
});

test('WORKER: a worker that cannot be started again does not stand in the way of the next', async () => {
  const { session, worker } = await start({ form: 'sigmoid', gate, worker: true });
  const batch = { logits, labels: [0, 1] };
  const expected = await session.run(batch);
  await worker.terminate();
  const { getBuiltinModule } = process;
  const Worker = function Failing(): never {
    throw new Error('too many threads');
  };
  process.getBuiltinModule = (() => ({ Worker })) as never;
  try {
    await expect(session.run(batch)).rejects.toMatchObject({ code: 'WORKER' });
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
  expect(await session.run(batch)).toEqual(expected);
});

test('of runs that overlap the worker has two, and the others keep their batches until it is their turn', async () => {
  const flag = new SharedArrayBuffer(8);
  const program = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id, job }) => {
      if (job) Atomics.wait(new Int32Array(job.targets.buffer), 0, 0);
      parentPort.postMessage({ id, result: {} });
    });
    parentPort.postMessage({ id: 0 });`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const engine = await createRemoteEngine(planOf(ort, { form: 'sigmoid', gate }), url);
  const batches = [1, 2, 3].map(() => new Float32Array(3));
  const runs = batches.map((own) => {
    const batch = { logits: own, targets: new Float32Array(flag, 0, 1) };
    const job = { rows: 1, classes: 3, divisor: 1, ...batch };
    return engine.run(
      { ...job, labels: undefined, rowWeights: undefined, foreground: undefined, beta: undefined },
      {
        transfer: [own.buffer],
      },
    );
  });
  await new Promise((resolve) => setTimeout(resolve)); // as far as it goes without the worker
  expect(batches.map(({ length }) => length)).toEqual([0, 0, 3]);
  Atomics.store(new Int32Array(flag), 0, 1);
  Atomics.notify(new Int32Array(flag), 0);
  await Promise.all(runs);
  expect(batches.map(({ length }) => length)).toEqual([0, 0, 0]);
  await engine.release();
});

test('release after the death of the worker has nothing left to do', async () => {
  const { session, worker } = await start({ form: 'sigmoid', gate, worker: true });
  await worker.terminate();
  await session.release();
});

test('WORKER: a worker that cannot be started is refused at once', async () => {
  const plan = planOf(ort, { form: 'sigmoid', gate });
  const noRuntime = `import { parentPort } from 'node:worker_threads';
    parentPort.postMessage({ id: 0, failure: { message: 'no runtime' } });`;
  const programs = ['throw new Error("broken")', 'process.exit(3)', 'export {', 'import "no-such-package"', noRuntime];
  for (const program of programs) {
    const engine = createRemoteEngine(plan, new URL(`data:text/javascript,${encodeURIComponent(program)}`));
    await expect(engine).rejects.toBeInstanceOf(EqlError);
    await expect(engine).rejects.toMatchObject({ code: 'WORKER' });
  }
});

test('errors of the runtime, and codes of ours, cross over', async () => {
  const { session } = await start({ form: 'sigmoid', gate, worker: true, executionProviders: ['no-such-provider'] });
  const { session: here } = await start({ form: 'sigmoid', gate, executionProviders: ['no-such-provider'] });
  const message = await here.run({ logits, labels: [0, 1] }).catch((error: Error) => error.message);
  expect(message).toContain('no-such-provider');
  await expect(session.run({ logits, labels: [0, 1] })).rejects.toThrow(String(message));
  const program = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id }) => parentPort.postMessage({ id, failure: { code: 'OUT_OF_MEMORY', message: 'full' } }));
    parentPort.postMessage({ id: 0 });`;
  const engine = await createRemoteEngine(
    planOf(ort, { form: 'sigmoid', gate }),
    new URL(`data:text/javascript,${encodeURIComponent(program)}`),
  );
  const release = engine.release();
  await expect(release).rejects.toBeInstanceOf(EqlError);
  await expect(release).rejects.toMatchObject({ code: 'OUT_OF_MEMORY', message: 'OUT_OF_MEMORY: full' });
});

test('bad input is refused here, and what was to be transferred stays', async () => {
  const { session } = await start({ form: 'sigmoid', gate, worker: true });
  const own = logits.slice();
  const run = session.run({ logits: own, labels: [0, 9] }, { transfer: [own.buffer] });
  await expect(run).rejects.toMatchObject({ code: 'LABEL_RANGE' });
  expect(own.length).toBe(6);
});

test('BUFFER: what cannot be transferred', async () => {
  const { session } = await start({ form: 'sigmoid', gate, worker: true });
  const batch = { logits, labels: [0, 1] };
  for (const transfer of [[new SharedArrayBuffer(4)], [{}], 7]) {
    await expect(session.run(batch, { transfer: transfer as never })).rejects.toMatchObject({ code: 'BUFFER' });
  }
  const own = logits.slice();
  const moved = { logits: own, labels: [0, 1] };
  const runs = [1, 2].map(() => session.run(moved, { transfer: [own.buffer] }));
  await expect(runs[1]).rejects.toMatchObject({ code: 'BUFFER' });
  expect((await runs[0]).loss).toBe((await session.run(batch)).loss);
});

test('UNSUPPORTED: a transfer without a worker; a worker without Node; options that cannot be sent', async () => {
  const { session } = await start({ form: 'sigmoid', gate });
  const run = session.run({ logits, labels: [0, 1] }, { transfer: [] });
  await expect(run).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  const { InferenceSession, Tensor } = ort;
  const web = { InferenceSession, Tensor, env: { versions: { node: '1.30.0', web: '1.30.0' } } } as unknown as Ort;
  const create = createLossSession(web, { form: 'sigmoid', gate, worker: true });
  await expect(create).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  await expect(create).rejects.toThrow('Web Worker');
  const sessionOptions = { extra: { made: () => 1 } };
  const other = createLossSession(ort, { form: 'sigmoid', gate, worker: true, sessionOptions });
  await expect(other).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

/** A program in a process of its own. */
function inProcess(rest: string): Promise<{ stdout: string; stderr: string }> {
  const source = `
    import * as ort from 'onnxruntime-node';
    import { createGate } from '@eqloss/core';
    import { createLossSession } from '@eqloss/onnxruntime';
    const gate = createGate([5, 1, 5], { threshold: 2 });
    ${rest}`;
  const args = ['--conditions=@eqloss/source', '--input-type=module', '--eval', source];
  return promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
}

// onnxruntime-node aborts the process when its thread is stopped amid a run: execFile rejects.
test.each([
  ['while the runtime loads', `createLossSession(ort, { form: 'sigmoid', gate, worker: true }); setTimeout(end, 20);`],
  ['amid a first run', 'session.run(batch); setTimeout(end, 1);'],
  ['amid a run', 'await session.run(batch); session.run(batch); setTimeout(end, 3);'],
  ['amid runs', 'await session.run(batch); for (let k = 0; k < 4; k++) session.run(batch); setTimeout(end, 1);'],
  ['at once', 'await session.run(batch); session.run(batch); end();'],
  ['amid release', 'await session.run(batch); session.release(); end();'],
])('process.exit is safe %s, and soon', async (_, program) => {
  const { stdout } = await inProcess(`
    const session = await createLossSession(ort, { form: 'sigmoid', gate, worker: true, blockRows: 10_000 });
    const batch = { logits: new Float32Array(3 * 300_000), labels: new Int32Array(300_000) };
    const end = () => {
      const start = performance.now();
      process.once('exit', () => console.log(performance.now() - start < 5000));
      process.exit();
    };
    ${program}`);
  expect(stdout).toBe('true\n');
});

test('many sessions have one listener for the end of the process, and released ones none', async () => {
  const listeners = process.listenerCount('exit');
  const sessions = await Promise.all(
    [1, 2, 3].map(() => createLossSession(ort, { form: 'sigmoid', gate, worker: true })),
  );
  expect(process.listenerCount('exit')).toBe(listeners + 1);
  await Promise.all(sessions.map((session) => session.release()));
  expect(process.listenerCount('exit')).toBe(listeners);
});

test('a process that forgets release ends by itself, and one that awaits a run does not end before it', async () => {
  const { stdout } = await inProcess(`
    const session = await createLossSession(ort, { form: 'sigmoid', gate, worker: true });
    for (const z of [0, 1]) {
      const { loss } = await session.run({ logits: new Float32Array(3).fill(z), labels: [0] });
      console.log(loss.toFixed(5));
    }`);
  // Two classes of which neither is the tail, then the label: softplus(0) + softplus(0), softplus(1) + softplus(-1).
  const softplus = (z: number) => Math.log1p(Math.exp(z));
  expect(stdout).toBe(`${(2 * softplus(0)).toFixed(5)}\n${(softplus(-1) + softplus(1)).toFixed(5)}\n`);
});
