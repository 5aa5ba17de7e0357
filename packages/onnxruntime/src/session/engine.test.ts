import { createGate } from '@eqloss/core';
import { forms, lossOf, plainCase, ratioToN4 } from '@eqloss/core/testing';
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

const gate = createGate([5, 1, 5], { threshold: 2 });
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
  const create = createLossSession(ort, { form: 'sigmoid', gate, ...options } as LossSessionOptions);
  await expect(create).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
});
