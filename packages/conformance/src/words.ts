// IEEE 754 and int32 words, big-endian, and their hexadecimal text for readers of diffs.

import type { EncodedTensor } from './format.ts';

/** The arrays that a tensor decodes to, by its `dtype`. */
export type TensorData = Float64Array | Float32Array | Int32Array;

/** Bytes of one word of a dtype. */
export function wordBytes(dtype: EncodedTensor['dtype']): number {
  return dtype === 'float64' ? 8 : 4;
}

/** An array of `length` zeros in a dtype. */
export function allocate(dtype: EncodedTensor['dtype'], length: number): TensorData {
  if (dtype === 'float64') return new Float64Array(length);
  return dtype === 'float32' ? new Float32Array(length) : new Int32Array(length);
}

/** Writes one value as a big-endian word. Every NaN becomes the quiet NaN without payload, so that text is canonical. */
export function writeWord(view: DataView, offset: number, dtype: EncodedTensor['dtype'], value: number): void {
  if (dtype === 'int32') view.setInt32(offset, value);
  else if (dtype === 'float32' && Number.isNaN(value)) view.setUint32(offset, 0x7fc00000);
  else if (dtype === 'float32') view.setFloat32(offset, value);
  else if (Number.isNaN(value)) view.setBigUint64(offset, 0x7ff8000000000000n);
  else view.setFloat64(offset, value);
}

/** Reads one big-endian word. */
export function readWord(view: DataView, offset: number, dtype: EncodedTensor['dtype']): number {
  if (dtype === 'int32') return view.getInt32(offset);
  return dtype === 'float32' ? view.getFloat32(offset) : view.getFloat64(offset);
}

/** Lower-case hexadecimal of bytes, words of `size` bytes separated by one space. */
export function toHex(bytes: Uint8Array, size: number): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    if (i > 0 && i % size === 0) text += ' ';
    text += bytes[i].toString(16).padStart(2, '0');
  }
  return text;
}

/**
 * The bytes of words that {@link toHex} wrote.
 *
 * @throws {RangeError} when the text is not exactly that: upper case, another length, another separator.
 */
export function fromHex(text: string, size: number): Uint8Array {
  if (text === '') return new Uint8Array(0);
  const words = text.split(' ');
  const bytes = new Uint8Array(words.length * size);
  let next = 0;
  for (const word of words) {
    if (word.length !== 2 * size || !/^[0-9a-f]+$/.test(word)) {
      throw new RangeError(`"${word.slice(0, 40)}" is not a word of ${2 * size} lower-case hexadecimal digits`);
    }
    for (let i = 0; i < word.length; i += 2) bytes[next++] = Number.parseInt(word.slice(i, i + 2), 16);
  }
  return bytes;
}
