import { codeOf } from '@eqloss/core/testing';
import { onnx } from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { attachLoss, exposeLogits, inspectModel } from '../index.ts';
import { decode, encodeSmall, integer, passing, type SmallModel, type SmallNode, subgraph } from './testing.ts';

const sigmoid = { form: 'sigmoid', labels: 'index' } as const;
const { FLOAT, INT64 } = onnx.TensorProto.DataType;

/** A chain from x to y: each op makes v1, v2, … of the value before. */
function chain(...ops: readonly (string | Omit<SmallNode, 'inputs' | 'outputs'>)[]): SmallModel {
  const nodes = ops.map((each, k) => ({
    ...(typeof each === 'string' ? { op: each } : each),
    inputs: [k === 0 ? 'x' : `v${k}`],
    outputs: [k === ops.length - 1 ? 'y' : `v${k + 1}`],
  }));
  return { nodes, inputs: [{ name: 'x', shape: ['n', 5] }], outputs: [{ name: 'y', shape: ['n', 5] }] };
}

/** What the one output leads to. */
function found(model: SmallModel): readonly [logits: string, through: readonly string[]] {
  const [{ name, through }] = inspectModel(encodeSmall(model)).logits;
  return [name, through];
}

const toFloat = { op: 'Cast', attributes: [integer('to', FLOAT)] };

test.each([
  [chain('Relu', 'Softmax'), 'v1', ['Softmax']],
  [chain('Relu', 'LogSoftmax'), 'v1', ['LogSoftmax']],
  [chain('Relu', 'Sigmoid'), 'v1', ['Sigmoid']],
  [chain('Relu', 'Identity', 'Softmax', 'Identity'), 'v1', ['Identity', 'Softmax', 'Identity']],
  [chain('Sigmoid'), 'x', ['Sigmoid']],
  [chain('Relu'), 'y', []],
  // One activation only: what goes into the softmax are its logits, whatever they were before.
  [chain('Relu', 'Sigmoid', 'Softmax'), 'v2', ['Softmax']],
  // A Cast is passed on the way to an activation, and nowhere else.
  [chain('Relu', 'Softmax', toFloat), 'v1', ['Cast', 'Softmax']],
  [chain('Relu', toFloat), 'y', []],
  [chain('Relu', toFloat, 'Softmax'), 'v2', ['Softmax']],
  [chain('Relu', 'Softmax', { op: 'Cast', attributes: [integer('to', INT64)] }), 'y', []],
  // After a reshape the last dimension need not be the classes.
  [chain('Relu', 'Softmax', 'Squeeze'), 'y', []],
  // An op of that name in another domain is another op.
  [chain('Relu', { op: 'Softmax', domain: 'my.ops' }), 'y', []],
  [chain('Relu', { op: 'Softmax', domain: 'ai.onnx' }), 'v1', ['Softmax']],
])('the way back, case %#', (model, logits, through) => {
  expect(found(model)).toEqual([logits, through]);
});

describe('a softmax along a dimension', () => {
  const along = (axis: number | undefined, shape: SmallModel['outputs'][number]['shape'], opset = 17): Uint8Array => {
    const attributes = axis === undefined ? [] : [integer('axis', axis)];
    return encodeSmall(passing(shape, 'Softmax', { attributes, opset }));
  };
  test.each([
    [-1, ['n', 5], 5],
    [1, ['n', 5], 5],
    [undefined, ['n', 't', 5], 5],
    [-2, ['n', 5, 1], 5],
    [1, ['n', 5, 1, 1], 5],
    [2, [null, 't', 5], 5],
    [-1, undefined, null],
    [1, undefined, null],
  ] as const)('%s of %o has its classes there', (axis, shape, classes) => {
    const [{ use, problem, ...rest }] = inspectModel(along(axis, shape)).logits;
    expect([use, problem, rest.classes]).toEqual(['attach', null, classes]);
  });

  test.each([
    [1, ['n', 5, 7]],
    [0, ['n', 5]],
    [1, ['n', 5, 't']],
    [1, ['n', 5, null]],
    [2, ['n', 5]],
    [-3, ['n', 5]],
    [-2, undefined],
    [-1, []],
  ] as const)('%s of %o is not the last one', (axis, shape) => {
    expect(inspectModel(along(axis, shape)).logits[0]).toMatchObject({ use: 'none' });
    expect(codeOf(() => attachLoss(along(axis, shape), sigmoid))).toBe('MODEL');
    expect(codeOf(() => attachLoss(along(axis, shape), { ...sigmoid, logits: 'logits' }))).toBe('MODEL');
  });

  test('is the second by default before opset 13', () => {
    expect(inspectModel(along(undefined, ['n', 5], 9)).logits[0]).toMatchObject({ use: 'expose', classes: 5 });
    expect(inspectModel(along(undefined, ['n', 't', 5], 9)).logits[0]).toMatchObject({ use: 'none' });
  });
});

