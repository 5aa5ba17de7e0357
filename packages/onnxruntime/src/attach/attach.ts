// Appends a loss and its gradient to the logits of somebody's classifier.

import { EqlError } from '@eqloss/core';
import { createGraph, type Graph } from '../graph.ts';
import { callLoss, writeLoss } from '../loss.ts';
import { DOMAIN, elementTypes, opsetImport, type ValueInfo } from '../onnx.ts';
import { checkOptions, LOSS_OPTIONS, type Loss, type LossOptions, OUTPUTS, oneOf, resolveLoss } from '../options.ts';
import { bytesField, type Field, messageField } from '../protobuf.ts';
import { type Candidate, checkClasses, classesOf } from './candidates.ts';
import { carriedTensors, checkConstants, constantNode, type LossConstants } from './constants.ts';
import { append, declareValue } from './edit.ts';
import { chooseLogits, type LogitsChoice } from './logits.ts';
import { freePrefix } from './names.ts';
import { lossOutputs, noteOf } from './notes.ts';
import { type ModelOutline, readModel } from './outline.ts';
import type { KnownDimension } from './values.ts';

/** What {@link attachLoss} takes: the loss, where the logits are, and what the model shall carry. */
export interface AttachOptions extends LossOptions, LogitsChoice {
  /** How every added name begins. Default `eql_`, or `eql2_` and so on when names of the model begin so. */
  readonly prefix?: string;
  /**
   * `graph` (default): the ops of the loss themselves. `function`: one op of the domain `eqloss`, defined beside the graph.
   * An IR version below 8, which has no functions, becomes 8.
   */
  readonly as?: 'graph' | 'function';
  /** Inputs that do not change: the model carries them, and does not ask for them. */
  readonly constants?: LossConstants;
}

/** The opsets in which the graphs are written. */
export const attachable = { from: 13, to: 26 } as const;

/**
 * Appends a loss to a classifier, with its gradient with respect to the logits: one session then gives predictions,
 * loss and gradient.
 *
 * The logits are found from the graph's outputs, back through Softmax, LogSoftmax or Sigmoid and through Identity, or are
 * named. They may be `[classes]`, `[rows, classes]` or `[…, classes]`, of any float type; the loss is computed in float32.
 * What leads to the last dimension is flattened: `labels`, `rowWeights`, `rowLosses` and so on are `[rows]` in row-major
 * order, `targets`, element β and drawn β `[rows, classes]`. The gradient has the shape of the logits and is float.
 *
 * Where the model does not say the rank, a softmax along dimension k is taken to be along the last one; if it is not, the
 * number of classes does not fit and the run fails.
 *
 * Inputs and outputs are those of `buildLossModel`, each with the prefix: `eql_labels`, `eql_tail`, …, `eql_loss`,
 * `eql_rowLosses`, `eql_gradient`. `inspectModel(bytes).losses` lists them.
 *
 * What the model had stays as it was, byte for byte and in order: nodes, outputs, weights, external data, metadata.
 *
 * @param bytes The model; it is not changed.
 * @throws {EqlError} `MODEL` for bytes that are no model, logits that cannot be found or used, or are several;
 * `UNSUPPORTED` for a model of opset below 13 or above 26 (see `exposeLogits`, `createModelLoss`), a prefix that is
 * taken, and as `buildLossModel`; `CLASS_COUNT` for a gate of another number of classes; `BETA_RANGE`
 */
