import { onnx } from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import {
  elementTypes,
  encodeFunction,
  encodeGraph,
  encodeModel,
  encodeNode,
  encodeTensor,
  encodeValueInfo,
} from './onnx.ts';
import { join } from './protobuf.ts';

const { AttributeType } = onnx.AttributeProto;

test('element types have the numbers of the standard', () => {
  for (const [name, number] of Object.entries(elementTypes)) {
    expect(number).toBe(onnx.TensorProto.DataType[name.toUpperCase() as 'FLOAT']);
  }
});

describe('encodeNode', () => {
  const graph = encodeGraph({ name: 'inner', nodes: [], initializers: [], inputs: [], outputs: [] });
  const tensor = encodeTensor('t', 'float', [1], [1]);
  const node = onnx.NodeProto.decode(
    encodeNode('Op', ['a', 'b'], ['c', 'd'], {
      whole: -3,
      list: [1, -1, 300],
      text: 'linear',
      half: { float: 0.5 },
      tensor: { tensor },
      graph: { graph },
    }),
  );

  test('gives operands and results in order, and the name of the first result', () => {
    expect([node.opType, node.input, node.output, node.name, node.domain]).toEqual([
      'Op',
      ['a', 'b'],
      ['c', 'd'],
      'c',
      '',
    ]);
  });

  test('marks every attribute with the type that it has', () => {
    const types = Object.fromEntries(node.attribute.map(({ name, type }) => [name, type]));
    expect(types).toEqual({
      whole: AttributeType.INT,
      list: AttributeType.INTS,
      text: AttributeType.STRING,
      half: AttributeType.FLOAT,
      tensor: AttributeType.TENSOR,
      graph: AttributeType.GRAPH,
    });
    const [whole, list, text, half, t, g] = node.attribute;
    expect([Number(whole.i), list.ints!.map(Number), half.f]).toEqual([-3, [1, -1, 300], 0.5]);
    expect(new TextDecoder().decode(text.s!)).toBe('linear');
    expect([t.t!.name, g.g!.name]).toEqual(['t', 'inner']);
  });

  test('says a domain only if there is one', () => {
    expect(onnx.NodeProto.decode(encodeNode('Op', [], ['x'], {}, 'eqloss')).domain).toBe('eqloss');
  });
});

test.each([
  ['float', [1.5, -0, NaN, Infinity], (view: DataView, k: number) => view.getFloat32(4 * k, true)],
  ['int32', [1, -1, 2 ** 31 - 1, -(2 ** 31)], (view: DataView, k: number) => view.getInt32(4 * k, true)],
  ['int64', [1, -1, 2 ** 53, -(2 ** 53)], (view: DataView, k: number) => Number(view.getBigInt64(8 * k, true))],
  ['bool', [1, 0, 1, 0], (view: DataView, k: number) => view.getUint8(k)],
] as const)('a tensor of type %s holds its values in little-endian raw data', (type, values, read) => {
  const tensor = onnx.TensorProto.decode(encodeTensor('t', type, [2, 2], values));
  expect([tensor.name, tensor.dims.map(Number), tensor.dataType]).toEqual(['t', [2, 2], elementTypes[type]]);
  const view = new DataView(Uint8Array.from(tensor.rawData).buffer);
  expect(values.map((_, k) => read(view, k))).toEqual(values);
});

test('a scalar has no dimension, an empty tensor one of 0', () => {
  expect(onnx.TensorProto.decode(encodeTensor('t', 'float', [], [1])).dims).toEqual([]);
  const empty = onnx.TensorProto.decode(encodeTensor('t', 'int64', [0], []));
  expect([empty.dims.map(Number), empty.rawData.length]).toEqual([[0], 0]);
});

test('a declared value has sizes and names of free dimensions; a scalar has a shape, too', () => {
  const value = (shape: readonly (number | string)[]): onnx.ValueInfoProto =>
    onnx.ValueInfoProto.decode(join(encodeValueInfo({ name: 'v', type: 'float16', shape })));
  const { elemType, shape } = value(['rows', 3]).type!.tensorType!;
  expect(elemType).toBe(onnx.TensorProto.DataType.FLOAT16);
  expect([shape!.dim![0].dimParam, Number(shape!.dim![1].dimValue)]).toEqual(['rows', 3]);
  expect(value([]).type!.tensorType!.shape).toBeTruthy();
});

test('a model says its opset, and the domain of its functions only if it has some', () => {
  const body = { name: 'g', nodes: [], initializers: [], inputs: [], outputs: [], opset: 21 };
  const imports = (bytes: Uint8Array): [string, number][] =>
    onnx.ModelProto.decode(bytes).opsetImport.map(({ domain, version }) => [domain!, Number(version)]);
  expect(imports(encodeModel(body))).toEqual([['', 21]]);
  const each = encodeFunction('F', 21, { inputs: [], outputs: [], nodes: [], constants: [] });
  expect(imports(encodeModel({ ...body, functions: [each] }))).toEqual([
    ['', 21],
    ['eqloss', 1],
  ]);
});

test('a function gives its constants by nodes, before all others', () => {
  const tensor = encodeTensor('one', 'float', [], [1]);
  const each = onnx.FunctionProto.decode(
    encodeFunction('F', 13, {
      inputs: ['x'],
      outputs: ['y'],
      nodes: [encodeNode('Add', ['x', 'one'], ['y'], {})],
      constants: [{ name: 'one', tensor }],
    }),
  );
  expect([each.name, each.domain, each.input, each.output]).toEqual(['F', 'eqloss', ['x'], ['y']]);
  expect(each.node.map(({ opType, output }) => [opType, output])).toEqual([
    ['Constant', ['one']],
    ['Add', ['y']],
  ]);
  expect(each.opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([['', 13]]);
  const [{ t }] = each.node[0].attribute!;
  expect(t!.rawData).toHaveLength(4);
});
