// Writes a graph down op by op: every op returns the name of its result, nothing is written twice.

import { type Attributes, encodeModel, encodeNode, encodeTensor, type ValueInfo } from './onnx.ts';

/** Name of a value in the graph. */
export type Value = string;

/** A graph under construction. */
export interface Graph {
  readonly opset: number;
  /** Comes before every name that the graph gives, its inputs and outputs included. */
  readonly prefix: string;
  /** Declares a graph input, once: asking again gives the same value. */
  input(value: ValueInfo): Value;
  /**
   * Adds a node; its result gets a name of its own unless one is given. Without a name, the same op on the same operands
   * is the same value. Operands may be values of another graph.
   */
  op(type: string, inputs: readonly Value[], attributes?: Attributes, result?: string): Value;
  /** A constant; the same constant is stored once. Without a shape it is a scalar (one value) or a vector. */
  constant(type: 'float' | 'int32' | 'int64', values: number | readonly number[], shape?: readonly number[]): Value;
  /** Declares the node result that was given this name (without the prefix) as a graph output. */
  output(value: ValueInfo): void;
  /** What has been written so far, for a larger graph to take in. */
  parts(): GraphParts;
  /** The whole as a model. */
  encode(name: string, doc: string): Uint8Array;
}

/** The contents of a graph. Names have the prefix. */
export interface GraphParts {
  /** `NodeProto`s in an order in which they can run. */
  readonly nodes: readonly Uint8Array[];
  /** `TensorProto`s. */
  readonly initializers: readonly Uint8Array[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/**
 * Starts an empty graph.
 *
 * @param opset Version of the standard operator set.
 * @param prefix Comes before every name, so that the graph can be put beside another.
 */
export function createGraph(opset: number, prefix = ''): Graph {
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const nodes: Uint8Array[] = [];
  const results = new Map<string, Value>();
  const constants = new Map<string, { readonly name: string; readonly tensor: Uint8Array }>();
  const parts = (): GraphParts => ({
    nodes,
    initializers: [...constants.values()].map((entry) => entry.tensor),
    inputs,
    outputs,
  });
  return {
    opset,
    prefix,
    input: (value) => {
      const name = prefix + value.name;
      if (!inputs.some((known) => known.name === name)) inputs.push({ ...value, name });
      return name;
    },
    op: (type, operands, attributes = {}, result) => {
      const key = JSON.stringify([type, operands, attributes]);
      const known = results.get(key);
      if (known !== undefined && result === undefined) return known;
      const name = `${prefix}${result ?? `${type}_${nodes.length}`}`;
      nodes.push(encodeNode(type, operands, name, attributes));
      results.set(key, name);
      return name;
    },
    constant: (type, values, shape) => {
      const list = typeof values === 'number' ? [values] : values;
      const dimensions = shape ?? (typeof values === 'number' ? [] : [list.length]);
      const key = `${type} ${dimensions.join('x')} ${list.map((value) => (Object.is(value, -0) ? '-0' : value)).join()}`;
      let entry = constants.get(key);
      if (entry === undefined) {
        const name = `${prefix}constant_${constants.size}`;
        entry = { name, tensor: encodeTensor(name, type, dimensions, list) };
        constants.set(key, entry);
      }
      return entry.name;
    },
    output: (value) => {
      outputs.push({ ...value, name: prefix + value.name });
    },
    parts,
    encode: (name, doc) => encodeModel({ name, doc, opset, ...parts() }),
  };
}
