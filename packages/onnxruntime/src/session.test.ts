import { runInNewContext } from 'node:vm';
import { createGate, EqlError } from '@eqloss/core';
import { expectNear, forms, lossOf, plainCase } from '@eqloss/core/testing';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { createLossSession, type LossBatch, type LossSessionOptions, type Ort } from './index.ts';
import { describeProvider, evaluate } from './testing.ts';

describeProvider('cpu', async () => ort, 300);

const gate = createGate([5, 1, 5], { threshold: 2 });
const logits = Float32Array.of(1, -2, 3, 0, 0.5, -0.25);

/** The real runtime, counting its sessions and tensors. */
function counting(
  create = ort.InferenceSession.create.bind(ort.InferenceSession) as Ort['InferenceSession']['create'],
) {
  const count = { created: 0, released: 0, tensors: 0, options: [] as unknown[] };
  const Tensor = new Proxy(ort.Tensor, {
    construct: (tensor, args) => {
      count.tensors++;
      return Reflect.construct(tensor, args);
    },
  });
  const InferenceSession: Ort['InferenceSession'] = {
    create: async (model, options) => {
      count.created++;
      count.options.push(options);
      const session = await create(model, options);
      const release = async (): Promise<void> => {
        count.released++;
        await session.release();
      };
      return { run: (feeds) => session.run(feeds), release };
    },
  };
  return { count, ort: { InferenceSession, Tensor } as unknown as Ort };
}

test('loss, row losses and gradient follow the reduction (R1, R5)', async () => {
  const batch = { gate, logits, labels: [1, 3], rowWeights: [2, 1] };
  for (const reduction of ['none', 'sum', 'mean'] as const) {
    const result = await evaluate(ort, 'cpu', 'sigmoid', batch, reduction);
    expectNear(result, lossOf.sigmoid(batch, { reduction }), reduction === 'mean' ? 2 : 1);
  }
});

test('overlapping calls each get their own answer', async () => {
  for (const form of forms) {
    const batches = [1, 2, 3, 4, 5].map((rows) => plainCase(form, rows, 40));
    const session = await createLossSession(ort, { form, gate: batches[0].gate });
    const results = await Promise.all(batches.map(({ gate: _, ...batch }) => session.run(batch)));
    results.forEach((result, k) => {
      expectNear(result, lossOf[form](batches[k]), k + 1);
    });
    await session.release();
  }
});

test('an empty batch has loss 0 and asks the engine nothing (R4)', async () => {
  const { count, ort: counted } = counting();
  const session = await createLossSession(counted, { form: 'sigmoid', gate });
  const result = await session.run({ logits: new Float32Array(0), labels: [] });
  expect(result).toEqual({ loss: 0, rowLosses: new Float32Array(0), gradient: new Float32Array(0) });
  expect(count.created).toBe(0);
});

test('models are built when first needed, kept, and all released, once', async () => {
  const { count, ort: counted } = counting();
  const session = await createLossSession(counted, { form: 'softmax', gate });
  expect(count.created).toBe(0);
  const targets = [1, 0, 0, 0, 0, 1];
  const betas = [0.5, [0, 0.5, 1], [0, 0.5, 1, 1, 0.5, 0]];
  for (const beta of [...betas, ...betas]) {
    await session.run({ logits, labels: [0, 2], beta });
    await session.run({ logits, targets, beta });
  }
  // Two kinds of label, three of β.
  expect(count.created).toBe(6);
  const underWay = session.run({ logits, targets, beta: 0 });
  await Promise.all([session.release(), session.release()]);
  await session.release();
  expect((await underWay).loss).toBeGreaterThan(0);
  expect(count.released).toBe(6);
  await expect(session.run({ logits, targets, beta: 0 })).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(count.created).toBe(6);
});

test('a session that cannot be made is tried again, and does not block release', async () => {
  let calls = 0;
  const { count, ort: counted } = counting(async (model, options) => {
    if (calls++ === 0) throw new Error('no such device');
    return ort.InferenceSession.create(model, options as ort.InferenceSession.SessionOptions) as never;
  });
  const session = await createLossSession(counted, { form: 'sigmoid', gate });
  await expect(session.run({ logits, labels: [0, 1] })).rejects.toThrow('no such device');
  expect((await session.run({ logits, labels: [0, 1] })).loss).toBeGreaterThan(0);
  await session.release();
  expect(count.released).toBe(1);
});

