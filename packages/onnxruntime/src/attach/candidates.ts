// Where the outputs of a classifier come from: the value that they are the softmax or sigmoid of.

import { EqlError, type Gate } from '@eqloss/core';
import { type NodeOutline, readNode } from './node.ts';
import type { ModelOutline } from './outline.ts';
import { type DeclaredValue, isFloat, type KnownDimension, readValue, typeNames } from './values.ts';
import type { Span } from './wire.ts';

/** Logits that an output leads to. */
export interface Candidate {
  /** The graph output; undefined for a value that the caller named and no output leads to. */
  readonly output: string | undefined;
  /** The value that holds the logits. */
  readonly logits: string;
  /** The ops between the output and its logits, from the output on. */
  readonly through: readonly string[];
  /** The op that makes the logits; undefined for an input of the graph. */
  readonly madeBy: string | undefined;
  /** `TensorProto.DataType`; undefined where the model does not say. */
  readonly type: number | undefined;
  /** Undefined where the model does not say its rank. */
  readonly shape: readonly KnownDimension[] | undefined;
  /** The dimension of the classes: everything from it on is one row. -1: the last one, whatever the rank. */
  readonly axis: number;
  /** Why no loss can be attached; undefined when one can. */
  readonly problem: string | undefined;
}

/** Reads each node once, however many outputs lead to it. */
type Nodes = (name: string) => NodeOutline | undefined;

// Identities in a row; no exporter leaves more than a few.
const LONGEST_WALK = 64;
const ACTIVATIONS: readonly string[] = ['Softmax', 'LogSoftmax', 'Sigmoid'];

/**
 * What each output leads to: one activation is walked back through, and Identity. A Cast is so only on the way to an
 * activation, as float16 models end. No other op: after a Reshape or Transpose the last dimension need not be the classes.
 *
 * @param skip Outputs that are no predictions: those of losses that were attached before.
 * @throws {EqlError} `MODEL` for nodes in a circle.
 */
export function candidatesOf(model: ModelOutline, skip: ReadonlySet<string>): Candidate[] {
  const nodes = nodesOf(model);
  return model.graph.outputs.filter(({ name }) => !skip.has(name)).map((output) => candidateOf(model, nodes, output));
}

/** How many classes the model says there are; undefined where it does not. */
export function classesOf({ shape, axis }: Candidate): number | undefined {
  if (shape === undefined) return undefined;
  const size = shape[axis < 0 ? axis + shape.length : axis];
  return typeof size === 'number' ? size : undefined;
}

/** @throws {EqlError} `CLASS_COUNT` for a gate of another number of classes than the model says there are. */
export function checkClasses(gate: Gate, found: Candidate): void {
  const classes = classesOf(found);
  if (classes === undefined || classes === gate.classes) return;
  throw new EqlError(
    'CLASS_COUNT',
    `the gate has ${gate.classes} classes but the logits ${found.logits} have ${classes}.`,
  );
}

/**
 * A value that the caller named and no output leads to.
 *
 * @throws {EqlError} `MODEL` when no node makes it, and it is no input.
 */
export function namedCandidate(model: ModelOutline, name: string): Candidate {
  const { producers, inputs } = model.graph;
  if (!producers.has(name) && !inputs.some((input) => input.name === name)) {
    throw new EqlError(
      'MODEL',
      `the model makes no value ${name}; values inside an If, Loop or Scan cannot be reached, and weights are no logits.`,
    );
  }
  const declared = declaredAs(model, name);
  const maker = nodesOf(model)(name);
  const shape = declared?.shape ?? shapeFrom(maker);
  const value = { output: undefined, logits: name, through: [], madeBy: maker?.op, type: declared?.type, shape };
  return complete(value, -1, declared?.other ?? false);
}