test('several logits without a choice are listed', () => {
  const nodes = ['a', 'b'].flatMap((name) => [
    { op: 'Neg', inputs: ['x'], outputs: [`${name} logits`] },
    { op: 'Softmax', inputs: [`${name} logits`], outputs: [name] },
  ]);
  const shape = ['n', 5];
  const both = encodeSmall({
    nodes,
    inputs: [{ name: 'x', shape }],
    outputs: [
      { name: 'a', shape },
      { name: 'b', shape },
    ],
  });
  expect(() => attachLoss(both, sigmoid)).toThrow(/^MODEL.*a logits \(output a\), b logits \(output b\)/);
  expect(inspectModel(attachLoss(both, { ...sigmoid, output: 'b' })).losses[0].logits).toBe('b logits');
  expect(inspectModel(attachLoss(both, { ...sigmoid, logits: 'a logits' })).losses[0].logits).toBe('a logits');
});

test('logits and their softmax, both outputs, are one choice; so are a class and its probability', () => {
  const model = passing(['n', 5]);
  const outputs = [
    ...model.outputs,
    { name: 'logits', shape: ['n', 5] },
    { name: 'best', type: 'INT64', shape: ['n'] } as const,
  ];
  const best: SmallNode = { op: 'ArgMax', inputs: ['y'], outputs: ['best'], attributes: [integer('axis', 1)] };
  const bytes = encodeSmall({ ...model, nodes: [...model.nodes, best], outputs });
  expect(inspectModel(attachLoss(bytes, sigmoid)).losses[0].logits).toBe('logits');
  expect(exposeLogits(bytes)).toBe(bytes);
});

test('values inside a branch, and weights, cannot be named', () => {
  const inner: SmallModel = {
    nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['inner'] }],
    inputs: [],
    outputs: [{ name: 'inner' }],
  };
  const attributes = [subgraph('then_branch', inner), subgraph('else_branch', inner)];
  const model = encodeSmall({
    nodes: [{ op: 'If', inputs: ['flag'], outputs: ['y'], attributes }],
    inputs: [
      { name: 'x', shape: ['n', 5] },
      { name: 'flag', type: 'BOOL', shape: [] },
    ],
    outputs: [{ name: 'y', shape: ['n', 5] }],
  });
  expect(() => attachLoss(model, { ...sigmoid, logits: 'inner' })).toThrow(/^MODEL.*inside an If/);
  expect(inspectModel(model).logits[0]).toMatchObject({ name: 'y', madeBy: 'If' });
});

test('an output that is no tensor has no logits', () => {
  const bytes = encodeSmall(passing(['n', 5]));
  const model = decode(bytes);
  const message = onnx.ModelProto.toObject(model) as { graph: { output: { type: object }[] } };
  message.graph.output[0].type = { sequenceType: { elemType: { tensorType: { elemType: FLOAT } } } };
  const odd = onnx.ModelProto.encode(onnx.ModelProto.fromObject(message)).finish();
  expect(inspectModel(odd).outputs[0].type).toBe('other');
  expect(() => attachLoss(odd, sigmoid)).toThrow(/^MODEL.*no tensor/);
});

test('exposed logits are declared as their softmax is', () => {
  const model = decode(exposeLogits(encodeSmall(passing(['n', 5], 'Softmax', { opset: 9 }))));
  expect(model.graph!.output!.map(({ name }) => name)).toEqual(['y', 'logits']);
  expect(model.graph!.output![1].type).toEqual(model.graph!.output![0].type);
});

test.each([[null], ['logits'], [{ logits: 'no' }], [{ logits: 'logits', output: 'y' }]])(
  'exposing by %o is refused',
  (choice) => {
    expect(codeOf(() => exposeLogits(encodeSmall(passing(['n', 5])), choice as never))).toMatch(
      /^(MODEL|UNSUPPORTED)$/,
    );
  },
);
