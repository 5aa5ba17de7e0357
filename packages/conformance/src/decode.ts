// Tensors and tests of the vector format to typed arrays: what a target gets.

import { fromBase64 } from './base64.ts';
import type { Dtype, EncodedTensor, EncodedTest, Form } from './format.ts';
import type { DecodedTensor, DecodedTest } from './target.ts';
import { allocate, fromHex, readWord, type TensorData, wordBytes } from './words.ts';

/**
 * Reads a tensor in its own dtype.
 *
 * @throws {RangeError} when words, indices or their number do not fit shape and dtype.
 */
export function decodeTensor(tensor: EncodedTensor): DecodedTensor<TensorData> {
  const { shape, dtype } = tensor;
  const count = shape.reduce((product, size) => product * size, 1);
  const data = 'dictionary' in tensor ? fromDictionary(tensor.dictionary, dtype) : fromBytes(bytesOf(tensor), dtype);
  if (data.length !== count) {
    throw new RangeError(`shape [${shape.join(', ')}] wants ${count} words, but there are ${data.length}`);
  }
  return { shape, data };
}

/**
 * Reads one hexadecimal float64 word, as in `threshold` and `normalizer`.
 *
 * @throws {RangeError} when it is not sixteen lower-case digits.
 */
export function decodeNumber(word: string): number {
  const data = fromBytes(fromHex(word, 8), 'float64');
  if (data.length !== 1) throw new RangeError(`"${word}" is not one word`);
  return data[0];
}

/**
 * Reads a test for one dtype: logits in that dtype (int32 logits, sent to provoke `DTYPE`, stay what they are),
 * everything else in double. The expectation is left behind.
 *
 * @throws {RangeError} as {@link decodeTensor}.
 */
export function decodeTest(test: Omit<EncodedTest, 'expected'>, dtype: Dtype, form: Form): DecodedTest {
  const { inputs, options } = test;
  const beta = inputs.beta === undefined ? undefined : doubles(inputs.beta);
  return {
    id: test.id,
    form,
    dtype,
    inputs: {
      logits: logitsAs(dtype, decodeTensor(inputs.logits)),
      frequencies: doubles(inputs.frequencies).data,
      ...(inputs.labels && { labels: inputs.labels }),
      ...(inputs.targets && { targets: doubles(inputs.targets) }),
      ...(inputs.foreground && { foreground: inputs.foreground }),
      ...(inputs.rowWeights && { rowWeights: doubles(inputs.rowWeights).data }),
      ...(beta && { beta: beta.shape.length === 0 ? beta.data[0] : beta.data }),
    },
    options: {
      ...(options.threshold !== undefined && { threshold: decodeNumber(options.threshold) }),
      reduction: options.reduction,
      ...(options.normalizer !== undefined && { normalizer: decodeNumber(options.normalizer) }),
      ...(options.released && { released: true as const }),
    },
  };
}

function doubles(tensor: EncodedTensor): DecodedTensor {
  const { shape, data } = decodeTensor(tensor);
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

function logitsAs(dtype: Dtype, logits: DecodedTensor<TensorData>): DecodedTensor<TensorData> {
  const { shape, data } = logits;
  if (data instanceof Int32Array) return logits;
  if (dtype === 'float32') return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

function bytesOf(tensor: EncodedTensor): Uint8Array {
  if ('base64' in tensor) return fromBase64(tensor.base64);
  if (!('rows' in tensor)) throw new RangeError('a tensor needs rows, base64 or a dictionary');
  const { shape, rows } = tensor;
  const count = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  if (rows.length !== count)
    throw new RangeError(`shape [${shape.join(', ')}] wants ${count} rows, not ${rows.length}`);
  const size = wordBytes(tensor.dtype);
  const stride = (shape.at(-1) ?? 1) * size;
  const bytes = new Uint8Array(rows.length * stride);
  for (const [row, text] of rows.entries()) {
    const words = fromHex(text, size);
    if (words.length !== stride) {
      throw new RangeError(`row ${row} has ${words.length / size} words instead of ${stride / size}`);
    }
    bytes.set(words, row * stride);
  }
  return bytes;
}

function fromBytes(bytes: Uint8Array, dtype: EncodedTensor['dtype']): TensorData {
  const size = wordBytes(dtype);
  if (bytes.length % size !== 0) throw new RangeError(`${bytes.length} bytes are no whole number of ${dtype} words`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = allocate(dtype, bytes.length / size);
  for (let i = 0; i < data.length; i++) data[i] = readWord(view, i * size, dtype);
  return data;
}

function fromDictionary(
  dictionary: { readonly words: string; readonly indices: string },
  dtype: EncodedTensor['dtype'],
): TensorData {
  const words = fromBytes(fromHex(dictionary.words, wordBytes(dtype)), dtype);
  const bytes = fromBase64(dictionary.indices);
  const width = words.length > 0x100 ? 2 : 1;
  const data = allocate(dtype, Math.floor(bytes.length / width));
  for (let i = 0; i < data.length; i++) {
    const index = width === 1 ? bytes[i] : bytes[2 * i] * 256 + bytes[2 * i + 1];
    if (index >= words.length) throw new RangeError(`index ${index} at ${i} is outside ${words.length} words`);
    data[i] = words[index];
  }
  return data;
}
