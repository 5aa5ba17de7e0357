// Whether a model, as an independent decoder reads it, is well formed and holds nothing that nobody needs.

import { onnx } from 'onnx-proto';
import { expect } from 'vitest';

/** The model as an independent decoder reads it. */
export function decodeModel(bytes: Uint8Array): onnx.ModelProto {
  return onnx.ModelProto.decode(bytes);
}

/** All nodes, those of branches and functions included. */
export function nodesOf(model: onnx.ModelProto): onnx.INodeProto[] {
  const within = (nodes: readonly onnx.INodeProto[]): onnx.INodeProto[] =>
    nodes.flatMap((node) => [node, ...branchesOf(node).flatMap((branch) => within(branch.node!))]);
  return [...within(model.graph!.node!), ...(model.functions ?? []).flatMap(({ node }) => within(node!))];
}

/**
 * Fails unless every name is given once, over all branches too, and before it is used; every node, input and constant is
 * used; branches and functions match what refers to them; and types are declared.
 */
export function expectWellFormed(model: onnx.ModelProto): void {
  expect(onnx.ModelProto.verify(onnx.ModelProto.toObject(model))).toBeNull();
  const graph = onnx.GraphProto.create(model.graph!);
  const body = new Body();
  for (const { name } of [...graph.input, ...graph.initializer]) body.define(name!);
  body.add(graph.node);
  body.finish(graph.output.map(({ name }) => name!));
  for (const { name, type } of [...graph.input, ...graph.output, ...graph.valueInfo]) {
    expect(body.names).toContain(name);
    expect(type!.tensorType!.shape).toBeTruthy();
  }
  for (const tensor of graph.initializer) expectWhole(tensor);
  const called = new Set(nodesOf(model).map(({ domain, opType }) => `${domain ?? ''}.${opType}`));
  for (const each of model.functions ?? []) {
    expect(called).toContain(`${each.domain}.${each.name}`);
    const inner = new Body();
    for (const name of each.input!) inner.define(name);
    inner.add(each.node!);
    inner.finish(each.output!);
    for (const node of model.graph!.node!) {
      if (node.domain !== each.domain || node.opType !== each.name) continue;
      expect(node.input).toHaveLength(each.input!.length);
      expect(node.output).toHaveLength(each.output!.length);
    }
  }
}

function branchesOf(node: onnx.INodeProto): onnx.IGraphProto[] {
  return (node.attribute ?? []).flatMap(({ g }) => (g ? [g] : []));
}

/** One scope of names, with its branches. */
class Body {
  readonly names = new Set<string>();
  private readonly used = new Set<string>();
  /** What was given in a branch is not to be seen behind it. */
  private readonly closed = new Set<string>();

  define(name: string): void {
    check(name !== '', 'a value without a name');
    check(!this.names.has(name), `${name} is given twice`);
    this.names.add(name);
  }

  add(nodes: readonly onnx.INodeProto[]): void {
    for (const node of nodes) {
      for (const input of node.input!) {
        check(this.names.has(input), `${input} is used before it is there`);
        check(!this.closed.has(input), `${input} is of a branch that is over`);
        this.used.add(input);
      }
      for (const { t } of node.attribute ?? []) if (t) expectWhole(t);
      const branches = branchesOf(node);
      check(branches.length === (node.opType === 'If' ? 2 : 0), `${node.name} has ${branches.length} branches`);
      for (const branch of branches) {
        expect(branch.input ?? []).toEqual([]);
        expect(branch.initializer ?? []).toEqual([]);
        expect(branch.output).toHaveLength(node.output!.length);
        const before = new Set(this.names);
        this.add(branch.node!);
        const own = branch.node!.flatMap(({ output }) => output!);
        for (const { name } of branch.output!) {
          expect(own).toContain(name);
          this.used.add(name!);
        }
        for (const name of this.names) if (!before.has(name)) this.closed.add(name);
      }
      for (const output of node.output!) this.define(output);
    }
  }

  finish(outputs: readonly string[]): void {
    for (const name of outputs) {
      expect(this.names).toContain(name);
      expect(this.closed).not.toContain(name);
      this.used.add(name);
    }
    expect([...this.names].filter((name) => !this.used.has(name))).toEqual([]);
  }
}

/** As an assertion, which costs too much for every name of thousands of models. */
function check(holds: boolean, problem: string): void {
  if (!holds) throw new Error(problem);
}

/** Raw data of the right length. */
function expectWhole({ dims, dataType, rawData }: onnx.ITensorProto): void {
  const { FLOAT, INT32, INT64, BOOL } = onnx.TensorProto.DataType;
  const size = new Map<number, number>([
    [FLOAT, 4],
    [INT32, 4],
    [INT64, 8],
    [BOOL, 1],
  ]).get(dataType!);
  const count = (dims ?? []).reduce<number>((product, each) => product * Number(each), 1);
  check(rawData!.length === count * size!, `${rawData!.length} bytes for ${count} values of type ${dataType}`);
}
