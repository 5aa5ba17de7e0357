// Typed arrays to the tensors of the vector format. Also used for messages to targets and back.

import { toBase64 } from './base64.ts';
import type { EncodedTensor } from './format.ts';
import { type TensorData, toHex, wordBytes, writeWord } from './words.ts';

/** How a tensor is written; see FORMAT.md. */
export type TensorEncoding = 'rows' | 'base64' | 'dictionary';

/** From this size on, hexadecimal rows give way to base64. */
const BASE64_FROM_BYTES = 4096;

/**
 * Writes a typed array as a tensor, exactly; its class decides the dtype.
 *
 * @param data Row-major values.
 * @param shape Sizes of the axes; `[]` is a scalar.
 * @param options `encoding`: by default `rows` below 4 KB and `base64` from there on.
 * @throws {RangeError} when shape and length disagree, or a dictionary would need more than 65,536 words.
 */
export function encodeTensor(
  data: TensorData,
  shape: readonly number[],
  options: { readonly encoding?: TensorEncoding } = {},
): EncodedTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== data.length) {
    throw new RangeError(`shape [${shape.join(', ')}] holds ${count} values, but ${data.length} came`);
  }
  const dtype = dtypeOf(data);
  const encoding = options.encoding ?? (data.byteLength < BASE64_FROM_BYTES ? 'rows' : 'base64');
  if (encoding === 'dictionary') return { shape, dtype, dictionary: toDictionary(data) };
  const bytes = toBytes(data);
  if (encoding === 'base64') return { shape, dtype, base64: toBase64(bytes) };
  return { shape, dtype, rows: toRows(bytes, shape, wordBytes(dtype)) };
}

/** One double as a hexadecimal word, as in `threshold` and `normalizer`. */
export function encodeNumber(value: number): string {
  return toHex(toBytes(Float64Array.of(value)), 8);
}

function dtypeOf(data: TensorData): EncodedTensor['dtype'] {
  if (data instanceof Float64Array) return 'float64';
  return data instanceof Float32Array ? 'float32' : 'int32';
}

function toBytes(data: TensorData): Uint8Array {
  const dtype = dtypeOf(data);
  const size = wordBytes(dtype);
  const bytes = new Uint8Array(data.length * size);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) writeWord(view, i * size, dtype, data[i]);
  return bytes;
}

function toRows(bytes: Uint8Array, shape: readonly number[], size: number): string[] {
  const rows = shape.slice(0, -1).reduce((product, axis) => product * axis, 1);
  const stride = (shape.at(-1) ?? 1) * size;
  return Array.from({ length: rows }, (_, row) => toHex(bytes.subarray(row * stride, (row + 1) * stride), size));
}

/** Distinct words in the order of their first use: one canonical text for one tensor. */
function toDictionary(data: TensorData): { words: string; indices: string } {
  // Words are told apart by their bits: a Map takes -0 for 0.
  const places = new Map<number | string, number>();
  const words: number[] = [];
  const order = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const key = Object.is(data[i], -0) ? 'minus zero' : data[i];
    let place = places.get(key) ?? -1;
    if (place < 0) {
      place = words.push(data[i]) - 1;
      places.set(key, place);
    }
    order[i] = place;
  }
  if (words.length > 0x10000) throw new RangeError(`${words.length} distinct words do not fit a dictionary`);
  const wide = words.length > 0x100;
  const indices = new Uint8Array(wide ? 2 * order.length : order.length);
  for (let i = 0; i < order.length; i++) {
    if (wide) {
      indices[2 * i] = order[i] >> 8;
      indices[2 * i + 1] = order[i] & 0xff;
    } else indices[i] = order[i];
  }
  const same = data.constructor as new (values: readonly number[]) => TensorData;
  return { words: toHex(toBytes(new same(words)), wordBytes(dtypeOf(data))), indices: toBase64(indices) };
}
