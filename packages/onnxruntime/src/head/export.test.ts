import { createGate } from '@eqloss/core';
import { codeOf } from '@eqloss/core/testing';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { checkWithPython, decode, encodeSmall, type SmallModel } from '../attach/testing.ts';
import { createHeadTrainer } from './create.ts';
import { type ExportOptions, exportModel } from './export.ts';
import type { MergeOptions } from './merge.ts';
import { logitsInDouble, waves } from './testing.ts';

const gate = createGate([5, 1, 5], { threshold: 2 });
const head = () =>
  createHeadTrainer(ort, {
    ...{ features: 4, form: 'sigmoid', gate, optimizer: { name: 'sgd', rate: 1 } },
    ...{ weights: waves(12, 3), bias: waves(3, 77) },
  });

async function run(model: Uint8Array, feeds: Record<string, ort.Tensor>): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const results = await session.run(feeds);
  await session.release();
  return results as Record<string, ort.Tensor>;
}

const features = waves(5 * 4, 20);
const exact = logitsInDouble(features, waves(12, 3), waves(3, 77));
const activations = {
  none: [...exact],
  sigmoid: [...exact].map((z) => 1 / (1 + Math.exp(-z))),
  softmax: [...exact].map((z, k) => {
    const row = exact.subarray(3 * Math.floor(k / 3), 3 * Math.floor(k / 3) + 3);
    return Math.exp(z) / row.reduce((sum, each) => sum + Math.exp(each), 0);
  }),
} as const;

test.each(
  [13, 17, 20].flatMap((opset) =>
    (['none', 'sigmoid', 'softmax'] as const).map((activation) => ({ opset, activation })),
  ),
)('an exported head gives what the head gives: opset $opset, activation $activation', async ({ opset, activation }) => {
  const model = (await head()).exportHead({ opset, activation });
  const results = await run(model, { features: new ort.Tensor('float32', features, [5, 4]) });
  const name = activation === 'none' ? 'logits' : 'probabilities';
  expect(Object.keys(results)).toEqual([name]);
  expect(results[name].dims).toEqual([5, 3]);
  activations[activation].forEach((value, k) => {
    expect(Math.abs(Number(results[name].data[k]) - value)).toBeLessThan(2e-6);
  });
  expect(decode(model).graph?.initializer?.map((tensor) => [tensor.name, tensor.dims?.map(Number)])).toEqual([
    ['weights', [3, 4]],
    ['bias', [3]],
  ]);
});

test('an exported head satisfies ONNX’s own checker', async (context) => {
  checkWithPython((await head()).exportHead({ activation: 'softmax' }), context);
});

const relu = (more: Partial<SmallModel>, shape: readonly (number | string | null)[] | undefined): SmallModel => ({
  nodes: [
    { op: 'Relu', inputs: ['image'], outputs: ['relu'] },
    { op: 'Neg', inputs: ['relu'], outputs: ['head_features'] },
  ],
  inputs: [{ name: 'image', type: 'FLOAT', shape: shape ?? [null, null] }],
  outputs: [{ name: 'head_features', type: 'FLOAT', shape }],
  ...more,
});
const backbones: readonly [string, SmallModel, readonly number[], MergeOptions | undefined][] = [
  ['a matrix', relu({}, ['n', 4]), [5, 4], undefined],
  ['a value in between', relu({}, ['n', 4]), [5, 4], { features: 'relu' }],
  ['the input', relu({}, ['n', 4]), [5, 4], { features: 'image' }],
  ['what a pooling gives', relu({}, ['n', 4, 1, 1]), [5, 4, 1, 1], undefined],
  ['a width that is not declared', relu({}, ['n', null]), [5, 4], undefined],
  ['opset 9, IR version 3', relu({ opset: 9, irVersion: 3 }, ['n', 4]), [5, 4], undefined],
  ['opset 21', relu({ opset: 21, irVersion: 10 }, ['n', 2, 2]), [5, 2, 2], { activation: 'softmax', prefix: 'my_' }],
];
test.each(backbones)('behind a backbone, on %s', async (_, small, dims, options) => {
  const trainer = await head();
  const backbone = encodeSmall(small);
  const merged = trainer.mergeHead(backbone, options);
  const feeds = { image: new ort.Tensor('float32', features, dims) };
  const [before, after] = [await run(backbone, feeds), await run(merged, feeds)];
  const { activation = 'none', prefix = 'head2_' } = options ?? {};
  const result = `${prefix}${activation === 'none' ? 'logits' : 'probabilities'}`;
  expect(Object.keys(after)).toEqual([...Object.keys(before), result]);
  expect(after.head_features.data).toEqual(before.head_features.data);
  const sign = { relu: 1, image: 1 }[options?.features ?? ''] ?? -1;
  const seen = features.map((x) => (options?.features === 'image' ? x : sign * Math.max(x, 0)));
  const own = await run(trainer.exportHead({ activation }), { features: new ort.Tensor('float32', seen, [5, 4]) });
  expect(after[result].data).toEqual(own[activation === 'none' ? 'logits' : 'probabilities'].data);
  expect(after[result].dims).toEqual([5, 3]);
});

