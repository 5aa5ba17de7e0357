// Inputs of a loss that a model carries instead of asking for them.

import { checkSigmoid, checkSoftmax, EqlError, type Gate } from '@eqloss/core';
import { encodeNode, encodeTensor } from '../onnx.ts';
import { checkOptions, type Loss, unsupported } from '../options.ts';
import { bytesField, type Field } from '../protobuf.ts';
import { expectMessage, fieldsOf, textOf } from './wire.ts';

/** What a model can carry of what a loss wants. */
export interface LossConstants {
  /** In place of the input `tail`. */
  readonly gate?: Gate;
  /** β, in place of the input `oneMinusBeta`; with `beta: 'scalar'`. */
  readonly beta?: number;
}

/**
 * @throws {EqlError} `CLASS_COUNT` for a gate that is none; `BETA_RANGE`; `UNSUPPORTED` for β in the sigmoid form or beside
 * a β that is no scalar.
 */
export function checkConstants(loss: Loss, constants: LossConstants): void {
  checkOptions('constants', constants, ['gate', 'beta']);
  const { gate, beta } = constants;
  // Core checks both, on a batch without rows.
  if (gate !== undefined) checkSigmoid([0, gate?.classes], { gate, labels: [] }, 'sum');
  if (beta === undefined) return;
  if (loss.form === 'sigmoid') unsupported('constants.beta', beta, 'none: the sigmoid form has no β');
  if (loss.beta !== 'scalar') unsupported('constants.beta', beta, `none with beta ${loss.beta}, which is fed`);
  if (typeof beta !== 'number') throw new EqlError('BETA_RANGE', `constants.beta is ${String(beta)}; wanted a number.`);
  const any = { classes: 1, threshold: 0, tail: new Uint8Array(1) };
  checkSoftmax([0, 1], { gate: any, labels: [], beta }, 'sum');
}

/**
 * The constants as `TensorProto`s by the name of the input that each replaces.
 *
 * Initializers without an input of their name: a default that callers may override would be nicer, but ONNX Runtime's
 * JavaScript API cannot feed those, and silently leaves out what is fed.
 */
export function carriedTensors(prefix: string, { gate, beta }: LossConstants): Map<string, Uint8Array> {
  const tensors = new Map<string, Uint8Array>();
  if (gate !== undefined) {
    const name = `${prefix}tail`;
    tensors.set(name, encodeTensor(name, 'bool', [gate.classes], gate.tail));
  }
  if (beta !== undefined) {
    const name = `${prefix}oneMinusBeta`;
    tensors.set(name, encodeTensor(name, 'float', [], [1 - beta]));
  }
  return tensors;
}

/** A `TensorProto` as the node that gives it, a field of `GraphProto`. */
export function constantNode(tensor: Uint8Array): Field {
  let name = '';
  for (const field of fieldsOf({ bytes: tensor, start: 0, end: tensor.length })) {
    if (field.number === 8) name = textOf(expectMessage(field, 'a name'));
  }
  return bytesField(1, encodeNode('Constant', [], [name], { value: { tensor } }));
}
