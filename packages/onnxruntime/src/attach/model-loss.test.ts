import { createGate, EqlError } from '@eqloss/core';
import { type Case, cases, divisorOf, expectNear, forms, lossOf, plainCase } from '@eqloss/core/testing';
import fc from 'fast-check';
import { onnx } from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { createModelLoss, type ModelBatch, type ModelLossOptions, type Ort } from '../index.ts';
import { encodeSmall, integer, passing } from './testing.ts';

/** The model negates its input. */
function feedsOf({ logits, gate }: Case, dims = [logits.length / gate.classes, gate.classes]) {
  return {
    x: new ort.Tensor(
      'float32',
      logits.map((z) => -z),
      dims,
    ),
  };
}

/** A batch beside its logits. */
function answersOf({ gate: _, logits: __, ...answers }: Case) {
  return answers;
}

function optionsFor(form: 'sigmoid' | 'softmax', { gate, labels, beta }: Case): ModelLossOptions {
  const shape = typeof beta === 'number' ? 'scalar' : beta?.length === gate.classes ? 'class' : 'element';
  return { form, gate, labels: labels ? 'index' : 'rows', ...(form === 'softmax' && { beta: shape }) };
}

// The opset says how many sessions there are.
describe.each([
  [17, 'one session'],
  [12, 'two sessions'],
])('opset %i, %s', (opset) => {
  test.each(forms)('%s: any batch gives what core gives (N1, N2, N4)', async (form) => {
    const model = encodeSmall(passing(['n', 'c'], 'Softmax', { opset }));
    await fc.assert(
      fc.asyncProperty(cases(form, { rows: [1, 4], classes: [1, 9] }), async (batch) => {
        const loss = await createModelLoss(ort, model, optionsFor(form, batch));
        try {
          const { outputs, ...result } = await loss.run({ feeds: feedsOf(batch), ...answersOf(batch) });
          expectNear(result, lossOf[form](batch), divisorOf(batch));
          expect(Object.keys(outputs)).toEqual(['y']);
        } finally {
          await loss.release();
        }
      }),
      { numRuns: 40 },
    );
  });

  test('[N, T, C] logits are rows; outputs that are not asked for are not there', async () => {
    const batch = plainCase('sigmoid', 6, 5);
    const model = encodeSmall(passing(['n', 't', 5], 'Softmax', { opset, attributes: [integer('axis', 2)] }));
    const loss = await createModelLoss(ort, model, { ...optionsFor('sigmoid', batch), outputs: ['loss'] });
    const { outputs, ...result } = await loss.run({ feeds: feedsOf(batch, [3, 2, 5]), labels: batch.labels });
    expect(Object.keys(result)).toEqual(['loss']);
    expect(Math.abs(result.loss - lossOf.sigmoid(batch).loss)).toBeLessThan(2e-6 * Math.max(1, result.loss));
    expect((outputs.y as unknown as ort.Tensor).dims).toEqual([3, 2, 5]);
    await loss.release();
  });

  test('runs overlap, release waits for them, and is once', async () => {
    const batches = [1, 2, 3, 4].map((rows) => plainCase('sigmoid', rows, 5));
    const model = encodeSmall(passing(['n', 5], 'Sigmoid', { opset }));
    const loss = await createModelLoss(ort, model, optionsFor('sigmoid', batches[0]));
    const runs = batches.map((batch) => loss.run({ feeds: feedsOf(batch), ...answersOf(batch) }));
    await Promise.all([loss.release(), loss.release()]);
    for (const [k, run] of runs.entries()) expectNear(await run, lossOf.sigmoid(batches[k]), k + 1);
    await loss.release();
    await expect(loss.run({ feeds: feedsOf(batches[0]), labels: [0] })).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  test('drawn β is drawn by core', async () => {
    const batch = plainCase('softmax', 4, 5);
    const model = encodeSmall(passing(['n', 5], 'Softmax', { opset }));
    const loss = await createModelLoss(ort, model, { form: 'softmax', gate: batch.gate, beta: 'drawn' });
    const beta = { gamma: 0.9, seed: 1, step: 2 };
    const result = await loss.run({ feeds: feedsOf(batch), labels: batch.labels, beta });
    await loss.release();
    expectNear(result, lossOf.softmax(batch), 4);
  });

  test.each(['class', 'element', 'drawn'] as const)('one row may have the β of many: %s', async (shape) => {
    const model = encodeSmall(passing(['n', 5], 'Softmax', { opset }));
    const { gate } = plainCase('softmax', 1, 5);
    const loss = await createModelLoss(ort, model, { form: 'softmax', gate, beta: shape });
    for (const rows of [1, 2]) {
      const { logits, labels } = plainCase('softmax', rows, 5);
      const ones = Uint8Array.from({ length: shape === 'class' ? 5 : rows * 5 }, (_, k) => k % 2);
      for (const beta of shape === 'drawn' ? [ones] : [ones, Float64Array.from(ones, (one) => 0.9 * one)]) {
        const batch = { gate, logits, labels, beta: [...beta] };
        expectNear(await loss.run({ feeds: feedsOf(batch), labels, beta }), lossOf.softmax(batch), rows);
      }
    }
    await loss.release();
  });

  const gate = createGate([5, 1, 5], { threshold: 2 });
  const good: ModelBatch = { feeds: {}, labels: [0, 2] };
  const bad: readonly [string, unknown][] = [
    ['UNSUPPORTED', undefined],
    ['UNSUPPORTED', { labels: [0, 2] }],
    ['UNSUPPORTED', { feeds: {} }],
    ['UNSUPPORTED', { ...good, logits: new Float32Array(6) }],
    ['UNSUPPORTED', { ...good, shape: [2, 3] }],
    ['UNSUPPORTED', { feeds: {}, targets: [0, 0, 1] }],
    ['UNSUPPORTED', { ...good, beta: 1 }],
    ['CLASS_COUNT', { feeds: {}, targets: [0, 0, 1, 1] }],
    ['LABEL_RANGE', { ...good, labels: [0, 4] }],
    ['ROW_COUNT', { ...good, rowWeights: [1] }],
    ['ROW_WEIGHT_RANGE', { ...good, rowWeights: [1, -1] }],
    ['FOREGROUND_RANGE', { ...good, foreground: [1, 2] }],
    ['NORMALIZER_RANGE', { ...good, normalizer: 0 }],
  ];
  test.each(bad)('%s (case %#) is thrown before the model runs', async (code, batch) => {
    const loss = await createModelLoss(ort, encodeSmall(passing(['n', 3], 'Softmax', { opset })), {
      form: 'sigmoid',
      gate,
    });
    const run = loss.run(batch as ModelBatch);
    await expect(run).rejects.toBeInstanceOf(EqlError);
    await expect(run).rejects.toMatchObject({ code });
    await loss.release();
  });

  test('labels for another number of rows fail', async () => {
    const batch = plainCase('sigmoid', 3, 5);
    const loss = await createModelLoss(ort, encodeSmall(passing(['n', 5], 'Softmax', { opset })), {
      form: 'sigmoid',
      gate: batch.gate,
    });
    await expect(loss.run({ feeds: feedsOf(batch), labels: [1] })).rejects.toThrow();
    await loss.release();
  });
});

test('a model below opset 13 says why there are two sessions', async () => {
  const { gate } = plainCase('sigmoid', 1, 5);
  const notes = [12, 13].map(async (opset) => {
    const loss = await createModelLoss(ort, encodeSmall(passing(['n', 5], 'Softmax', { opset })), {
      form: 'sigmoid',
      gate,
    });
    await loss.release();
    return loss.note;
  });
  expect(await Promise.all(notes)).toEqual([expect.stringMatching(/second session.*opset 12/), undefined]);
});

test.each(['FLOAT16', 'DOUBLE'] as const)('logits of type %s reach a second session as floats', async (type) => {
  // Halves of integers are exact in every type.
  const logits = Float32Array.from({ length: 24 }, (_, k) => ((k * 7) % 13) / 2 - 3);
  const batch = { ...plainCase('sigmoid', 3, 8), logits };
  const nodes = [
    { op: 'Cast', inputs: ['x'], outputs: ['l'], attributes: [integer('to', onnx.TensorProto.DataType[type])] },
    { op: 'Neg', inputs: ['l'], outputs: ['logits'] },
    { op: 'Softmax', inputs: ['logits'], outputs: ['y'], attributes: [integer('axis', 1)] },
  ];
  const [inputs, outputs] = [[{ name: 'x', shape: [3, 8] }], [{ name: 'y', type, shape: [3, 8] }]];
  const loss = await createModelLoss(
    ort,
    encodeSmall({ nodes, inputs, outputs, opset: 12 }),
    optionsFor('sigmoid', batch),
  );
  expectNear(await loss.run({ feeds: feedsOf(batch), labels: batch.labels }), lossOf.sigmoid(batch), 3);
  await loss.release();
});

test.each([
  ['UNSUPPORTED', undefined],
  ['UNSUPPORTED', { form: 'focal', gate: createGate([1], { threshold: 0 }) }],
  ['UNSUPPORTED', { form: 'sigmoid', gate: createGate([1], { threshold: 0 }), worker: true }],
  ['CLASS_COUNT', { form: 'sigmoid' }],
  ['MODEL', { form: 'sigmoid', gate: createGate([1, 2, 3], { threshold: 2 }), logits: 'none' }],
  ['CLASS_COUNT', { form: 'sigmoid', gate: createGate([1, 2], { threshold: 2 }) }],
])('%s is thrown at creation, case %#', async (code, options) => {
  for (const opset of [12, 17]) {
    const model = encodeSmall(passing(['n', 3], 'Softmax', { opset }));
    await expect(createModelLoss(ort, model, options as ModelLossOptions)).rejects.toMatchObject({ code });
  }
});

test('a session that cannot be made leaves none behind', async () => {
  let open = 0;
  const InferenceSession: Ort['InferenceSession'] = {
    create: async (bytes, options) => {
      if (options === undefined) throw new Error('never');
      const session = await ort.InferenceSession.create(bytes, options as ort.InferenceSession.SessionOptions);
      open++;
      return {
        run: (feeds) => session.run(feeds) as never,
        release: async () => {
          open--;
          await session.release();
        },
      };
    },
  };
  const counting = { InferenceSession, Tensor: ort.Tensor } as unknown as Ort;
  const batch = plainCase('sigmoid', 2, 5);
  for (const opset of [12, 17]) {
    const bad = encodeSmall({
      ...passing(['n', 5]),
      nodes: [{ op: 'Nonsense', inputs: ['x'], outputs: ['y'] }],
      opset,
    });
    await expect(createModelLoss(counting, bad, { form: 'sigmoid', gate: batch.gate })).rejects.toThrow(/Nonsense/);
    const loss = await createModelLoss(
      counting,
      encodeSmall(passing(['n', 5], 'Softmax', { opset })),
      optionsFor('sigmoid', batch),
    );
    await loss.run({ feeds: feedsOf(batch), labels: batch.labels });
    await loss.release();
  }
  expect(open).toBe(0);
});
