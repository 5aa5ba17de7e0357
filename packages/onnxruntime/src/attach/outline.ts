// What a model says of itself: versions, declared values, which node makes which value. Weights are stepped over.

import { EqlError, kindOf } from '@eqloss/core';
import { type DeclaredValue, readValue } from './values.ts';
import { expectInteger, expectMessage, fieldsOf, malformed, type Span, textOf, type WireField } from './wire.ts';

/** A model, read as far as its graph's contents. */
export interface ModelOutline {
  readonly bytes: Uint8Array;
  readonly irVersion: number;
  /** Where the IR version stands in the bytes. */
  readonly irField: WireField | undefined;
  readonly producer: string;
  /** Version by domain; '' is the standard operator set. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly functions: readonly { readonly domain: string; readonly name: string }[];
  /** What `attachLoss` noted; anything else is left unread. */
  readonly notes: readonly (readonly [key: string, value: string])[];
  /** Where the graph stands in the bytes. */
  readonly graphField: WireField;
  readonly graph: GraphOutline;
}

/** The top graph of a model. */
interface GraphOutline {
  /** Every output of every node, with the node's bytes. */
  readonly producers: ReadonlyMap<string, Span>;
  readonly nodes: number;
  readonly inputs: readonly DeclaredValue[];
  readonly outputs: readonly DeclaredValue[];
  /** Both by name. */
  readonly declared: ReadonlyMap<string, DeclaredValue>;
  /** Values in between of which the model says the type. */
  readonly values: ReadonlyMap<string, Span>;
  readonly initializers: readonly Span[];
}

/** How the keys of our own metadata begin. */
export const NOTE = 'eqloss:';

// Nodes, their outputs, values, weights: far more than the largest models have. A file full of empty nodes must not fill the memory.
const MOST_ENTRIES = 500_000;
// Every output is walked back from.
const MOST_OUTPUTS = 4096;

/**
 * Reads the outline of a model.
 *
 * @throws {EqlError} `MODEL` for anything but the bytes of a `ModelProto` with one graph, in which every value has one
 * producer.
 */
export function readModel(bytes: Uint8Array): ModelOutline {
  checkBytes(bytes);
  let irField: WireField | undefined;
  let graphField: WireField | undefined;
  let producer = '';
  const opsets = new Map<string, number>();
  const functions: { domain: string; name: string }[] = [];
  const notes: [string, string][] = [];
  const count = counter();
  for (const field of fieldsOf({ bytes, start: 0, end: bytes.length })) {
    count(field.tag);
    if (field.number === 1) {
      expectInteger(field, 'an IR version');
      irField = field;
    } else if (field.number === 2) producer = textOf(expectMessage(field, 'a producer'));
    else if (field.number === 7) {
      if (graphField !== undefined) malformed(field.tag, 'a second graph');
      graphField = expectMessage(field, 'a graph');
    } else if (field.number === 8) {
      const { domain, version } = readOpset(expectMessage(field, 'an operator set'));
      opsets.set(domain === 'ai.onnx' ? '' : domain, version);
    } else if (field.number === 14) {
      const [key, value] = readPair(expectMessage(field, 'metadata'), isOurs);
      if (isOurs(key)) notes.push([key, value]);
    } else if (field.number === 25) functions.push(readFunctionName(expectMessage(field, 'a function')));
  }
  if (graphField === undefined) {
    throw new EqlError('MODEL', `${bytes.length} bytes without a graph; wanted the bytes of an .onnx file.`);
  }
  const graph = readGraph(graphField);
  const irVersion = irField?.value ?? 0;
  return { bytes, irVersion, irField, producer, opsets, functions, notes, graphField, graph };
}

/** Key and value of a `StringStringEntryProto`; the value of a key that is not wanted may be of any size, and stays unread. */
export function readPair(span: Span, wanted: (key: string) => boolean): [key: string, value: string] {
  let [key, value]: [string, WireField | undefined] = ['', undefined];
  for (const field of fieldsOf(span)) {
    if (field.number === 1) key = textOf(expectMessage(field, 'a key'));
    if (field.number === 2) value = expectMessage(field, 'a text');
  }
  return [key, value !== undefined && wanted(key) ? textOf(value) : ''];
}

function isOurs(key: string): boolean {
  return key.startsWith(NOTE);
}

function readGraph(span: Span): GraphOutline {
  const producers = new Map<string, Span>();
  const inputs: DeclaredValue[] = [];
  const outputs: DeclaredValue[] = [];
  const values = new Map<string, Span>();
  const initializers: Span[] = [];
  let nodes = 0;
  const count = counter();
  for (const field of fieldsOf(span)) {
    count(field.tag);
    if (field.number === 1) {
      nodes++;
      for (const part of fieldsOf(expectMessage(field, 'a node'))) {
        if (part.number !== 2) continue;
        count(part.tag);
        const name = textOf(expectMessage(part, 'an output'));
        // An optional output that nobody wants has no name.
        if (name === '') continue;
        if (producers.has(name)) malformed(part.tag, `two nodes that both make ${name}`);
        producers.set(name, field);
      }
    } else if (field.number === 5) initializers.push(expectMessage(field, 'an initializer'));
    else if (field.number === 11) inputs.push(readValue(expectMessage(field, 'an input')));
    else if (field.number === 12) outputs.push(readValue(expectMessage(field, 'an output')));
    else if (field.number === 13) values.set(nameOf(expectMessage(field, 'a value')), field);
  }
  if (outputs.length > MOST_OUTPUTS) malformed(span.start, `more than ${MOST_OUTPUTS} outputs`);
  const declared = new Map([...inputs, ...outputs].map((value) => [value.name, value]));
  return { producers, nodes, inputs, outputs, declared, values, initializers };
}

function readOpset(span: Span): { domain: string; version: number } {
  let [domain, version] = ['', 0];
  for (const field of fieldsOf(span)) {
    if (field.number === 1) domain = textOf(expectMessage(field, 'a domain'));
    if (field.number === 2) version = expectInteger(field, 'a version');
  }
  return { domain, version };
}

function readFunctionName(span: Span): { domain: string; name: string } {
  let [domain, name] = ['', ''];
  for (const field of fieldsOf(span)) {
    if (field.number === 1) name = textOf(expectMessage(field, 'a name'));
    if (field.number === 10) domain = textOf(expectMessage(field, 'a domain'));
  }
  return { domain, name };
}

function nameOf(span: Span): string {
  for (const field of fieldsOf(span)) if (field.number === 1) return textOf(expectMessage(field, 'a name'));
  return '';
}

function counter(): (at: number) => void {
  let entries = 0;
  return (at) => {
    if (++entries > MOST_ENTRIES) malformed(at, `more than ${MOST_ENTRIES} entries`);
  };
}

function checkBytes(bytes: unknown): asserts bytes is Uint8Array {
  if (kindOf(bytes) !== 'Uint8Array') {
    const came = bytes === null || typeof bytes !== 'object' ? typeof bytes : (kindOf(bytes) ?? 'an object');
    throw new EqlError('MODEL', `the model came as ${came}; wanted its bytes, a Uint8Array.`);
  }
  const [o, r, t, m] = (bytes as Uint8Array).subarray(4, 8);
  // "ORTM"
  if (o === 79 && r === 82 && t === 84 && m === 77) {
    throw new EqlError('MODEL', "this is a model in ONNX Runtime's own format (.ort); give the .onnx file.");
  }
}
