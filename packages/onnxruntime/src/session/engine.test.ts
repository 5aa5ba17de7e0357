import { runInNewContext } from 'node:vm';
import { createGate } from '@eqloss/core';
import { cases, forms, lossOf, plainCase, ratioToN4 } from '@eqloss/core/testing';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { createLossSession, type LossResult, type LossSessionOptions, type Ort, type Output } from '../index.ts';

interface Call {
  readonly feeds: Readonly<Record<string, ort.Tensor>>;
  readonly fetches: Readonly<Record<string, ort.Tensor>> | undefined;
  readonly results: readonly string[];
}

/** The real runtime, writing down its calls; under `names` what tells onnxruntime-node from others. */
function watched(names: object = { env: ort.env, listSupportedBackends: ort.listSupportedBackends }) {
  const calls: Call[] = [];
  const InferenceSession: Ort['InferenceSession'] = {
    create: async (model, options) => {
      const session = await ort.InferenceSession.create(model, options);
      const run = async (feeds: object, fetches?: object) => {
        const results = fetches
          ? await session.run(feeds as never, fetches as never)
          : await session.run(feeds as never);
        calls.push({ feeds, fetches, results: Object.keys(results) } as Call);
        return results;
      };
      return { run, release: () => session.release() };
    },
  };
  return { calls, ort: { InferenceSession, Tensor: ort.Tensor, ...names } as unknown as Ort };
}

const wanted: readonly (readonly Output[])[] = [
  ['loss'],
  ['rowLosses'],
  ['gradient'],
  ['loss', 'gradient'],
  ['gradient', 'rowLosses'],
];

describe.each(forms)('%s', (form) => {
  const batch = plainCase(form, 5, 40);
  const { gate, ...rest } = batch;
  const exact = lossOf[form](batch);

  test.each(wanted)('outputs %s %s: what was asked for, and nothing else is computed', async (...names) => {
    const outputs = names.filter((name) => name !== undefined);
    const { calls, ort: runtime } = watched();
    for (const blockRows of [2, 5]) {
      const session = await createLossSession(runtime, { form, gate, outputs, blockRows });
      const result: Partial<LossResult> = await session.run(rest);
      expect(Object.keys(result).sort()).toEqual([...outputs].sort());
      if (result.loss !== undefined) expect(ratioToN4([result.loss], [exact.loss])).toBeLessThanOrEqual(1);
      if (result.rowLosses) expect(ratioToN4(result.rowLosses, exact.rowLosses)).toBeLessThanOrEqual(1);
      if (result.gradient) expect(ratioToN4(result.gradient, exact.gradient, 5)).toBeLessThanOrEqual(1);
      const empty: Partial<LossResult> = await session.run({
        logits: new Float32Array(0),
        labels: [],
        beta: rest.beta && 0,
      });
      expect(Object.keys(empty).sort()).toEqual([...outputs].sort());
      await session.release();
    }
    const ofModel = [
      ...(outputs.some((name) => name !== 'gradient') ? ['rowLosses'] : []),
      ...(outputs.includes('gradient') ? ['gradient'] : []),
    ];
    expect(calls.length).toBe(4);
    for (const { results } of calls) expect(results).toEqual(ofModel);
  });

  test('any batch has the bits of the whole in blocks of any size (P1)', async () => {
    const sizes = { rows: [1, 9], classes: [1, 40] } as const;
    // The arithmetic whose rows know nothing of each other: what is tested is who puts blocks together.
    const common = { form, arithmetic: 'gpu' } as const;
    await fc.assert(
      fc.asyncProperty(cases(form, sizes), fc.integer({ min: 1, max: 9 }), async ({ gate, ...batch }, blockRows) => {
        const whole = await createLossSession(ort, { ...common, gate, blockRows: 9 });
        const blocks = await createLossSession(ort, { ...common, gate, blockRows });
        expect(await blocks.run(batch)).toEqual(await whole.run(batch));
        await Promise.all([whole.release(), blocks.release()]);
      }),
      { numRuns: 100 },
    );
  });

  test('rows go in blocks of nearly the same size; onnxruntime-node writes to one result', async () => {
    const { calls, ort: runtime } = watched();
    const session = await createLossSession(runtime, { form, gate, blockRows: 4 });
    const { rowLosses, gradient } = await session.run(rest);
    expect(calls.map(({ feeds }) => feeds.logits.dims)).toEqual([
      [3, 40],
      [2, 40],
    ]);
    for (const { feeds, fetches } of calls) {
      expect((feeds.logits.data as Float32Array).buffer).toBe(rest.logits.buffer);
      expect((fetches!.gradient.data as Float32Array).buffer).toBe(gradient.buffer);
      expect((fetches!.rowLosses.data as Float32Array).buffer).toBe(rowLosses.buffer);
    }
    await session.release();
  });

  test.each([2, 5])('the gradient is written where the caller says, in blocks of %i', async (blockRows) => {
    for (const runtime of [ort, { InferenceSession: ort.InferenceSession, Tensor: ort.Tensor }]) {
      const session = await createLossSession(runtime as Ort, { form, gate, blockRows });
      const expected = await session.run(rest);
      const places = [new Float32Array(202), new Float32Array(new SharedArrayBuffer(808))].map((all) => all.fill(7));
      for (const all of [...places, runInNewContext('new Float32Array(202).fill(7)') as Float32Array]) {
        const gradient = all.subarray(1, -1);
        const result = await session.run(rest, { gradient });
        expect(result.gradient).toBe(gradient);
        expect([...gradient]).toEqual([...expected.gradient]);
        expect([all[0], all[201], result.loss]).toEqual([7, 7, expected.loss]);
      }
      const none = new Float32Array(0);
      const empty = await session.run({ logits: none.slice(), labels: [], beta: rest.beta && 0 }, { gradient: none });
      expect(empty.gradient).toBe(none);
      await session.release();
    }
  });

  test('no other runtime gets buffers to write to: onnxruntime-web would leave them wrong', async () => {
    const both = { node: '1.30.0', web: '1.30.0' };
    const others = [{}, { env: { versions: both } }, { listSupportedBackends: () => [], env: { versions: {} } }];
    for (const names of others) {
      const { calls, ort: runtime } = watched(names);
      const session = await createLossSession(runtime, { form, gate, blockRows: 2 });
      const result = await session.run(rest);
      expect(calls.map(({ fetches }) => fetches)).toEqual([undefined, undefined, undefined]);
      expect(ratioToN4(result.gradient, exact.gradient, 5)).toBeLessThanOrEqual(1);
      await session.release();
    }
  });
});

