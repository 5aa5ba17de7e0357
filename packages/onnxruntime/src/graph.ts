// Writes a graph down op by op: every op returns the name of its result, nothing is written twice.

import { type Attributes, DOMAIN, encodeGraph, encodeModel, encodeNode, encodeTensor, type ValueInfo } from './onnx.ts';

/** Name of a value in the graph. */
export type Value = string;

/** A graph under construction. */
export interface Graph {
  readonly opset: number;
  /** Comes before every name that the graph gives, those of its inputs, outputs and free dimensions included. */
  readonly prefix: string;
  /** Declares a graph input, once: asking again gives the same value. */
  input(value: ValueInfo): Value;
  /**
   * Adds a node; its result gets a name of its own unless one is given. Without a name, the same op on the same operands
   * is the same value. Operands may be values of another graph.
   */
  op(type: string, inputs: readonly Value[], attributes?: Attributes, result?: string): Value;
  /**
   * Some values or others, as a bool scalar says at run time; only those are calculated.
   *
   * @param declared Type and shape of each.
   * @param then Writes the values if `condition` holds; each by an op, not a value that there was before.
   * @param results Names of their own for some of them, as for an op.
   */
  choose(
    condition: Value,
    declared: readonly Omit<ValueInfo, 'name'>[],
    then: () => readonly Value[],
    otherwise: () => readonly Value[],
    results?: readonly (string | undefined)[],
  ): readonly Value[];
  /** A constant; the same constant is stored once. Without a shape it is a scalar (one value) or a vector. */
  constant(type: 'float' | 'int32' | 'int64', values: number | readonly number[], shape?: readonly number[]): Value;
  /**
   * Says what shape a value has, in the names of dimensions, where no runtime can infer it: only if shapes are known to be
   * equal can an op write its result over its operand.
   */
  shape(value: Value, type: ValueInfo['type'], shape: ValueInfo['shape']): Value;
  /** Declares the node result that was given this name (without the prefix) as a graph output. */
  output(value: ValueInfo): void;
  /**
   * Adds a node of {@link DOMAIN}, which a function defines.
   *
   * @param results Names of what it returns, without the prefix.
   */
  call(name: string, operands: readonly Value[], results: readonly string[]): void;
  /** What has been written so far, for a larger graph to take in. */
  parts(): GraphParts;
  /** The whole as a model, with the `FunctionProto`s that it calls. */
  encode(name: string, doc: string, functions?: readonly Uint8Array[]): Uint8Array;
}

/** The contents of a graph. Names have the prefix. */
interface GraphParts {
  /** `NodeProto`s in an order in which they can run. */
  readonly nodes: readonly Uint8Array[];
  /** `TensorProto`s. */
  readonly initializers: readonly Uint8Array[];
  /** The same with their names. */
  readonly constants: readonly { readonly name: string; readonly tensor: Uint8Array }[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Shapes of node results. */
  readonly shapes: readonly ValueInfo[];
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
  const shapes = new Map<Value, ValueInfo>();
  const constants = new Map<string, { readonly name: string; readonly tensor: Uint8Array }>();
  // Those of the branch that is being written, or of the graph itself.
  let nodes: Node[] = [];
  let results = new Map<string, Value>();
  let written = 0;
  /** A dimension of the same name in a larger graph is another one. */
  const sized = <T extends Omit<ValueInfo, 'name'>>(value: T): T => ({
    ...value,
    shape: value.shape.map((size) => (typeof size === 'string' ? prefix + size : size)),
  });
  const nameOf = (type: string): Value => `${prefix}${type}_${written++}`;
  /** What a branch adds stays in it, as far as it is needed; it sees what there was before. */
  const branch = (declared: readonly Omit<ValueInfo, 'name'>[], write: () => readonly Value[]): Branch => {
    const outer = { nodes, results };
    nodes = [];
    results = new Map(results);
    try {
      const names = write();
      const needed = neededFor(names, nodes);
      const graph = encodeGraph({
        name: 'branch',
        nodes: needed.map((node) => node.bytes),
        initializers: [],
        inputs: [],
        outputs: declared.map((each, k) => ({ ...each, name: names[k] })),
      });
      return { graph, operands: needed.flatMap((node) => node.operands) };
    } finally {
      ({ nodes, results } = outer);
    }
  };
  const add = (
    type: string,
    operands: readonly Value[],
    names: readonly Value[],
    attributes: Attributes,
    domain?: string,
  ): void => {
    nodes.push({ operands, names, bytes: encodeNode(type, operands, names, attributes, domain) });
  };
  const parts = (): GraphParts => ({
    nodes: nodes.map((node) => node.bytes),
    initializers: [...constants.values()].map((entry) => entry.tensor),
    constants: [...constants.values()],
    inputs,
    outputs,
    shapes: [...shapes.values()],
  });
  return {
    opset,
    prefix,
    input: (value) => {
      const name = prefix + value.name;
      if (!inputs.some((known) => known.name === name)) inputs.push({ ...sized(value), name });
      return name;
    },
    op: (type, operands, attributes = {}, result) => {
      const key = JSON.stringify([type, operands, attributes]);
      const known = results.get(key);
      if (known !== undefined && result === undefined) return known;
      const name = result === undefined ? nameOf(type) : prefix + result;
      add(type, operands, [name], attributes);
      results.set(key, name);
      return name;
    },
    choose: (condition, declared, then, otherwise, given) => {
      const [one, other] = [branch(declared, then), branch(declared, otherwise)];
      const names = declared.map((_, k) => (given?.[k] === undefined ? nameOf('If') : prefix + given[k]));
      const attributes = { then_branch: { graph: one.graph }, else_branch: { graph: other.graph } };
      nodes.push({
        operands: [condition, ...one.operands, ...other.operands],
        names,
        bytes: encodeNode('If', [condition], names, attributes),
      });
      return names;
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
    shape: (value, type, shape) => {
      shapes.set(value, sized({ name: value, type, shape }));
      return value;
    },
    output: (value) => {
      outputs.push({ ...sized(value), name: prefix + value.name });
    },
    call: (name, operands, given) => {
      add(
        name,
        operands,
        given.map((result) => prefix + result),
        {},
        DOMAIN,
      );
    },
    parts,
    encode: (name, doc, functions) => encodeModel({ name, doc, opset, functions, ...parts() }),
  };
}

/** A node, with what it reads, in its branches too. */
interface Node {
  readonly operands: readonly Value[];
  readonly names: readonly Value[];
  readonly bytes: Uint8Array;
}

/** A `GraphProto`, with what its nodes read. */
interface Branch {
  readonly graph: Uint8Array;
  readonly operands: readonly Value[];
}

/** The nodes that lead to some values. */
function neededFor(values: readonly Value[], nodes: readonly Node[]): Node[] {
  const read = new Set(values);
  const needed: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.names.some((name) => read.has(name))) continue;
    for (const operand of node.operands) read.add(operand);
    needed.push(node);
  }
  return needed.reverse();
}
