import { EqlError } from '@eqloss/core';
import fc from 'fast-check';
import { onnx } from 'onnx-proto';
import { expect, test } from 'vitest';
import { fieldsOf, textOf } from './wire.ts';

const read = (...bytes: number[]) => [...fieldsOf({ bytes: Uint8Array.from(bytes), start: 0, end: bytes.length })];

test('integers are those of an independent writer', () => {
  const safe = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -300, max: 300 }));
  fc.assert(
    fc.property(safe, (value) => {
      const bytes = onnx.AttributeProto.encode({ name: 'é', i: value }).finish();
      const [name, integer] = [...fieldsOf({ bytes, start: 0, end: bytes.length })];
      expect(textOf(name)).toBe('é');
      expect(integer.value).toBe(value);
    }),
  );
});

test.each([
  [[], 'nothing', []],
  [[8, 1, 16, 2], 'two integers', [1, 2]],
  [[13, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 24, 5], 'numbers of four and eight bytes', [0, 0, 5]],
  [[10, 0], 'an empty message', [0]],
  [[8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], 'ten bytes', [-1]],
  [[8, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1], 'the lowest int64', [-(2 ** 63)]],
  [[136, 128, 0, 7], 'a tag longer than it need be', [7]],
])('%o is %s', (bytes, _, values) => {
  expect(read(...bytes).map(({ value }) => value)).toEqual(values);
});

test.each([
  [[8], 'an integer that is not there'],
  [[8, 128], 'an integer that is cut'],
  [[8, ...new Array(10).fill(255), 1], 'an integer of eleven bytes'],
  [[8, ...new Array(9).fill(255), 2], 'an integer of 65 bits'],
  [[10], 'a length that is not there'],
  [[10, 2, 0], 'a length past the end'],
  [[10, 255, 255, 255, 255, 7], 'a claim of 2 GB'],
  [[10, ...new Array(9).fill(255), 1], 'a length below 0'],
  [[13, 0, 0, 0], 'four bytes that are three'],
  [[9, 0, 0, 0, 0, 0, 0, 0], 'eight bytes that are seven'],
  [[0, 0], 'field 0'],
  [[11, 12], 'a group'],
  [[12], 'the end of a group'],
  [[14, 0], 'wire type 6'],
  [[15, 0], 'wire type 7'],
  [[255, 255, 255, 255, 255, 255, 255, 255, 255, 1], 'a field number below 0'],
])('%o is refused, with the place: %s', (bytes, _) => {
  expect(() => read(...bytes)).toThrow(EqlError);
  expect(() => read(...bytes)).toThrow(/^MODEL: byte \d+: /);
});

test('names that are no UTF-8, or endless, are refused', () => {
  const span = (bytes: Uint8Array) => ({ bytes, start: 0, end: bytes.length });
  expect(() => textOf(span(Uint8Array.of(0xff, 0xfe)))).toThrow(/^MODEL/);
  expect(() => textOf(span(new Uint8Array(70_000).fill(97)))).toThrow(/^MODEL/);
  expect(textOf(span(Uint8Array.of(0xef, 0xbb, 0xbf, 97)))).toBe('\ufeffa');
});
