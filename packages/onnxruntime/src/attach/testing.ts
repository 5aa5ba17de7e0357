// Small models for the tests, written by an independent encoder. Not published.

import { spawnSync } from 'node:child_process';
import { onnx } from 'onnx-proto';
import { expect } from 'vitest';

/** A tensor type by name, as `TensorProto.DataType` has it. */
export type TypeName = 'FLOAT' | 'FLOAT16' | 'DOUBLE' | 'BFLOAT16' | 'INT64' | 'INT32' | 'BOOL' | 'STRING';

/** A declared value: sizes, names of free dimensions, null for unknown ones; no shape for any rank. */
export interface SmallValue {
  readonly name: string;
  readonly type?: TypeName;
  readonly shape?: readonly (number | string | null)[];
}

/** A node of a small model. */
export interface SmallNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly domain?: string;
  readonly attributes?: readonly onnx.IAttributeProto[];
}

/** A small model. */
export interface SmallModel {
  readonly nodes: readonly SmallNode[];
  readonly inputs: readonly SmallValue[];
  readonly outputs: readonly SmallValue[];
  readonly values?: readonly SmallValue[];
  readonly initializers?: readonly onnx.ITensorProto[];
  readonly opset?: number;
  readonly irVersion?: number;
  readonly more?: Partial<onnx.IModelProto>;
}

/** The bytes of a small model. */
export function encodeSmall(model: SmallModel): Uint8Array {
  const { opset = 17, irVersion = 8, more = {} } = model;
  const message = onnx.ModelProto.fromObject({
    irVersion,
    producerName: 'a test',
    opsetImport: [{ domain: '', version: opset }],
    graph: graphOf(model),
    ...more,
  });
  // No Buffer: its slices share their memory.
  return new Uint8Array(onnx.ModelProto.encode(message).finish());
}

/** A graph of a small model, also for an attribute. */
function graphOf({ nodes, inputs, outputs, values = [], initializers = [] }: SmallModel): onnx.IGraphProto {
  return {
    name: 'small',
    node: nodes.map(({ op, inputs, outputs, domain, attributes }) => ({
      opType: op,
      input: [...inputs],
      output: [...outputs],
      ...(domain !== undefined && { domain }),
      attribute: [...(attributes ?? [])],
    })),
    input: inputs.map(valueInfo),
    output: outputs.map(valueInfo),
    valueInfo: values.map(valueInfo),
    initializer: [...initializers],
  };
}

/** An integer attribute. */
export function integer(name: string, i: number): onnx.IAttributeProto {
  return { name, i, type: onnx.AttributeProto.AttributeType.INT };
}

/** An attribute that holds a graph. */
export function subgraph(name: string, model: SmallModel): onnx.IAttributeProto {
  return { name, g: graphOf(model), type: onnx.AttributeProto.AttributeType.GRAPH };
}

/** Float weights. */
export function weights(name: string, dims: readonly number[], floatData: readonly number[]): onnx.ITensorProto {
  return { name, dims: [...dims], dataType: onnx.TensorProto.DataType.FLOAT, floatData: [...floatData] };
}

/** The model as an independent decoder reads it. */
export function decode(bytes: Uint8Array): onnx.ModelProto {
  return onnx.ModelProto.decode(bytes);
}

/**
 * `x` is negated to `logits`, which go through the activation to `y`: a classifier whose logits are known.
 */
export function passing(
  shape: SmallValue['shape'],
  activation: string | undefined = 'Softmax',
  {
    type = 'FLOAT',
    attributes,
    ...rest
  }: Partial<SmallModel> & { type?: TypeName; attributes?: SmallNode['attributes'] } = {},
): SmallModel {
  const last: SmallNode = { op: activation ?? 'Identity', inputs: ['logits'], outputs: ['y'], attributes };
  return {
    nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['logits'] }, last],
    inputs: [{ name: 'x', type, shape }],
    outputs: [{ name: 'y', type, shape }],
    ...rest,
  };
}

/**
 * Has `onnx.checker` judge a model, where a Python with onnx is. Fails the test for what it refuses; without one the test is
 * skipped with that as its reason. Call it last.
 */
export function checkWithPython(bytes: Uint8Array, context: { skip(reason: string): void }): void {
  const program =
    'import onnx,sys; onnx.checker.check_model(onnx.load_model_from_string(sys.stdin.buffer.read()), full_check=True)';
  for (const python of ['python3', '/usr/bin/python3']) {
    if (spawnSync(python, ['-c', 'import onnx']).status !== 0) continue;
    const { status, stderr } = spawnSync(python, ['-c', program], { input: bytes, maxBuffer: 2 ** 26 });
    expect(stderr.toString().trim().split('\n').at(-1)).toBe('');
    expect(status).toBe(0);
    return;
  }
  context.skip('no python3 with the module onnx (Debian: python3-onnx); everything but onnx.checker was tested');
}

function valueInfo({ name, type = 'FLOAT', shape }: SmallValue): onnx.IValueInfoProto {
  const dim = shape?.map((size) => {
    if (size === null) return {};
    return typeof size === 'number' ? { dimValue: size } : { dimParam: size };
  });
  const elemType = onnx.TensorProto.DataType[type];
  return { name, type: { tensorType: { elemType, ...(dim && { shape: { dim } }) } } };
}
