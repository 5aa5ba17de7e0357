// What callers hand over by mistake, from other languages, or from other realms.

import { describe, expect, test } from 'vitest';
import type { Batch, Form } from './index.ts';
import { createGate, frequenciesFromCounts } from './index.ts';
import { codeOf, foreign, forms, lossOf, tagged } from './testing.ts';

const gate = createGate([1, 10, 10], { threshold: 5 });
const nothing = null as unknown as undefined;
const hole = null as unknown as number;

describe.each<Form>(['sigmoid', 'softmax'])('%s', (form) => {
  const loss = lossOf[form];
  const beta = form === 'softmax' ? 0.5 : undefined;
  const logits = Float64Array.of(1, -2, 3, 0.5, 0, -1);
  const good: Batch = { gate, beta, labels: [0, 1], logits };
  const code = (change: object) => codeOf(() => loss({ ...good, ...change }));

  test('null counts as left out, as JSON has it', () => {
    const empty = { targets: nothing, foreground: nothing, rowWeights: nothing, normalizer: nothing, shape: nothing };
    expect(loss({ ...good, ...empty, beta: beta ?? nothing })).toEqual(loss(good));
    const targets = { targets: [1, 0, 0, 0, 1, 0], labels: undefined };
    expect(loss({ ...good, ...targets, labels: nothing })).toEqual(loss({ ...good, ...targets }));
    expect(code({ labels: nothing, targets: nothing })).toBe('UNSUPPORTED');
    if (form === 'softmax') expect(code({ beta: null })).toBe('BETA_RANGE');
  });

  test('null within an array is refused, never taken for 0', () => {
    expect(code({ labels: [0, hole] })).toBe('LABEL_RANGE');
    expect(code({ labels: undefined, targets: [1, 0, 0, 0, 1, hole] })).toBe('TARGET_RANGE');
    expect(code({ rowWeights: [1, hole] })).toBe('ROW_WEIGHT_RANGE');
    if (form === 'sigmoid') expect(code({ foreground: [1, hole] })).toBe('FOREGROUND_RANGE');
    else expect(code({ beta: [0, hole, 0] })).toBe('BETA_RANGE');
  });

  test('numbers of another type are refused, never taken for what they equal', () => {
    expect(code({ labels: [0, '1'] })).toBe('LABEL_RANGE');
    expect(code({ rowWeights: [1, true] })).toBe('ROW_WEIGHT_RANGE');
    if (form === 'sigmoid') expect(code({ foreground: BigUint64Array.of(0n, 1n) })).toBe('FOREGROUND_RANGE');
    else expect(code({ beta: [0, '1', 0] })).toBe('BETA_RANGE');
  });

  test('a given input that the form does not take is refused, even when empty (S5, X6)', () => {
    const change = form === 'sigmoid' ? { beta: [] } : { foreground: [] };
    expect(code(change)).toBe('UNSUPPORTED');
    expect(code(form === 'sigmoid' ? { beta: 0 } : { foreground: [1, 1] })).toBe('UNSUPPORTED');
  });

  test('a gate that is missing or not whole is CLASS_COUNT', () => {
    const broken = [undefined, null, {}, { ...gate, tail: gate.tail.slice(1) }, { ...gate, classes: 2 }];
    for (const each of broken) expect(code({ gate: each })).toBe('CLASS_COUNT');
  });

  test('logits of another kind are refused by name', () => {
    const kinds = [
      new Uint8Array(6),
      new Int32Array(6),
      new BigInt64Array(6),
      tagged(new Float64Array(6), 'Float16Array'),
    ];
    for (const each of kinds) {
      expect(code({ logits: each })).toBe('DTYPE');
      expect(() => loss({ ...good, logits: each as Float64Array })).toThrow(`came as ${each[Symbol.toStringTag]};`);
    }
    for (const [each, kind] of [
      [null, 'null'],
      [undefined, 'undefined'],
      [[1, 2, 3], 'Array'],
    ] as const) {
      expect(() => loss({ ...good, logits: each as unknown as Float64Array })).toThrow(
        `DTYPE: logits came as ${kind};`,
      );
    }
  });

  test('arrays of another realm are as good as those of this one', () => {
    const other = foreign(Float64Array.from(logits));
    expect(other instanceof Float64Array).toBe(false);
    const labels = foreign(Int32Array.of(0, 1));
    expect(loss({ ...good, logits: other, labels })).toEqual(loss(good));
    expect(code({ logits: foreign(new Int32Array(6)) })).toBe('DTYPE');
  });

  test('a flat array that does not fill the stated shape: whole rows are a wrong row count, others a wrong class count', () => {
    const filled = (length: number) => code({ shape: [2, 3], logits: new Float64Array(length) });
    expect([3, 9].map(filled)).toEqual(['ROW_COUNT', 'ROW_COUNT']);
    expect([5, 7].map(filled)).toEqual(['CLASS_COUNT', 'CLASS_COUNT']);
    const targets = (length: number) => code({ shape: [2, 3], labels: undefined, targets: Array(length).fill(0) });
    expect([3, 9].map(targets)).toEqual(['ROW_COUNT', 'ROW_COUNT']);
    expect([5, 8].map(targets)).toEqual(['CLASS_COUNT', 'CLASS_COUNT']);
  });

  const background = {
    sigmoid: 'the sigmoid form takes no background column: background is the label C, without a logit',
    softmax: 'a background column is one more class of the softmax form: give the gate a head frequency for it',
  };

  test.each<[string, object, string]>([
    [
      'logits with a background column',
      { logits: new Float64Array(8) },
      `4 columns but the gate has 3 classes; ${background[form]}`,
    ],
    [
      'another gate',
      { logits: new Float64Array(10) },
      '5 columns but the gate has 3 classes; was the gate made for another data set?',
    ],
    ['a label too few', { labels: [0] }, '6 logits do not fill the shape [1, 3] of the labels and the gate'],
    [
      'a wrong label',
      { labels: [0, 7] },
      `labels[1] is 7; wanted an integer: -1 for ignored, 0 to 2 for a class${form === 'sigmoid' ? ', 3 for background' : '; the softmax form has no background label'}`,
    ],
    [
      'BigInt labels',
      { labels: BigInt64Array.of(0n, 1n) },
      'labels[0] is the BigInt 0 (convert with Array.from(values, Number))',
    ],
    ['labels as texts', { labels: ['0', '1'] }, 'labels[0] is the text "0"; wanted an integer'],
    ['a label for all rows', { labels: 0 }, 'labels came as number; wanted one number a row'],
    ['a weight for all rows', { rowWeights: 2, shape: [2, 3] }, 'rowWeights came as number; wanted one number a row'],
    ['labels and targets', { targets: [1, 0, 0, 0, 1, 0] }, 'both labels and targets came'],
    [
      'a target per row',
      { labels: undefined, shape: [2, 3], targets: [0, 1] },
      '2 targets came for 2 rows of 3 classes; wanted one per logit',
    ],
    [
      'a background column of targets',
      { labels: undefined, shape: [2, 3], targets: [0, 1, 0, 0, 0, 0, 0, 1] },
      'row after row. A background row has no column: it is all zeros.',
    ],
    ['logits of rank 1', { shape: [6] }, 'logits have shape [6]; wanted [rows, classes]'],
    ['no gate', { gate: undefined }, 'make it with createGate'],
    ['a gate out of JSON', { gate: JSON.parse(JSON.stringify(gate)) }, 'It does not survive JSON.'],
    form === 'sigmoid'
      ? ['β', { beta: 0.9 }, 'did you mean the softmax form?']
      : ['no β', { beta: undefined }, 'beta is missing; the softmax form needs β'],
  ])('%s: the message says what came and what was wanted', (_, change, message) => {
    expect(() => loss({ ...good, ...change })).toThrow(message);
  });
});

