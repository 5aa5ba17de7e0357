// Damaged and hostile models: whatever the bytes are, there is a result or an EqlError, soon.

import { EqlError } from '@eqloss/core';
import { codeOf } from '@eqloss/core/testing';
import { onnx } from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { attachLoss, exposeLogits, inspectModel } from '../index.ts';
import { encodeSmall, passing, type SmallModel, subgraph, weights } from './testing.ts';

const RUNS = 100_000;
const sigmoid = { form: 'sigmoid', labels: 'rows', outputs: ['rowLosses'], arithmetic: 'gpu' } as const;

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Names of one letter, so that a changed byte often makes one name another: circles, duplicates, values without a node.
const branch: SmallModel = {
  nodes: [{ op: 'Neg', inputs: ['w'], outputs: ['b'] }],
  inputs: [],
  outputs: [{ name: 'b', shape: [3] }],
};
const shape = ['n', 3];
const chain: SmallModel = {
  nodes: [
    {
      op: 'If',
      inputs: ['f'],
      outputs: ['a'],
      attributes: [subgraph('then_branch', branch), subgraph('else_branch', branch)],
    },
    { op: 'Add', inputs: ['x', 'a'], outputs: ['l'] },
    { op: 'Identity', inputs: ['l'], outputs: ['i'] },
    {
      op: 'Softmax',
      inputs: ['i'],
      outputs: ['s'],
      attributes: [{ name: 'axis', i: 1, type: onnx.AttributeProto.AttributeType.INT }],
    },
    {
      op: 'Cast',
      inputs: ['s'],
      outputs: ['y'],
      attributes: [{ name: 'to', i: 1, type: onnx.AttributeProto.AttributeType.INT }],
    },
  ],
  inputs: [
    { name: 'x', shape },
    { name: 'f', type: 'BOOL', shape: [] },
  ],
  outputs: [{ name: 'y', shape }],
  values: [{ name: 'l', shape }],
  initializers: [
    weights('w', [3], [1, 2, 3]),
    { ...weights('e', [3], []), dataLocation: 1, externalData: [{ key: 'location', value: 'file' }] },
  ],
  more: {
    metadataProps: [{ key: 'eqloss:z', value: '{"version":1,"logits":"l","loss":{"form":"sigmoid","outputs":[]}}' }],
  },
};
const small = encodeSmall(passing(shape));
const bases = [small, encodeSmall(chain), encodeSmall({ ...chain, opset: 9 }), attachLoss(small, sigmoid)];

/** A damaged model. */
function mutate(random: () => number): Uint8Array {
  const below = (n: number): number => Math.floor(random() * n);
  const base = bases[random() < 0.03 ? 3 : below(3)];
  const [from, to] = [below(base.length), below(base.length)].sort((a, b) => a - b);
  const cut = (middle: ArrayLike<number>): Uint8Array =>
    Uint8Array.of(...base.subarray(0, from), ...Array.from(middle), ...base.subarray(to));
  const changed = base.slice();
  switch (below(8)) {
    case 0: // truncated
      return base.slice(0, to);
    case 1: // a few bits
      for (let k = below(4); k >= 0; k--) changed[below(base.length)] ^= 1 << below(8);
      return changed;
    case 2: // a few bytes
      for (let k = below(4); k >= 0; k--) changed[below(base.length)] = below(256);
      return changed;
    case 3: // a name or a letter of one for another
      changed[from] = base[to];
      return changed;
    case 4: // a length that is huge: 2 GB, or below 0
      return cut([base[from], 255, 255, 255, 255, ...(random() < 0.5 ? [7] : [255, 255, 255, 255, 255, 1])]);
    case 5: // a part is missing, or there twice
      return cut(random() < 0.5 ? [] : [...base.subarray(from, to), ...base.subarray(from, to)]);
    case 6: // a part of another model
      return cut(bases[below(bases.length)].subarray(from, to));
    default: // anything, of which a part looks like a model
      return cut(Uint8Array.from({ length: below(64) }, () => below(256)));
  }
}

/** What comes of each function: `ok`, or the code of its error. Anything else fails the test. */
function outcomes(bytes: Uint8Array): string[] {
  const works = [() => inspectModel(bytes), () => attachLoss(bytes, sigmoid), () => exposeLogits(bytes)];
  return works.map((work) => {
    try {
      work();
      return 'ok';
    } catch (error) {
      if (!(error instanceof EqlError)) throw error;
      return error.code;
    }
  });
}