function candidateOf(model: ModelOutline, nodes: Nodes, output: DeclaredValue): Candidate {
  const path: string[] = [];
  const seen = new Set<string>();
  let found = { logits: output.name, through: 0, axis: -1, activated: false };
  for (let at = output.name; path.length < LONGEST_WALK; ) {
    if (seen.has(at)) throw new EqlError('MODEL', `value ${at} is made from itself: the nodes form a circle.`);
    seen.add(at);
    const node = nodes(at);
    if (node === undefined) break;
    const isActivation = ACTIVATIONS.includes(node.op) && !found.activated;
    const isCast = node.op === 'Cast' && !found.activated && isFloat(node.integers.get('to') ?? 0);
    if (node.domain !== '' || !(isActivation || isCast || node.op === 'Identity')) break;
    if (node.inputs.length === 0 || node.inputs[0] === '') break;
    path.push(node.op);
    at = node.inputs[0];
    if (isActivation) {
      const axis = node.op === 'Sigmoid' ? -1 : axisOf(model, node.integers.get('axis'));
      found = { logits: at, through: path.length, axis, activated: true };
    } else if (found.activated || !path.includes('Cast')) found = { ...found, logits: at, through: path.length };
  }
  const through = path.slice(0, found.through);
  const declared = declaredAs(model, found.logits);
  const maker = nodes(found.logits);
  // None of the ops changes a shape; Cast alone changes a type.
  const type = declared?.type ?? (through.includes('Cast') ? undefined : output.type);
  const shape = declared?.shape ?? output.shape ?? shapeFrom(maker);
  const value = { output: output.name, logits: found.logits, through, madeBy: maker?.op, type, shape };
  return complete(value, found.axis, output.other);
}

function nodesOf(model: ModelOutline): Nodes {
  const known = new Map<Span, NodeOutline>();
  return (name) => {
    const span = model.graph.producers.get(name);
    if (span === undefined) return undefined;
    const node = known.get(span) ?? readNode(span);
    known.set(span, node);
    return node;
  };
}

/** Softmax ran over everything from its axis on before opset 13, and along its axis since. */
function axisOf(model: ModelOutline, axis: number | undefined): number {
  return axis ?? ((model.opsets.get('') ?? 0) < 13 ? 1 : -1);
}

function declaredAs(model: ModelOutline, name: string): DeclaredValue | undefined {
  const between = model.graph.values.get(name);
  return model.graph.declared.get(name) ?? (between && readValue(between));
}

/** Gemm gives a matrix, always, and is the commonest last op where exporters leave shapes out. */
function shapeFrom(maker: NodeOutline | undefined): Candidate['shape'] {
  return maker?.op === 'Gemm' && maker.domain === '' ? [null, null] : undefined;
}

/** Settles the axis, or says what is wrong. */
function complete(found: Omit<Candidate, 'axis' | 'problem'>, given: number, other: boolean): Candidate {
  const { type, shape } = found;
  const rank = shape?.length;
  const axis = rank !== undefined && given < 0 ? given + rank : given;
  const bad = (problem: string): Candidate => ({ ...found, axis: -1, problem });
  if (other) return bad('it is no tensor');
  if (type !== undefined && !isFloat(type)) return bad(`it is ${typeNames[type] ?? `of type ${type}`}, not float`);
  if (rank === undefined) {
    // A positive axis is taken for the last one. If it is not, the number of classes does not fit and the run fails.
    if (axis < -1) return bad(`its softmax runs along dimension ${axis} of an unknown rank, not along the last one`);
    return { ...found, axis, problem: undefined };
  }
  if (rank === 0) return bad('it is a scalar, without classes');
  if (!(axis >= 0 && axis < rank)) return bad(`its softmax runs along dimension ${given} of ${rank}`);
  if (shape!.slice(axis + 1).some((size) => size !== 1)) {
    return bad(
      `its softmax runs along dimension ${axis} of [${shape!.map((size) => size ?? '?').join(', ')}]; wanted the last`,
    );
  }
  return { ...found, axis, problem: undefined };
}