test('messages about the gate say what came and what was wanted', () => {
  const unset = undefined as unknown as { threshold: number };
  expect(() => createGate([1], unset)).toThrow('threshold is undefined; λ must be given');
  expect(() => createGate(Float32Array.of(1), { threshold: 1 })).toThrow('came as a Float32Array; give doubles');
  expect(() => createGate(foreign(Float32Array.of(1)), { threshold: 1 })).toThrow(
    'came as a Float32Array; give doubles',
  );
  const counts = BigInt64Array.of(5n) as unknown as number[];
  expect(() => frequenciesFromCounts(counts, 10)).toThrow('counts[0] is the BigInt 5 (convert with');
});

describe('what would be ignored is refused', () => {
  const batch = { gate: createGate([1, 10, 10], { threshold: 5 }), labels: [0], logits: new Float64Array(3) };

  test.each(forms)('%s: a misspelt input, an option among the inputs, a misspelt option', (form) => {
    const good = form === 'softmax' ? { ...batch, beta: 0.5 } : batch;
    const withExtra = (extra: object, options = {}) => codeOf(() => lossOf[form]({ ...good, ...extra }, options));
    expect(withExtra({ rowWeight: [1] })).toBe('UNSUPPORTED');
    expect(() => lossOf[form]({ ...good, ...{ reduction: 'sum' } })).toThrow(
      /reduction is an option, not part of the batch/,
    );
    expect(withExtra({}, { reducton: 'sum' })).toBe('UNSUPPORTED');
  });
});