test(`${RUNS} damaged models each give a result or an EqlError`, { timeout: 300_000 }, () => {
  const random = generator(Number(process.env.EQLOSS_SEED ?? 20_031_205));
  const seen = new Map<string, number>();
  for (let run = 0; run < RUNS; run++) {
    const bytes = mutate(random);
    for (const outcome of outcomes(bytes)) seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(['MODEL', 'UNSUPPORTED', 'ok']);
  // Both sides of the border are tried, a good many times.
  for (const outcome of ['MODEL', 'ok']) expect(seen.get(outcome)).toBeGreaterThan(RUNS / 10);
});

describe('a hostile model', () => {
  const [inputs, outputs] = [[{ name: 'x', shape }], [{ name: 'y', shape }]];
  /** Each node is `op in out`. */
  const model = (...lines: string[]): Uint8Array => {
    const nodes = lines.map((line) => line.split(' ')).map(([op, from, to]) => ({ op, inputs: [from], outputs: [to] }));
    return encodeSmall({ nodes, inputs, outputs });
  };
  /** Tag and length before a message. */
  const field = (number: number, bytes: Uint8Array): Uint8Array => {
    const head = [(number << 3) | 2, ...lengthOf(bytes.length)];
    const all = new Uint8Array(head.length + bytes.length);
    all.set(head);
    all.set(bytes, head.length);
    return all;
  };
  const lengthOf = (length: number): number[] =>
    length < 128 ? [length] : [(length & 127) | 128, ...lengthOf(length >>> 7)];
  /** A model whose graph is these bytes. */
  const around = (graph: Uint8Array): Uint8Array => {
    const head = Uint8Array.of(8, 8, 66, 4, 10, 0, 16, 17);
    return new Uint8Array(Buffer.concat([head, field(7, graph)]));
  };
  const repeated = (unit: readonly number[], times: number): Uint8Array => {
    const bytes = new Uint8Array(unit.length * times);
    for (let at = 0; at < bytes.length; at += unit.length) bytes.set(unit, at);
    return bytes;
  };

  test.each([
    ['a node that makes its own input', model('Softmax y y')],
    ['an identity of itself', model('Identity y y')],
    ['a circle of two', model('Softmax a y', 'Identity y a')],
    ['a circle behind the activation', model('Softmax a y', 'Identity b a', 'Identity a b')],
  ])('%s has no logits', (_, bytes) => {
    expect(outcomes(bytes)).toEqual(['MODEL', 'MODEL', 'MODEL']);
    expect(() => attachLoss(bytes, sigmoid)).toThrow(/circle/);
  });

  test('two nodes that make the same value are refused', () => {
    expect(outcomes(model('Relu x y', 'Softmax x y'))).toEqual(['MODEL', 'MODEL', 'MODEL']);
  });

  test('a long row of identities is walked a little way, and too many outputs not at all', () => {
    const row = Array.from({ length: 20_000 }, (_, k) => `Identity ${k === 0 ? 'x' : `v${k}`} v${k + 1}`);
    expect(outcomes(model(...row, 'Softmax v20000 y'))).toEqual(['ok', 'ok', 'ok']);
    const many = Array.from({ length: 5000 }, () => ({ name: 'y', shape }));
    expect(outcomes(encodeSmall({ ...passing(shape), outputs: many }))).toEqual(['MODEL', 'MODEL', 'MODEL']);
  });

  test('graphs within graphs end, and do not exhaust the stack', () => {
    // A node whose attribute holds a graph that holds a node …
    let graph: Uint8Array = new Uint8Array(0);
    for (let depth = 0; depth < 5000; depth++) graph = field(1, field(5, field(6, graph)));
    expect(codeOf(() => attachLoss(around(Uint8Array.of(...graphOfPassing(), ...graph)), sigmoid))).toBe('MODEL');
  });

  test('a file full of empty nodes, values or names is refused before it fills the memory', () => {
    const refused = (bytes: Uint8Array): string => codeOf(() => inspectModel(bytes));
    for (const unit of [
      [10, 0],
      [10, 2, 18, 0],
      [42, 0],
      [90, 0],
      [98, 0],
      [106, 0],
    ]) {
      expect(refused(around(repeated(unit, 600_000)))).toBe('MODEL');
    }
    expect(refused(repeated([66, 0], 600_000))).toBe('MODEL');
    // One name of 4 MB, a shape of a million dimensions.
    expect(refused(around(field(1, field(2, new Uint8Array(4e6).fill(97)))))).toBe('MODEL');
    const shapeOfMany = field(2, repeated([10, 0], 1_000_000));
    expect(refused(around(field(12, field(2, field(1, shapeOfMany)))))).toBe('MODEL');
  });
});

/** Fields of the graph of a small model. */
function graphOfPassing(): Uint8Array {
  const { graph } = onnx.ModelProto.decode(encodeSmall(passing(shape)));
  return new Uint8Array(onnx.GraphProto.encode(graph!).finish());
}
