// Losses that were attached to a model, from the metadata that attachLoss leaves in it.

import type { Loss, LossOptions } from '../options.ts';
import { type Field, messageField, textField } from '../protobuf.ts';
import { type ModelOutline, NOTE } from './outline.ts';
import type { DeclaredValue } from './values.ts';

/** A loss that the model carries, with the names to feed and to fetch. */
export interface AttachedLoss {
  /** How every name of it begins. */
  readonly prefix: string;
  /** The value that it is the loss of. */
  readonly logits: string;
  /** What it computes. */
  readonly loss: Required<LossOptions>;
  /** Names of the graph's inputs by what they are: `{ labels: 'eql_labels', tail: 'eql_tail' }`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Names of the graph's outputs: `{ loss: 'eql_loss', rowLosses: 'eql_rowLosses', gradient: 'eql_gradient' }`. */
  readonly outputs: Readonly<Record<string, string>>;
}

const LOSS_INPUTS: readonly string[] = [
  ...['labels', 'targets', 'tail', 'foreground', 'rowWeights', 'normalizer', 'oneMinusBeta', 'drawn'],
];

/** The note that {@link attachedLosses} reads, as a field of the `ModelProto`. */
export function noteOf(prefix: string, loss: Loss, logits: string): Field {
  const text = JSON.stringify({ version: 1, logits, loss });
  return messageField(14, [textField(1, NOTE + prefix), textField(2, text)]);
}

/** The losses that were attached, in their order. A note that is none of ours, or whose loss is gone, is passed over. */
export function attachedLosses(model: ModelOutline): AttachedLoss[] {
  const losses: AttachedLoss[] = [];
  for (const [key, text] of model.notes) {
    const prefix = key.slice(NOTE.length);
    const note = parse(text);
    if (prefix === '' || note === undefined) continue;
    const outputs = named(model.graph.outputs, prefix, note.loss.outputs);
    if (note.loss.outputs.some((name) => outputs[name] === undefined)) continue;
    losses.push({ prefix, ...note, inputs: named(model.graph.inputs, prefix, LOSS_INPUTS), outputs });
  }
  return losses;
}

/** Outputs that are results of losses, and no predictions. */
export function lossOutputs(model: ModelOutline): Set<string> {
  return new Set(attachedLosses(model).flatMap(({ outputs }) => Object.values(outputs)));
}

/** Of the values those of our names: the prefix alone may begin names of others, too, that came later. */
function named(values: readonly DeclaredValue[], prefix: string, ours: readonly string[]): Record<string, string> {
  const known = new Set(values.map(({ name }) => name));
  return Object.fromEntries(ours.filter((name) => known.has(prefix + name)).map((name) => [name, prefix + name]));
}

/** Anybody may write metadata. */
function parse(text: string): Pick<AttachedLoss, 'logits' | 'loss'> | undefined {
  try {
    const note = JSON.parse(text);
    if (note?.version !== 1 || typeof note.logits !== 'string') return undefined;
    if (!['sigmoid', 'softmax'].includes(note.loss?.form) || !Array.isArray(note.loss.outputs)) return undefined;
    return { logits: note.logits, loss: note.loss };
  } catch {
    return undefined;
  }
}