test('the types of a result follow the outputs', async () => {
  const gate = createGate([5, 1, 5], { threshold: 2 });
  const session = await createLossSession(ort, { form: 'sigmoid', gate, outputs: ['loss', 'rowLosses'] });
  const result = await session.run({ logits: new Float32Array(3), labels: [0] });
  const { loss, rowLosses }: { loss: number; rowLosses: Float32Array } = result;
  expect(rowLosses).toEqual(Float32Array.of(loss));
  // @ts-expect-error: it was not asked for.
  expect(result.gradient).toBe(undefined);
  await session.release();
});

const small = createGate([5, 1, 5], { threshold: 2 });
const logits = new Float32Array(9);
const targets = new Float64Array(9);
const bits = new Uint8Array(72);
const unfit: readonly [string, object, object?][] = [
  ['BUFFER', { gradient: new Float32Array(8) }],
  ['BUFFER', { gradient: new Float64Array(9) }],
  ['BUFFER', { gradient: true }],
  ['BUFFER', { gradient: logits }],
  ['BUFFER', { gradient: new Float32Array(targets.buffer, 4, 9) }],
  ['BUFFER', { gradient: new Float32Array(bits.buffer, 0, 9) }],
  ['UNSUPPORTED', { gradient: new Float32Array(9) }, { outputs: ['loss'] }],
  ['UNSUPPORTED', { gradients: new Float32Array(9) }],
  ['UNSUPPORTED', { transfer: [] }],
];
test.each(unfit)('%s: %o is refused before the engine is touched', async (code, runOptions, options = {}) => {
  const { calls, ort: runtime } = watched();
  const session = await createLossSession(runtime, { form: 'softmax', gate: small, ...options });
  const run = session.run({ logits, targets, beta: bits.subarray(3, 12) }, runOptions);
  await expect(run).rejects.toMatchObject({ name: 'EqlError', code });
  expect(calls).toEqual([]);
});

const refused: readonly object[] = [
  { outputs: [] },
  { outputs: ['losses'] },
  { outputs: 'loss' },
  { arithmetic: 'gpgpu' },
  { blockRows: 0 },
  { blockRows: 1.5 },
  { blockRows: '4' },
  { worker: 'worker.js' },
  { batchSize: 4 },
];
test.each(refused)('UNSUPPORTED: %o is refused at once', async (options) => {
  const create = createLossSession(ort, { form: 'sigmoid', gate: small, ...options } as LossSessionOptions);
  await expect(create).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
});
