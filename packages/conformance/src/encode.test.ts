import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeNumber, decodeTensor, decodeTest } from './decode.ts';
import { encodeNumber, encodeTensor } from './encode.ts';
import type { EncodedTensor, EncodedTest } from './format.ts';

const encodings = ['rows', 'base64', 'dictionary'] as const;
const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 5e-324, 1e-40, 1.5];

describe.each(encodings)('%s', (encoding) => {
  test('every double survives', () => {
    fc.assert(
      fc.property(fc.float64Array({ maxLength: 40 }), (data) => {
        const { data: back } = decodeTensor(encodeTensor(data, [data.length], { encoding }));
        expect(back).toEqual(data);
        expect(Array.from(back, (value) => Object.is(value, -0))).toEqual(
          Array.from(data, (value) => Object.is(value, -0)),
        );
      }),
    );
  });

  test('every float and every integer survives', () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 40 }), fc.int32Array({ maxLength: 40 }), (floats, integers) => {
        expect(decodeTensor(encodeTensor(floats, [floats.length], { encoding })).data).toEqual(floats);
        expect(decodeTensor(encodeTensor(integers, [integers.length], { encoding })).data).toEqual(integers);
      }),
    );
  });

  test('special values and any shape survive', () => {
    for (const shape of [[8], [2, 4], [8, 1], [2, 2, 2]]) {
      const tensor = encodeTensor(Float64Array.from(special), shape, { encoding });
      expect(decodeTensor(tensor)).toEqual({ shape, data: Float64Array.from(special) });
    }
    for (const shape of [[0], [0, 5], [3, 0]]) {
      const tensor = encodeTensor(new Float32Array(0), shape, { encoding });
      expect(decodeTensor(tensor)).toEqual({ shape, data: new Float32Array(0) });
    }
    expect(decodeTensor(encodeTensor(Float64Array.of(2.5), [], { encoding })).data).toEqual(Float64Array.of(2.5));
  });

  test('a shape that does not fit is refused', () => {
    expect(() => encodeTensor(new Float64Array(3), [2, 2], { encoding })).toThrow(RangeError);
    const tensor = encodeTensor(new Float64Array(4), [2, 2], { encoding });
    expect(() => decodeTensor({ ...tensor, shape: [2, 3] })).toThrow(RangeError);
  });
});

test('words are big-endian and lower case, a string a row', () => {
  expect(encodeTensor(Float64Array.of(1, -2), [1, 2])).toEqual({
    shape: [1, 2],
    dtype: 'float64',
    rows: ['3ff0000000000000 c000000000000000'],
  });
  expect(encodeTensor(Float32Array.of(Number.NaN, -0), [2, 1])).toMatchObject({ rows: ['7fc00000', '80000000'] });
  expect(encodeTensor(Int32Array.of(-1), [1])).toMatchObject({ dtype: 'int32', rows: ['ffffffff'] });
  expect(encodeNumber(1.76e-3)).toBe('3f5cd5f99c38b04b');
  expect(decodeNumber('3f5cd5f99c38b04b')).toBe(1.76e-3);
});

test('base64 takes over at 4 KB', () => {
  expect(encodeTensor(new Float64Array(511), [511])).toHaveProperty('rows');
  expect(encodeTensor(new Float64Array(512), [512])).toHaveProperty('base64');
});

test('a dictionary lists words in the order of their first use, with wide indices beyond 256', () => {
  const narrow = encodeTensor(Float32Array.of(2, 1, 2, -0, 0), [5], { encoding: 'dictionary' });
  expect(narrow).toMatchObject({ dictionary: { words: '40000000 3f800000 80000000 00000000', indices: 'AAEAAgM=' } });
  const many = Float64Array.from({ length: 600 }, (_, at) => at % 300);
  const wide = encodeTensor(many, [600], { encoding: 'dictionary' });
  expect('dictionary' in wide && atob(wide.dictionary.indices)).toHaveLength(1200);
  expect(decodeTensor(wide).data).toEqual(many);
  const tooMany = Float64Array.from({ length: 65_537 }, (_, at) => at);
  expect(() => encodeTensor(tooMany, [65_537], { encoding: 'dictionary' })).toThrow(RangeError);
});

test.each<[string, EncodedTensor]>([
  ['upper case', { shape: [1], dtype: 'float32', rows: ['3F800000'] }],
  ['a short word', { shape: [1], dtype: 'float32', rows: ['3f8000'] }],
  ['a word of the other dtype', { shape: [1], dtype: 'float64', rows: ['3f800000'] }],
  ['two spaces', { shape: [2], dtype: 'float32', rows: ['3f800000  3f800000'] }],
  ['a missing row', { shape: [2, 1], dtype: 'float32', rows: ['3f800000'] }],
  ['a row of another length', { shape: [2, 1], dtype: 'float32', rows: ['3f800000', '3f800000 3f800000'] }],
  ['base64 with a space', { shape: [1], dtype: 'float32', base64: 'P4AA AA==' }],
  ['a cut word', { shape: [1], dtype: 'float32', base64: 'P4AA' }],
  ['an index outside', { shape: [1], dtype: 'float32', dictionary: { words: '3f800000', indices: 'AQ==' } }],
])('%s is refused', (_, tensor) => {
  expect(() => decodeTensor(tensor)).toThrow(RangeError);
});

describe('decodeTest', () => {
  const given: EncodedTest = {
    id: 'x',
    comment: 'A test.',
    flags: [],
    dtypes: ['float64', 'float32'],
    inputs: {
      logits: encodeTensor(Float32Array.of(1, 2), [1, 2]),
      frequencies: encodeTensor(Float64Array.of(0.5, 0.001), [2]),
      labels: [0],
      rowWeights: encodeTensor(Float32Array.of(0.5), [1]),
      beta: encodeTensor(Float64Array.of(0.9), []),
    },
    options: { threshold: encodeNumber(1e-2), reduction: 'mean', normalizer: encodeNumber(3) },
    expected: { error: 'DTYPE' },
  };

  test('gives logits in the dtype that was asked for, everything else in double, and no expectation', () => {
    expect(decodeTest(given, 'float32', 'softmax').inputs.logits.data).toEqual(Float32Array.of(1, 2));
    expect(decodeTest(given, 'float64', 'softmax')).toEqual({
      id: 'x',
      form: 'softmax',
      dtype: 'float64',
      inputs: {
        logits: { shape: [1, 2], data: Float64Array.of(1, 2) },
        frequencies: Float64Array.of(0.5, 0.001),
        labels: [0],
        rowWeights: Float64Array.of(0.5),
        beta: 0.9,
      },
      options: { threshold: 1e-2, reduction: 'mean', normalizer: 3 },
    });
  });

  test('leaves int32 logits, missing options and β of length 1 as they are', () => {
    const logits = encodeTensor(Int32Array.of(1, 2), [1, 2]);
    const beta = encodeTensor(Float64Array.of(0.5), [1]);
    const { inputs, options } = decodeTest(
      { ...given, inputs: { ...given.inputs, logits, beta }, options: { reduction: 'sum', released: true } },
      'float32',
      'sigmoid',
    );
    expect(inputs.logits.data).toEqual(Int32Array.of(1, 2));
    expect(inputs.beta).toEqual(Float64Array.of(0.5));
    expect(options).toEqual({ reduction: 'sum', released: true });
  });
});
