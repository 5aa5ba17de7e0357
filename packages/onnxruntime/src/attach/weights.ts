// How many weights a model has, how large, and where they lie. Their values are stepped over.

import { readPair } from './outline.ts';
import { expectInteger, expectMessage, fieldsOf, type Span, textOf } from './wire.ts';

/** The initializers of a graph, summed up. */
export interface Weights {
  /** How many there are. */
  readonly count: number;
  /** Bytes that they take in the file. */
  readonly bytes: number;
  /** Files beside the model that hold the data of some of them; at most a hundred are listed. */
  readonly externalFiles: readonly string[];
}

const MOST_FILES = 100;

/**
 * Sums up `TensorProto`s; `names` are theirs.
 *
 * @throws {EqlError} `MODEL`
 */
export function weightsOf(initializers: readonly Span[]): { readonly summary: Weights; readonly names: Set<string> } {
  const names = new Set<string>();
  const files = new Set<string>();
  let bytes = 0;
  for (const tensor of initializers) {
    bytes += tensor.end - tensor.start;
    let external = false;
    let location = '';
    for (const field of fieldsOf(tensor)) {
      if (field.number === 8) names.add(textOf(expectMessage(field, 'a name')));
      if (field.number === 14) external = expectInteger(field, 'a data location') === 1;
      if (field.number !== 13) continue;
      const [key, value] = readPair(expectMessage(field, 'external data'), (name) => name === 'location');
      if (key === 'location') location = value;
    }
    if (external && files.size < MOST_FILES) files.add(location);
  }
  return { summary: { count: initializers.length, bytes, externalFiles: [...files] }, names };
}
