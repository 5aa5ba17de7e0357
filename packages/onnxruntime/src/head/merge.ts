// The head behind a user's backbone, as one model.

import { EqlError } from '@eqloss/core';
import { constantNode } from '../attach/constants.ts';
import { append, declareValue } from '../attach/edit.ts';
import { freePrefix } from '../attach/names.ts';
import { type ModelOutline, readModel } from '../attach/outline.ts';
import { type DeclaredValue, isFloat, readValue, typeNames } from '../attach/values.ts';
import { createGraph, type Graph, type Value } from '../graph.ts';
import { elementTypes } from '../onnx.ts';
import { checkOptions, unsupported } from '../options.ts';
import { bytesField } from '../protobuf.ts';
import { type Activation, checkActivation, encodeParameters, writeTrainedHead } from './export.ts';
import type { Head } from './options.ts';
import type { Parameters } from './pieces.ts';

/** What `mergeHead` takes. */
export interface MergeOptions {
  /** Name of the value that the head was trained on. Default: the backbone's output, if it has one. */
  readonly features?: string;
  /** Default `none`. */
  readonly activation?: Activation;
  /** How every added name begins. Default `head_`, or `head2_` and so on when names of the backbone begin so. */
  readonly prefix?: string;
}

// Gemm, Flatten and Softmax along axis 1 mean the same in all of these.
const OPSETS = { from: 9, to: 26 } as const;

/**
 * Appends the head to a backbone. The features may be `[rows, D]`, or of higher rank: what follows the first dimension is
 * flattened, as `[rows, D, 1, 1]` of a pooling has it. The result is one more output, `head_logits` or
 * `head_probabilities`; all else of the backbone stays as it was, byte for byte.
 *
 * @throws {EqlError} `MODEL` for bytes that are no model, or features that cannot be found or used; `UNSUPPORTED` for an
 * opset below 9 or above 26, a prefix that is taken, options; `OUT_OF_MEMORY`
 */
export function mergeModel(
  head: Head,
  parameters: Parameters,
  backbone: Uint8Array,
  options: MergeOptions = {},
): Uint8Array {
  checkOptions('options', options, ['features', 'activation', 'prefix']);
  const { activation = 'none' } = options;
  checkActivation(activation);
  const model = readModel(backbone);
  const features = findFeatures(model, options.features);
  checkWidth(head, features);
  const prefix = freePrefix(model, options.prefix, 'head');
  const graph = createGraph(opsetOf(model), prefix);
  const result = writeTrainedHead(graph, asMatrix(graph, features), activation);
  const { nodes, initializers } = graph.parts();
  const tensors = [...initializers, ...encodeParameters(head, parameters, prefix)];
  const shape = [`${prefix}rows`, head.classes];
  return append(model, {
    graph: [
      // Weights had to be graph inputs up to IR version 3; a Constant need not.
      ...tensors.map((tensor) => (model.irVersion < 4 ? constantNode(tensor) : bytesField(5, tensor))),
      ...nodes.map((node) => bytesField(1, node)),
      declareValue(12, prefix + result, elementTypes.float, shape),
    ],
  });
}

function opsetOf(model: ModelOutline): number {
  const opset = model.opsets.get('');
  if (opset === undefined) throw new EqlError('MODEL', 'the model names no version of the standard operator set.');
  if (opset < OPSETS.from || opset > OPSETS.to) {
    unsupported("the backbone's opset", opset, `${OPSETS.from} to ${OPSETS.to}`);
  }
  return opset;
}

/** The features as the model declares them; of a value that it does not, only the name is known. */
function findFeatures({ graph }: ModelOutline, wanted: string | undefined): DeclaredValue {
  const [only, ...others] = graph.outputs;
  if (wanted === undefined) {
    if (only !== undefined && others.length === 0) return only;
    const names = graph.outputs.map(({ name }) => name).join(', ');
    throw new EqlError('MODEL', `the backbone has ${graph.outputs.length} outputs (${names}); say which in features.`);
  }
  const declared = graph.declared.get(wanted);
  if (declared !== undefined) return declared;
  const span = graph.values.get(wanted);
  if (span !== undefined) return readValue(span);
  if (!graph.producers.has(wanted)) throw new EqlError('MODEL', `the backbone has no value named ${wanted}.`);
  return { name: wanted, type: undefined, shape: undefined, other: false };
}

/** Refuses features that cannot be those that the head was trained on. */
function checkWidth(head: Head, { name, type, shape, other }: DeclaredValue): void {
  if (other || (type !== undefined && !isFloat(type))) {
    throw new EqlError('MODEL', `${name} is ${other ? 'no tensor' : typeNames[type!]}; features are floats.`);
  }
  if (shape === undefined) return;
  const width = shape.slice(1).reduce<number>((size, each) => size * (typeof each === 'number' ? each : NaN), 1);
  if (shape.length < 2 || (!Number.isNaN(width) && width !== head.features)) {
    const sizes = shape.map((size) => size ?? '?').join(', ');
    throw new EqlError('MODEL', `${name} is [${sizes}]; the head takes ${head.features} features a row.`);
  }
}

/** Float, `[rows, D]`. */
function asMatrix(graph: Graph, { name, type, shape }: DeclaredValue): Value {
  const float =
    type === undefined || type === elementTypes.float ? name : graph.op('Cast', [name], { to: elementTypes.float });
  return shape?.length === 2 ? float : graph.op('Flatten', [float], { axis: 1 });
}
