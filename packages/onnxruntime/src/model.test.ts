import { createGate, EqlError } from '@eqloss/core';
import { onnx } from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { buildLossModel, createLossSession, type LossModelOptions } from './index.ts';

const variants: readonly LossModelOptions[] = [
  { form: 'sigmoid', labels: 'index' },
  { form: 'sigmoid', labels: 'rows' },
  { form: 'softmax', labels: 'index' },
  { form: 'softmax', labels: 'rows' },
  { form: 'softmax', labels: 'index', beta: 'element' },
  { form: 'softmax', labels: 'rows', beta: 'element' },
];
const subsets = [['loss'], ['rowLosses'], ['gradient'], ['rowLosses', 'gradient']] as const;

/** The model as an independent decoder reads it. */
function decoded(options: LossModelOptions): onnx.ModelProto {
  return onnx.ModelProto.decode(buildLossModel(options));
}

describe.each(variants)('the model of $form, $labels, $beta', (variant) => {
  test.each([undefined, ...subsets])('is well formed, with outputs %o', (outputs) => {
    const model = decoded({ ...variant, outputs });
    expect(onnx.ModelProto.verify(onnx.ModelProto.toObject(model))).toBeNull();
    expect(Number(model.irVersion)).toBe(8);
    expect(model.opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([['', 17]]);
    const graph = onnx.GraphProto.create(model.graph!);
    const given = [...graph.input, ...graph.initializer].map(({ name }) => name);
    const known = new Set(given);
    const used = new Set<string>();
    for (const node of graph.node) {
      for (const input of node.input!) {
        expect(known).toContain(input);
        used.add(input);
      }
      for (const output of node.output!) {
        expect(known).not.toContain(output);
        known.add(output);
      }
    }
    for (const { name } of graph.output) {
      expect(known).toContain(name);
      used.add(name!);
    }
    expect(given.filter((name) => !used.has(name!))).toEqual([]);
    expect(graph.output.map(({ name }) => name).sort()).toEqual(
      [...(outputs ?? ['gradient', 'loss', 'rowLosses'])].sort(),
    );
  });

  test('declares its inputs with their types and free dimensions', () => {
    const inputs = decoded(variant).graph!.input!.map(({ name, type }) => {
      const { elemType, shape } = type!.tensorType!;
      return [name, elemType, shape!.dim!.map(({ dimParam }) => dimParam)];
    });
    const { FLOAT, INT32, BOOL } = onnx.TensorProto.DataType;
    const expected: unknown[] = [
      ['logits', FLOAT, ['rows', 'classes']],
      ['rowWeights', FLOAT, ['rows']],
      ['divisor', FLOAT, []],
      variant.labels === 'index' ? ['labels', INT32, ['rows']] : ['targets', FLOAT, ['rows', 'classes']],
    ];
    if (variant.form === 'sigmoid') expected.push(['tail', BOOL, ['classes']], ['foreground', BOOL, ['rows']]);
    else expected.push(['negativeWeights', FLOAT, variant.beta === 'element' ? ['rows', 'classes'] : ['classes']]);
    expect(inputs).toHaveLength(expected.length);
    for (const input of expected) expect(inputs).toContainEqual(input);
  });

  test.each([13, 18, 21, 26])('answers in opset %i as in 17', async (opset) => {
    const { form, labels, beta } = variant;
    const gate = createGate([5, 1, 5], { threshold: 2 });
    const logits = Float32Array.of(1, -2, 3, 0, 0.5, -0.25);
    const answers = labels === 'index' ? { labels: [0, 2] } : { targets: [1, 0, 0.5, 0, 0, 1] };
    const betas = beta === 'element' ? [1, 0.5, 0, 0, 0.9, 1] : 0.9;
    const run = async (version: number | undefined) => {
      const session = await createLossSession(ort, { form, gate, opset: version });
      const result = await session.run({ logits, ...answers, ...(form === 'softmax' && { beta: betas }) });
      await session.release();
      return result;
    };
    expect(await run(opset)).toEqual(await run(undefined));
  });
});

test('the model by itself returns the reduced loss', async () => {
  const session = await ort.InferenceSession.create(
    buildLossModel({ form: 'sigmoid', labels: 'index', outputs: ['loss'] }),
  );
  const floats = (values: number[], dims: number[]) => new ort.Tensor('float32', Float32Array.from(values), dims);
  const { loss } = await session.run({
    logits: floats([0, 0, 0, 0], [2, 2]),
    rowWeights: floats([1, 1], [2]),
    divisor: floats([2], []),
    labels: new ort.Tensor('int32', Int32Array.of(0, -1), [2]),
    tail: new ort.Tensor('bool', Uint8Array.of(0, 1), [2]),
    foreground: new ort.Tensor('bool', Uint8Array.of(1, 0), [2]),
  });
  // The tail negative of the foreground row is withheld: three entries of log 2.
  expect(loss.dims).toEqual([]);
  expect(loss.data[0]).toBeCloseTo((3 * Math.LN2) / 2, 6);
  await session.release();
});

test.each([
  undefined,
  null,
  'sigmoid',
  { form: 'sigmoid', labels: 'index', outputs: 'loss' },
  { form: 'sigmoid', labels: 'index', outputs: null },
  { form: 'focal', labels: 'index' },
  { form: 'sigmoid', labels: 'columns' },
  { form: 'softmax', labels: 'index', beta: 'row' },
  { form: 'sigmoid', labels: 'index', beta: 'class' },
  { form: 'sigmoid', labels: 'index', outputs: [] },
  { form: 'sigmoid', labels: 'index', outputs: ['logits'] },
  { form: 'sigmoid', labels: 'index', opset: 12 },
  { form: 'sigmoid', labels: 'index', opset: 27 },
  { form: 'sigmoid', labels: 'index', opset: 17.5 },
])('%o is refused', (options) => {
  const build = (): Uint8Array => buildLossModel(options as unknown as LossModelOptions);
  expect(build).toThrow(EqlError);
  expect(build).toThrow(/^UNSUPPORTED/);
});