test('what is above 0 in double includes its entry, however small', async () => {
  const nan = Float32Array.of(0, Number.NaN, 0);
  const target = await evaluate(ort, 'cpu', 'sigmoid', { gate, logits: nan, targets: [1, 1e-300, 0] });
  expect([target.loss, target.gradient[1]]).toEqual([Number.NaN, Number.NaN]);
  const weight = await evaluate(ort, 'cpu', 'softmax', {
    gate,
    logits: nan,
    labels: [1],
    beta: 0,
    rowWeights: [1e-300],
  });
  expect(weight.loss).toBeNaN();
});

test('options reach the runtime, and none that is undefined', async () => {
  const { count, ort: counted } = counting();
  const run = async (options: Partial<LossSessionOptions>): Promise<unknown> => {
    const session = await createLossSession(counted, { form: 'sigmoid', gate, ...options });
    await session.run({ logits, labels: [0, 1] });
    await session.release();
    return count.options.at(-1);
  };
  expect(await run({ executionProviders: undefined })).toStrictEqual({ intraOpNumThreads: 1, logSeverityLevel: 3 });
  const sessionOptions = { intraOpNumThreads: 2, enableProfiling: undefined };
  const quiet = { 'session.intra_op.allow_spinning': '0' };
  const options = { intraOpNumThreads: 2, logSeverityLevel: 3, executionProviders: ['cpu'], extra: quiet };
  expect(await run({ executionProviders: ['cpu'], sessionOptions })).toStrictEqual(options);
  for (const extra of [
    { session: { intra_op: { allow_spinning: '1' } } },
    { 'session.intra_op.allow_spinning': '1' },
  ]) {
    expect(await run({ sessionOptions: { intraOpNumThreads: 2, extra } })).toMatchObject({ extra });
  }
  expect(await run({ sessionOptions: { intraOpNumThreads: 2, extra: { optimization: { a: '1' } } } })).toMatchObject({
    extra: { optimization: { a: '1' }, ...quiet },
  });
});

const bad: readonly [string, LossSessionOptions['form'], Partial<LossBatch>][] = [
  ['DTYPE', 'sigmoid', { logits: new Float64Array(6) as never }],
  ['DTYPE', 'softmax', { logits: Array.from(logits) as never }],
  ['RANK', 'sigmoid', { shape: [6] }],
  ['RANK', 'sigmoid', { shape: [1, 2, 3] }],
  ['ROW_COUNT', 'sigmoid', { labels: [0], shape: [2, 3] }],
  ['ROW_COUNT', 'sigmoid', { rowWeights: [1] }],
  ['CLASS_COUNT', 'sigmoid', { logits: new Float32Array(8), labels: [0, 1] }],
  ['CLASS_COUNT', 'softmax', { beta: [0.5] }],
  ['LABEL_RANGE', 'softmax', { labels: [0, 3], beta: 0 }],
  ['TARGET_RANGE', 'sigmoid', { labels: undefined, targets: [2, 0, 0, 0, 0, 0] }],
  ['BETA_RANGE', 'softmax', {}],
  ['FOREGROUND_RANGE', 'sigmoid', { foreground: [2, 0] }],
  ['UNSUPPORTED', 'sigmoid', { rowWeights: [1, 1e39] }],
  ['UNSUPPORTED', 'sigmoid', { normalizer: 1e-300 }],
  ['UNSUPPORTED', 'sigmoid', { normalizer: 1e39 }],
  ['UNSUPPORTED', 'softmax', { beta: 0, normalizer: 1e-50 }],
  ['UNSUPPORTED', 'softmax', { beta: 0, rowWeights: [1e30, 1], normalizer: 1e-20 }],
  ['ROW_WEIGHT_RANGE', 'sigmoid', { rowWeights: [-1, 0] }],
  ['NORMALIZER_RANGE', 'sigmoid', { normalizer: 0 }],
  ['UNSUPPORTED', 'sigmoid', { beta: 1 }],
  ['UNSUPPORTED', 'softmax', { beta: 1, foreground: [1, 1] }],
  ['UNSUPPORTED', 'sigmoid', { labels: undefined }],
];

test.each(bad)('%s (%s, case %#) is thrown before the engine is touched', async (code, form, change) => {
  const { count, ort: counted } = counting();
  const session = await createLossSession(counted, { form, gate });
  const run = session.run({ logits, labels: [0, 1], ...change });
  await expect(run).rejects.toBeInstanceOf(EqlError);
  await expect(run).rejects.toMatchObject({ code });
  expect(count).toMatchObject({ created: 0, tensors: 0 });
});

