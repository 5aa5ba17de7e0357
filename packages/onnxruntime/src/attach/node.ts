// A node of a graph: NodeProto, as far as the way back to the logits goes.

import { expectInteger, expectMessage, fieldsOf, type Span, textOf } from './wire.ts';

/** A node, read. */
export interface NodeOutline {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  /** Attributes that are integers. */
  readonly integers: ReadonlyMap<string, number>;
}

/**
 * Reads a node, and of its attributes those that are integers.
 *
 * @throws {EqlError} `MODEL`
 */
export function readNode(span: Span): NodeOutline {
  let [op, domain] = ['', ''];
  const inputs: string[] = [];
  const integers = new Map<string, number>();
  for (const field of fieldsOf(span)) {
    if (field.number === 1) inputs.push(textOf(expectMessage(field, 'an input')));
    if (field.number === 4) op = textOf(expectMessage(field, 'an op'));
    if (field.number === 5) readInteger(expectMessage(field, 'an attribute'), integers);
    if (field.number === 7) domain = textOf(expectMessage(field, 'a domain'));
  }
  return { op, domain: domain === 'ai.onnx' ? '' : domain, inputs, integers };
}

function readInteger(attribute: Span, into: Map<string, number>): void {
  let [name, value]: [string, number | undefined] = ['', undefined];
  for (const field of fieldsOf(attribute)) {
    if (field.number === 1) name = textOf(expectMessage(field, 'the name of an attribute'));
    if (field.number === 3) value = expectInteger(field, 'an integer');
  }
  if (value !== undefined) into.set(name, value);
}
