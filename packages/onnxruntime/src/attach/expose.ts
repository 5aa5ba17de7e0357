// Makes the logits of a classifier one of its outputs, for a loss that runs in a session of its own.

import { checkOptions } from '../options.ts';
import { append, declareValue } from './edit.ts';
import { chooseLogits, type LogitsChoice } from './logits.ts';
import { lossOutputs } from './notes.ts';
import { readModel } from './outline.ts';

/**
 * Adds the logits to a model's outputs, under the name that they have. For models to which no loss can be attached,
 * those of opset below 13 above all; `createModelLoss` uses it.
 *
 * @param bytes The model; it is not changed.
 * @param choice Where the logits are, if `attachLoss` would not find them.
 * @returns The model with one more output; the same bytes when the logits are an output already.
 * @throws {EqlError} `MODEL` for bytes that are no model, logits that cannot be found or used, or are several;
 * `UNSUPPORTED` for a choice of both kinds.
 */
export function exposeLogits(bytes: Uint8Array, choice: LogitsChoice = {}): Uint8Array {
  checkOptions('choice', choice, ['logits', 'output']);
  const model = readModel(bytes);
  const { logits, type, shape } = chooseLogits(model, lossOutputs(model), choice);
  if (model.graph.outputs.some(({ name }) => name === logits)) return bytes;
  return append(model, { graph: [declareValue(12, logits, type, shape)] });
}