test.each([undefined, null, 'batch'])('UNSUPPORTED: run(%o) has no batch', async (batch) => {
  const session = await createLossSession(ort, { form: 'sigmoid', gate });
  const run = session.run(batch as unknown as LossBatch);
  await expect(run).rejects.toBeInstanceOf(EqlError);
  await expect(run).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

const refused: readonly [string, object][] = [
  ['UNSUPPORTED', { form: 'focal' }],
  ['UNSUPPORTED', { opset: 9 }],
  ['CLASS_COUNT', { gate: undefined }],
  ['CLASS_COUNT', { gate: null, form: 'softmax' }],
  ['CLASS_COUNT', { gate: { classes: 2, threshold: 1, tail: new Uint8Array(3) } }],
  ['REDUCTION', { reduction: 'average' }],
  ['REDUCTION', { reduction: 'average', form: 'softmax' }],
];
test.each(refused)('%s: %o is refused at once', async (code, options) => {
  const create = createLossSession(ort, { form: 'sigmoid', gate, ...options });
  await expect(create).rejects.toBeInstanceOf(EqlError);
  await expect(create).rejects.toMatchObject({ code });
});

test('UNSUPPORTED: options left out, or a runtime that is none, are refused at once', async () => {
  const { InferenceSession, Tensor } = ort;
  for (const options of [undefined, null]) {
    const create = createLossSession(ort, options as unknown as LossSessionOptions);
    await expect(create).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
  }
  for (const runtime of [undefined, {}, { InferenceSession }, { Tensor }, { InferenceSession: {}, Tensor }]) {
    const create = createLossSession(runtime as unknown as Ort, { form: 'sigmoid', gate });
    await expect(create).rejects.toMatchObject({ name: 'EqlError', code: 'UNSUPPORTED' });
  }
});

test('logits of another realm are logits', async () => {
  const foreign = runInNewContext('Float32Array.of(9, 1, -2, 3, 0, 0.5, -0.25).subarray(1)') as Float32Array;
  expect(foreign instanceof Float32Array).toBe(false);
  const batch = { gate, logits, labels: [1, 3] };
  expect(await evaluate(ort, 'cpu', 'sigmoid', { ...batch, logits: foreign })).toEqual(
    await evaluate(ort, 'cpu', 'sigmoid', batch),
  );
});

test('release frees every session although one fails, and reports the first failure once', async () => {
  let released = 0;
  const failing: Ort = {
    Tensor: ort.Tensor as Ort['Tensor'],
    InferenceSession: {
      create: async (model) => {
        const session = await ort.InferenceSession.create(model);
        const release = async (): Promise<void> => {
          await session.release();
          released++;
          if (released < 3) throw new Error(`failure ${released}`);
        };
        return { run: (feeds) => session.run(feeds) as never, release };
      },
    },
  };
  const session = await createLossSession(failing, { form: 'softmax', gate });
  await session.run({ logits, labels: [0, 2], beta: 0.5 });
  await session.run({ logits, targets: [1, 0, 0, 0, 0, 1], beta: 0.5 });
  await session.run({ logits, labels: [0, 2], beta: [0, 0.5, 1, 1, 0.5, 0] });
  await expect(session.release()).rejects.toThrow('failure 1');
  expect(released).toBe(3);
  await session.release();
  expect(released).toBe(3);
});

describe.each([[[0, 2]], [undefined]])('softmax at the edge of single precision, labels %o', (labels) => {
  const largest = 3.4028234663852886e38;
  const answers = labels ? { labels } : { targets: [1, 0, 0, 0, 0, 1] };
  const rows: [string, number[]][] = [
    ['every logit is the lowest, as masks have it', [-largest, -largest, -largest]],
    ['every logit is the largest', [largest, largest, largest]],
    ['the largest is the lowest beside -Infinity', [-largest, -Infinity, -largest]],
    ['an excluded logit is the largest', [-1, largest, 2]],
    ['an excluded logit is finite and the others are not', [-Infinity, -largest, -Infinity]],
    ['an included one is +Infinity', [largest, 0, Infinity]],
  ];
  test.each(rows)('%s', async (_, row) => {
    for (const beta of [0.9, 1, [0, 1, 0, 0.9, 1, 1]]) {
      const batch = { gate, logits: Float32Array.of(...row, ...row), beta, ...answers };
      expectNear(await evaluate(ort, 'cpu', 'softmax', batch), lossOf.softmax(batch), 2);
    }
  });
});
