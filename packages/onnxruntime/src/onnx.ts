// ONNX's messages (onnx.proto), as far as a loss needs them, encoded. Field numbers are those of the standard.

import { bytesField, type Field, floatField, integerField, join, messageField, textField } from './protobuf.ts';

/** Element types by their number in `TensorProto.DataType`. */
export const elementTypes = { float: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

/** Name of an element type that the graphs use. */
type ElementType = keyof typeof elementTypes;

/** A dimension: a size, or the name of one that is known only at run time. */
type Dimension = number | string;

/** A graph input or output. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

/** Attributes of a node: whole numbers, lists of them, floats, text, a `TensorProto`, a `GraphProto`. */
export type Attributes = Readonly<
  Record<
    string,
    | number
    | readonly number[]
    | string
    | { readonly float: number }
    | { readonly tensor: Uint8Array }
    | { readonly graph: Uint8Array }
  >
>;

/** `NodeProto`. */
export function encodeNode(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes,
  domain?: string,
): Uint8Array {
  return join([
    ...inputs.map((input) => textField(1, input)),
    ...outputs.map((output) => textField(2, output)),
    textField(3, outputs[0]),
    textField(4, op),
    ...Object.entries(attributes).map(([name, value]) => messageField(5, encodeAttribute(name, value))),
    ...(domain === undefined ? [] : [textField(7, domain)]),
  ]);
}

/** `TensorProto` with raw little-endian data. */
export function encodeTensor(
  name: string,
  type: 'float' | 'int32' | 'int64' | 'bool',
  shape: readonly number[],
  values: ArrayLike<number>,
): Uint8Array {
  return join([
    ...shape.map((dimension) => integerField(1, dimension)),
    integerField(2, elementTypes[type]),
    textField(8, name),
    bytesField(9, rawData(type, values)),
  ]);
}

function rawData(type: 'float' | 'int32' | 'int64' | 'bool', values: ArrayLike<number>): Uint8Array {
  // Many, as the weights of a head are: their bytes as they are.
  if (type === 'float' && values instanceof Float32Array) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  const size = { float: 4, int32: 4, int64: 8, bool: 1 }[type];
  const raw = new Uint8Array(values.length * size);
  const view = new DataView(raw.buffer);
  for (let k = 0; k < values.length; k++) {
    if (type === 'float') view.setFloat32(k * size, values[k], true);
    else if (type === 'bool') view.setUint8(k, values[k]);
    else if (type === 'int32') view.setInt32(k * size, values[k], true);
    else view.setBigInt64(k * size, BigInt(values[k]), true);
  }
  return raw;
}

/** What a `GraphProto` is encoded from. */
export interface GraphContents {
  readonly name: string;
  readonly doc?: string;
  readonly nodes: readonly Uint8Array[];
  readonly initializers: readonly Uint8Array[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Shapes of node results. */
  readonly shapes?: readonly ValueInfo[];
}

/** `GraphProto`. */
export function encodeGraph(graph: GraphContents): Uint8Array {
  return join([
    ...graph.nodes.map((node) => bytesField(1, node)),
    textField(2, graph.name),
    ...graph.initializers.map((tensor) => bytesField(5, tensor)),
    ...(graph.doc === undefined ? [] : [textField(10, graph.doc)]),
    ...graph.inputs.map((value) => messageField(11, encodeValueInfo(value))),
    ...graph.outputs.map((value) => messageField(12, encodeValueInfo(value))),
    ...(graph.shapes ?? []).map((value) => messageField(13, encodeValueInfo(value))),
  ]);
}

/** `ModelProto` around one graph, IR version 8 (the one of opset 17; later opsets accept it). */
export function encodeModel(
  graph: GraphContents & { readonly opset: number; readonly functions?: readonly Uint8Array[] },
): Uint8Array {
  const { opset, functions = [] } = graph;
  return join([
    integerField(1, 8),
    textField(2, '@eqloss/onnxruntime'),
    bytesField(7, encodeGraph(graph)),
    messageField(8, opsetImport('', opset)),
    ...(functions.length === 0 ? [] : [messageField(8, opsetImport(DOMAIN, 1))]),
    ...functions.map((each) => bytesField(25, each)),
  ]);
}

/** The domain of ops that are ours. */
export const DOMAIN = 'eqloss';

/**
 * `FunctionProto`: a graph as one op of {@link DOMAIN}. A function has no initializers: they become nodes.
 *
 * @param opset Of the model that it is put into: a function must not have another.
 */
export function encodeFunction(
  name: string,
  opset: number,
  body: {
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly nodes: readonly Uint8Array[];
    readonly constants: readonly { readonly name: string; readonly tensor: Uint8Array }[];
  },
): Uint8Array {
  const constants = body.constants.map((each) =>
    encodeNode('Constant', [], [each.name], { value: { tensor: each.tensor } }),
  );
  return join([
    textField(1, name),
    ...body.inputs.map((input) => textField(4, input)),
    ...body.outputs.map((output) => textField(5, output)),
    ...[...constants, ...body.nodes].map((node) => bytesField(7, node)),
    messageField(9, opsetImport('', opset)),
    textField(10, DOMAIN),
  ]);
}

/** The fields of a `ValueInfoProto`. */
export function encodeValueInfo(value: ValueInfo): readonly Field[] {
  const dimensions = value.shape.map((dimension) =>
    messageField(1, [typeof dimension === 'number' ? integerField(1, dimension) : textField(2, dimension)]),
  );
  const tensor = [integerField(1, elementTypes[value.type]), messageField(2, dimensions)];
  return [textField(1, value.name), messageField(2, [messageField(1, tensor)])];
}

/** The fields of an `OperatorSetIdProto`. */
export function opsetImport(domain: string, version: number): readonly Field[] {
  return [textField(1, domain), integerField(2, version)];
}

function encodeAttribute(name: string, value: Attributes[string]): readonly Field[] {
  if (typeof value === 'number') return [textField(1, name), integerField(3, value), integerField(20, 2)];
  if (typeof value === 'string') return [textField(1, name), textField(4, value), integerField(20, 3)];
  if ('tensor' in value) return [textField(1, name), bytesField(5, value.tensor), integerField(20, 4)];
  if ('graph' in value) return [textField(1, name), bytesField(6, value.graph), integerField(20, 5)];
  if ('float' in value) return [textField(1, name), floatField(2, value.float), integerField(20, 1)];
  return [textField(1, name), ...value.map((item) => integerField(8, item)), integerField(20, 7)];
}
