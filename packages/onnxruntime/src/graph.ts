// Writes a graph down op by op: every op returns the name of its result, every constant is stored once.

import { type Attributes, encodeModel, encodeNode, encodeTensor, type ValueInfo } from './onnx.ts';

/** Name of a value in the graph. */
export type Value = string;

/** A graph under construction. */
export interface Graph {
  readonly opset: number;
  /** Declares a graph input, once: asking again gives the same value. */
  input(value: ValueInfo): Value;
  /** Adds a node; its result gets a name of its own unless one is given (that of a graph output). */
  op(type: string, inputs: readonly Value[], attributes?: Attributes, result?: string): Value;
  /** A constant; the same constant is stored once. Without a shape it is a scalar (one value) or a vector. */
  constant(type: 'float' | 'int32' | 'int64', values: number | readonly number[], shape?: readonly number[]): Value;
  /** Declares the node result of that name as a graph output. */
  output(value: ValueInfo): void;
  /** The whole as a model. */
  encode(name: string, doc: string): Uint8Array;
}

/** Starts an empty graph for one version of the standard operator set. */
export function createGraph(opset: number): Graph {
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const nodes: Uint8Array[] = [];
  const constants = new Map<string, { readonly name: string; readonly tensor: Uint8Array }>();
  return {
    opset,
    input: (value) => {
      if (!inputs.some((known) => known.name === value.name)) inputs.push(value);
      return value.name;
    },
    op: (type, operands, attributes = {}, result = `${type}_${nodes.length}`) => {
      nodes.push(encodeNode(type, operands, result, attributes));
      return result;
    },
    constant: (type, values, shape) => {
      const list = typeof values === 'number' ? [values] : values;
      const dimensions = shape ?? (typeof values === 'number' ? [] : [list.length]);
      const key = `${type} ${dimensions.join('x')} ${list.map((value) => (Object.is(value, -0) ? '-0' : value)).join()}`;
      let entry = constants.get(key);
      if (entry === undefined) {
        const name = `constant_${constants.size}`;
        entry = { name, tensor: encodeTensor(name, type, dimensions, list) };
        constants.set(key, entry);
      }
      return entry.name;
    },
    output: (value) => {
      outputs.push(value);
    },
    encode: (name, doc) =>
      encodeModel({
        name,
        doc,
        opset,
        nodes,
        initializers: [...constants.values()].map((entry) => entry.tensor),
        inputs,
        outputs,
      }),
  };
}
