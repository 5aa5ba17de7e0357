import { onnx } from 'onnx-proto';
import { expect, test } from 'vitest';
import { bytesField, floatField, integerField, join, messageField, textField } from './protobuf.ts';

/** What an independent decoder makes of a message. */
function attribute(fields: readonly Uint8Array[]): onnx.AttributeProto {
  return onnx.AttributeProto.decode(join(fields));
}

test.each([0, 1, 127, 128, 255, 300, 16_383, 16_384, 2 ** 31, 2 ** 32, 2 ** 53, -1, -2, -128, -(2 ** 31), -(2 ** 53)])(
  'the whole number %i comes back',
  (value) => {
    expect(Number(attribute([integerField(3, value)]).i)).toBe(value);
  },
);

test.each([0, -0, 1.5, -(2 ** 34), 2 ** -149, Infinity, -Infinity, NaN])('the float %f comes back', (value) => {
  expect(attribute([floatField(2, value)]).f).toBe(value);
});

test.each(['', 'x', 'β, ε and 😀', 'a'.repeat(127), 'a'.repeat(128), 'a'.repeat(20_000)])(
  'text comes back, case %#',
  (text) => {
    expect(attribute([textField(1, text)]).name).toBe(text);
  },
);

test('bytes come back, and fields of numbers above 15 take two bytes', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, k) => k);
  expect([...attribute([bytesField(4, bytes)]).s]).toEqual([...bytes]);
  expect(attribute([integerField(20, 2)]).type).toBe(onnx.AttributeProto.AttributeType.INT);
  expect(integerField(15, 1)).toHaveLength(2);
  expect(integerField(16, 1)).toHaveLength(3);
});

test('messages nest, and a field that comes again is one more item', () => {
  const tensor = messageField(5, [integerField(1, 2), integerField(1, 300), textField(8, 'weights')]);
  const { t } = attribute([textField(1, 'value'), tensor]);
  expect(t!.name).toBe('weights');
  expect(t!.dims!.map(Number)).toEqual([2, 300]);
});

test('nothing joined is an empty message', () => {
  expect(join([])).toEqual(new Uint8Array(0));
});