export function attachLoss(bytes: Uint8Array, options: AttachOptions): Uint8Array {
  checkOptions('options', options, [...LOSS_OPTIONS, 'logits', 'output', 'prefix', 'as', 'constants']);
  const { logits: _, output: __, prefix: wanted, as = 'graph', constants = {}, ...lossOptions } = options;
  const loss = resolveLoss(lossOptions);
  oneOf('as', as, ['graph', 'function']);
  checkConstants(loss, constants);
  const model = readModel(bytes);
  const opset = opsetOf(model);
  const logits = chooseLogits(model, lossOutputs(model), options);
  if (constants.gate !== undefined) checkClasses(constants.gate, logits);
  const graph = createGraph(opset, freePrefix(model, wanted, 'eql'));
  const rows = rowsOfLogits(graph, logits);
  const gradient = isMatrix(logits) ? 'gradient' : 'gradientOfRows';
  const functions: Field[] = [];
  if (as === 'graph') writeLoss(graph, loss, rows, gradient);
  else functions.push(bytesField(25, callLoss(graph, loss, rows, freeSuffix(model), gradient)));
  if (gradient !== 'gradient' && loss.outputs.includes('gradient')) {
    graph.op('Reshape', [graph.prefix + gradient, graph.op('Shape', [logits.logits])], {}, 'gradient');
  }
  const domain = as === 'function' && !model.opsets.has(DOMAIN) ? [messageField(8, opsetImport(DOMAIN, 1))] : [];
  return append(model, {
    graph: graphFields(graph, loss, logits, model, constants),
    model: [...domain, noteOf(graph.prefix, loss, logits.logits), ...functions],
    irVersion: as === 'function' ? 8 : undefined,
  });
}

/** Whether a loss can be written in a model's opset. */
export function isAttachable(opset: number | undefined): boolean {
  return opset !== undefined && opset >= attachable.from && opset <= attachable.to;
}

/**
 * The opset of a model to which a loss can be attached.
 *
 * @throws {EqlError} `UNSUPPORTED` for any other; `MODEL` when it has none.
 */
function opsetOf(model: ModelOutline): number {
  const opset = model.opsets.get('');
  if (opset === undefined) throw new EqlError('MODEL', 'the model names no version of the standard operator set.');
  if (!isAttachable(opset)) {
    throw new EqlError(
      'UNSUPPORTED',
      `the model is of opset ${opset}; a loss can be attached to ${attachable.from} to ${attachable.to}. Run the loss in ` +
        'a second session: createModelLoss does so by itself, exposeLogits makes the logits an output.',
    );
  }
  return opset;
}

/** The logits as float `[rows, classes]`. */
function rowsOfLogits(graph: Graph, found: Candidate): string {
  const { logits, type, axis } = found;
  const float = type === elementTypes.float ? logits : graph.op('Cast', [logits], { to: elementTypes.float });
  return isMatrix(found) ? float : graph.op('Flatten', [float], { axis });
}

/** For the name of a function: a number that no function of ours in the model has. */
function freeSuffix({ functions }: ModelOutline): string {
  const ours = new Set(functions.filter(({ domain }) => domain === DOMAIN).map(({ name }) => name.replace(/^\D*/, '')));
  for (let k = 1; ; k++) {
    const suffix = k === 1 ? '' : String(k);
    if (!ours.has(suffix)) return suffix;
  }
}

function isMatrix({ shape, axis }: Candidate): boolean {
  return shape?.length === 2 && axis === 1;
}

/** Everything that the graph gains, as fields of `GraphProto`. */
function graphFields(
  graph: Graph,
  loss: Loss,
  logits: Candidate,
  model: ModelOutline,
  constants: LossConstants,
): Field[] {
  const { prefix } = graph;
  const parts = graph.parts();
  const carried = carriedTensors(prefix, constants);
  const initializers = [...parts.initializers, ...carried.values()];
  // Weights had to be graph inputs up to IR version 3; a Constant need not.
  const weights =
    model.irVersion < 4 ? initializers.map(constantNode) : initializers.map((each) => bytesField(5, each));
  const classes = classesOf(logits) ?? `${prefix}classes`;
  const sized = (shape: ValueInfo['shape']): KnownDimension[] =>
    shape.map((size) => (size === `${prefix}classes` ? classes : size));
  const shapes = { loss: [], rowLosses: [`${prefix}rows`], gradient: logits.shape } as const;
  return [
    ...weights,
    ...parts.nodes.map((node) => bytesField(1, node)),
    ...parts.shapes.map(({ name, type, shape }) => declareValue(13, name, elementTypes[type], sized(shape))),
    ...parts.inputs
      .filter(({ name }) => !carried.has(name))
      .map(({ name, type, shape }) => declareValue(11, name, elementTypes[type], sized(shape))),
    ...OUTPUTS.filter((name) => loss.outputs.includes(name)).map((name) =>
      declareValue(12, prefix + name, elementTypes.float, shapes[name]),
    ),
  ];
}