test('a merged model satisfies ONNX’s own checker, and takes another head', async (context) => {
  const trainer = await head();
  const once = trainer.mergeHead(encodeSmall(relu({}, ['n', 4])));
  const twice = trainer.mergeHead(once, { features: 'relu', activation: 'sigmoid' });
  const results = await run(twice, { image: new ort.Tensor('float32', features, [5, 4]) });
  expect(Object.keys(results)).toEqual(['head_features', 'head2_logits', 'head3_probabilities']);
  checkWithPython(twice, context);
});

const two: SmallModel = {
  ...relu({}, ['n', 4]),
  outputs: [
    { name: 'relu', type: 'FLOAT', shape: ['n', 4] },
    { name: 'head_features', type: 'FLOAT', shape: ['n', 4] },
  ],
};
const integers: SmallModel = {
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
  inputs: [{ name: 'x', type: 'INT64', shape: ['n', 4] }],
  outputs: [{ name: 'y', type: 'INT64', shape: ['n', 4] }],
};
test('parameters that no ONNX model holds are refused before they are copied', () => {
  const large = { byteLength: 2 ** 31 } as Float32Array;
  const head = { features: 2 ** 19, classes: 2 ** 10 } as Parameters<typeof exportModel>[0];
  expect(codeOf(() => exportModel(head, large))).toBe('UNSUPPORTED');
});

const refused: readonly [string, Uint8Array, object][] = [
  ['MODEL', encodeSmall(two), {}],
  ['MODEL', encodeSmall(two), { features: 'none' }],
  ['MODEL', encodeSmall(integers), {}],
  ['MODEL', encodeSmall(relu({}, ['n', 5])), {}],
  ['MODEL', encodeSmall(relu({}, ['n', 4, 7, 7])), {}],
  ['MODEL', encodeSmall(relu({}, ['n'])), {}],
  ['MODEL', new Uint8Array(10).fill(255), {}],
  ['MODEL', new Uint8Array(0), {}],
  ['UNSUPPORTED', encodeSmall(relu({ opset: 8 }, ['n', 4])), {}],
  ['UNSUPPORTED', encodeSmall(relu({}, ['n', 4])), { prefix: 'head_' }],
  ['UNSUPPORTED', encodeSmall(relu({}, ['n', 4])), { prefix: '' }],
  ['UNSUPPORTED', encodeSmall(relu({}, ['n', 4])), { activation: 'relu' }],
  ['UNSUPPORTED', encodeSmall(relu({}, ['n', 4])), { output: 'y' }],
];
test.each(refused)('%s (case %#): such a backbone is refused', async (code, backbone, options) => {
  const trainer = await head();
  await expect((async () => trainer.mergeHead(backbone, options))()).rejects.toMatchObject({ name: 'EqlError', code });
});

test.each([{ opset: 12 }, { activation: 'tanh' }, { name: 'head' }, null])(
  'UNSUPPORTED: exportHead(%o)',
  async (options) => {
    const trainer = await head();
    await expect((async () => trainer.exportHead(options as ExportOptions))()).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  },
);
