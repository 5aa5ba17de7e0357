// Appends to a model's graph: the bytes that were there stay as they are, in their order.

import { type Field, integerField, join, messageField, textField } from '../protobuf.ts';
import type { ModelOutline } from './outline.ts';
import { type Edit, splice } from './splice.ts';
import type { KnownDimension } from './values.ts';

/** What to append to a model. */
export interface Additions {
  /** Fields of the `GraphProto`. */
  readonly graph: readonly Field[];
  /** Fields of the `ModelProto`. */
  readonly model?: readonly Field[];
  /** The IR version that these need at least. */
  readonly irVersion?: number;
}

/**
 * The model with the additions. A repeated field may stand anywhere in a message, so that everything goes to the end: of
 * the graph, of which only the length before it changes, and of the model.
 *
 * @throws {EqlError} `UNSUPPORTED`, `OUT_OF_MEMORY`
 */
export function append(model: ModelOutline, additions: Additions): Uint8Array {
  const { bytes, graphField, irField, irVersion } = model;
  const added = join(additions.graph);
  const length = graphField.end - graphField.start + added.length;
  const edits: Edit[] = [
    { start: graphField.tag, end: graphField.start, bytes: prefixOf(7, length) },
    { start: graphField.end, end: graphField.end, bytes: added },
    { start: bytes.length, end: bytes.length, bytes: join(additions.model ?? []) },
  ];
  const needed = additions.irVersion;
  if (needed !== undefined && irVersion < needed) {
    const at = irField ?? { tag: 0, end: 0 };
    edits.push({ start: at.tag, end: at.end, bytes: integerField(1, needed) });
  }
  return splice(
    bytes,
    edits.sort((a, b) => a.start - b.start || a.end - b.end),
  );
}

/**
 * A `ValueInfoProto` as a field.
 *
 * @param field 11 for a graph's input, 12 for its output, 13 for a value in between.
 * @param type `TensorProto.DataType`; undefined to leave it to the runtime.
 * @param shape Undefined for any rank.
 */
export function declareValue(
  field: 11 | 12 | 13,
  name: string,
  type: number | undefined,
  shape: readonly KnownDimension[] | undefined,
): Field {
  if (type === undefined) return messageField(field, [textField(1, name)]);
  const tensor = [integerField(1, type)];
  if (shape !== undefined) {
    const dimensions = shape.map((size) => {
      if (size === null) return messageField(1, []);
      return messageField(1, [typeof size === 'number' ? integerField(1, size) : textField(2, size)]);
    });
    tensor.push(messageField(2, dimensions));
  }
  return messageField(field, [textField(1, name), messageField(2, [messageField(1, tensor)])]);
}

/** Tag and length of a length-delimited field. */
function prefixOf(number: number, length: number): Uint8Array {
  const prefix = integerField(number, length);
  prefix[0] |= 2;
  return prefix;
}
