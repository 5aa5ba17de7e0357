// Names that a model has, wherever they are, and a prefix that none of them has.

import { EqlError } from '@eqloss/core';
import type { ModelOutline } from './outline.ts';
import { expectMessage, fieldsOf, malformed, type Span, textOf } from './wire.ts';

// Graphs in graphs: an If in a Loop in an If. The deepest real ones have four.
const DEEPEST = 32;

/**
 * A prefix for every name that is added: no name in the model begins with it.
 *
 * Names are those of nodes, values, weights, dimensions, in the graph and in the graphs inside its nodes: a value inside
 * an `If` must not hide ours, nor be one of ours.
 *
 * @param wanted The caller's.
 * @param stem Without one: `eql` gives `eql_`, `eql2_`, …
 * @throws {EqlError} `UNSUPPORTED` for a wanted prefix that is empty or taken; `MODEL`
 */
export function freePrefix(model: ModelOutline, wanted: string | undefined, stem: string): string {
  const start = wanted ?? stem;
  if (typeof start !== 'string' || start === '') {
    throw new EqlError('UNSUPPORTED', `prefix is ${JSON.stringify(wanted)}; wanted a text, like ${stem}_.`);
  }
  const taken = new Set<string>();
  collect(model.graphField, 0, (name) => {
    if (name.startsWith(start)) taken.add(name);
  });
  if (wanted !== undefined) {
    for (const name of taken) {
      throw new EqlError('UNSUPPORTED', `prefix ${wanted} is taken: the model has ${name}; give another, or none.`);
    }
    return wanted;
  }
  // How the taken names begin, up to the underscore: one look instead of one for every number.
  const heads = new Set([...taken].map((name) => name.slice(0, name.indexOf('_') + 1)));
  for (let k = 1; ; k++) {
    const prefix = `${stem}${k === 1 ? '' : k}_`;
    if (!heads.has(prefix)) return prefix;
  }
}

/** Names of a `GraphProto`. */
function collect(graph: Span, depth: number, see: (name: string) => void): void {
  if (depth > DEEPEST) malformed(graph.start, `graphs within graphs, more than ${DEEPEST} deep`);
  for (const field of fieldsOf(graph)) {
    const { number } = field;
    if (number === 1) collectNode(expectMessage(field, 'a node'), depth, see);
    else if (number === 5) collectName(expectMessage(field, 'an initializer'), 8, see);
    else if (number >= 11 && number <= 13) collectValue(expectMessage(field, 'a value'), see);
    else if (number === 15) {
      for (const part of fieldsOf(expectMessage(field, 'a sparse initializer'))) {
        if (part.number === 1) collectName(expectMessage(part, 'values'), 8, see);
      }
    }
  }
}

function collectNode(node: Span, depth: number, see: (name: string) => void): void {
  for (const field of fieldsOf(node)) {
    const { number } = field;
    if (number <= 3) see(textOf(expectMessage(field, 'a name')));
    if (number !== 5) continue;
    for (const part of fieldsOf(expectMessage(field, 'an attribute'))) {
      if (part.number === 6 || part.number === 11) collect(expectMessage(part, 'a graph'), depth + 1, see);
    }
  }
}

function collectName(message: Span, number: number, see: (name: string) => void): void {
  for (const field of fieldsOf(message)) {
    if (field.number === number) see(textOf(expectMessage(field, 'a name')));
  }
}

/** The name of a value, and those of its dimensions. */
function collectValue(value: Span, see: (name: string) => void): void {
  collectName(value, 1, see);
  // ValueInfoProto.type, tensor_type, shape, dim, and then dim_param.
  for (const dimension of descend(value, [2, 1, 2, 1])) collectName(dimension, 2, see);
}

function* descend(message: Span, path: readonly number[]): Generator<Span, void, undefined> {
  if (path.length === 0) {
    yield message;
    return;
  }
  for (const field of fieldsOf(message)) {
    if (field.number === path[0]) yield* descend(expectMessage(field, 'a type'), path.slice(1));
  }
}
