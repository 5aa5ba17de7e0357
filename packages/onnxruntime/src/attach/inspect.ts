// What a model is, as far as a loss wants to know, in plain words.

import { attachable, isAttachable } from './attach.ts';
import { candidatesOf, classesOf } from './candidates.ts';
import { type AttachedLoss, attachedLosses, lossOutputs } from './notes.ts';
import { type ModelOutline, readModel } from './outline.ts';
import { type DeclaredValue, type KnownDimension, typeNames } from './values.ts';
import { type Weights, weightsOf } from './weights.ts';

/** A model, described. Plain data: `JSON.stringify` keeps all of it. */
export interface ModelInfo {
  /** Version of the file format. */
  readonly irVersion: number;
  /** The tool that wrote the model; may be empty. */
  readonly producer: string;
  /** Version by domain; `''` is the standard operator set. */
  readonly opsets: Readonly<Record<string, number>>;
  /** How many nodes the graph has. */
  readonly nodes: number;
  /** What has to be fed. Initializers are not among them. */
  readonly inputs: readonly ValueDescription[];
  /** What the model gives. */
  readonly outputs: readonly ValueDescription[];
  /** The weights, summed up: none is decoded. */
  readonly initializers: Weights;
  /** Local functions, as `domain.name`. */
  readonly functions: readonly string[];
  /** What each output leads to. */
  readonly logits: readonly LogitsDescription[];
  /** Losses that were attached before. */
  readonly losses: readonly AttachedLoss[];
}

/** A declared value. */
export interface ValueDescription {
  /** As the model has it. */
  readonly name: string;
  /** Element type; `unknown` where the model does not say, `other` for what is no tensor. */
  readonly type: string;
  /** Sizes, names of free ones, null for what is unknown; null where the rank is. */
  readonly shape: readonly KnownDimension[] | null;
}

/** Logits that a loss could have, or the reason why not. */
export interface LogitsDescription extends ValueDescription {
  /** The output that leads to them. */
  readonly output: string;
  /** The ops in between, from the output on. */
  readonly through: readonly string[];
  /** The op that makes them, null for an input: a look at it tells logits from what only has their shape. */
  readonly madeBy: string | null;
  /** How many classes; null where the model does not say. */
  readonly classes: number | null;
  /** `attach`: `attachLoss`. `expose`: `exposeLogits` and a second session. `none`: neither. */
  readonly use: 'attach' | 'expose' | 'none';
  /** Why it is not `attach`; null when it is. */
  readonly problem: string | null;
}

/**
 * Describes a model without decoding its weights.
 *
 * @throws {EqlError} `MODEL` for bytes that are no model.
 */
export function inspectModel(bytes: Uint8Array): ModelInfo {
  const model = readModel(bytes);
  const { graph } = model;
  const weights = weightsOf(graph.initializers);
  return {
    irVersion: model.irVersion,
    producer: model.producer,
    opsets: Object.fromEntries(model.opsets),
    nodes: graph.nodes,
    inputs: graph.inputs.filter(({ name }) => !weights.names.has(name)).map(describe),
    outputs: graph.outputs.map(describe),
    initializers: weights.summary,
    functions: model.functions.map(({ domain, name }) => `${domain}.${name}`),
    logits: describeLogits(model),
    losses: attachedLosses(model),
  };
}

function describeLogits(model: ModelOutline): LogitsDescription[] {
  const opset = model.opsets.get('');
  const fits = isAttachable(opset);
  return candidatesOf(model, lossOutputs(model)).map((found) => {
    const { logits: name, type, shape, output, through, problem } = found;
    const version = `opset ${opset}; a loss can be attached to ${attachable.from} to ${attachable.to}`;
    const use = problem !== undefined ? 'none' : fits ? 'attach' : 'expose';
    return {
      output: output!,
      ...describe({ name, type, shape, other: false }),
      through,
      madeBy: found.madeBy ?? null,
      classes: classesOf(found) ?? null,
      use,
      problem: problem ?? (fits ? null : version),
    };
  });
}

function describe({ name, type, shape, other }: DeclaredValue): ValueDescription {
  const known = type === undefined ? 'unknown' : (typeNames[type] ?? `type ${type}`);
  return { name, type: other ? 'other' : known, shape: shape ?? null };
}
