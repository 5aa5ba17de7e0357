// The head as a model of its own, for inference: there is no gate. SPEC D5.

import { EqlError } from '@eqloss/core';
import { createGraph, type Graph, type Value } from '../graph.ts';
import { checkOpset } from '../model.ts';
import { encodeModel, encodeTensor } from '../onnx.ts';
import { checkOptions, unsupported } from '../options.ts';
import type { Head } from './options.ts';
import type { Parameters } from './pieces.ts';

// What a protobuf message can have, less what a head has beside its parameters.
const MOST_BYTES = 2 ** 31 - 2 ** 16;

/** What an exported head gives: `logits`, or `probabilities` under one of the two activations. */
export type Activation = 'none' | 'sigmoid' | 'softmax';

/** What `exportHead` takes. */
export interface ExportOptions {
  /** Default `none`. */
  readonly activation?: Activation;
  /** Version of the standard operator set, 13 to 26. Default 17. */
  readonly opset?: number;
}

/**
 * A model with the input `features` `[rows, D]` and the output `logits` or `probabilities` `[rows, C]`, float.
 *
 * @throws {EqlError} `UNSUPPORTED`, also for parameters of 2 GiB and more: no ONNX model holds them; `OUT_OF_MEMORY`
 */
export function exportModel(head: Head, parameters: Parameters, options: ExportOptions = {}): Uint8Array {
  checkOptions('options', options, ['activation', 'opset']);
  const { activation = 'none', opset = 17 } = options;
  checkOpset(opset);
  checkActivation(activation);
  if (parameters.byteLength > MOST_BYTES) {
    unsupported('the size of the parameters', `${parameters.byteLength} bytes`, 'less than the 2 GiB of an ONNX model');
  }
  const { features, classes } = head;
  const graph = createGraph(opset);
  const x = graph.input({ name: 'features', type: 'float', shape: ['rows', features] });
  const result = writeTrainedHead(graph, x, activation);
  graph.output({ name: result, type: 'float', shape: ['rows', classes] });
  const { initializers, ...parts } = graph.parts();
  try {
    const all = [...initializers, ...encodeParameters(head, parameters)];
    return encodeModel({ name: 'head', doc: 'A linear head.', opset, ...parts, initializers: all });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new EqlError('OUT_OF_MEMORY', `a model of ${parameters.byteLength} bytes does not fit in memory.`);
  }
}

/** @throws {EqlError} `UNSUPPORTED` */
export function checkActivation(activation: unknown): asserts activation is Activation {
  if (activation !== 'none' && activation !== 'sigmoid' && activation !== 'softmax') {
    unsupported('activation', activation, 'none, sigmoid or softmax');
  }
}

/** Writes the head behind `features` `[rows, D]`, its parameters being {@link encodeParameters}; returns the result's name without the prefix. */
export function writeTrainedHead(graph: Graph, x: Value, activation: Activation): 'logits' | 'probabilities' {
  const operands = [x, `${graph.prefix}weights`, `${graph.prefix}bias`];
  const logits = graph.op('Gemm', operands, { transB: 1 }, 'logits');
  if (activation === 'none') return 'logits';
  if (activation === 'sigmoid') graph.op('Sigmoid', [logits], {}, 'probabilities');
  else graph.op('Softmax', [logits], { axis: 1 }, 'probabilities');
  return 'probabilities';
}

/** The initializers `weights` and `bias`: `TensorProto`s. */
export function encodeParameters(
  { features, classes }: Head,
  parameters: Parameters,
  prefix = '',
): readonly Uint8Array[] {
  const split = classes * features;
  return [
    encodeTensor(`${prefix}weights`, 'float', [classes, features], parameters.subarray(0, split)),
    encodeTensor(`${prefix}bias`, 'float', [classes], parameters.subarray(split)),
  ];
}
