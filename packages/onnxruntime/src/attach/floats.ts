// Logits of any float type, as a session returns them, in single precision.

import { EqlError } from '@eqloss/core';
import type { OrtTensor } from '../ort.ts';

/** A tensor with its type and shape. */
export interface HostTensor extends OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
}

/**
 * The values of a tensor as floats; those of float32 are not copied.
 *
 * @param type Of the tensor: float32, float64 or float16.
 * @throws {EqlError} `MODEL` for any other.
 */
export function floatsOf(type: string, data: unknown): Float32Array {
  if (type === 'float32') return data as Float32Array;
  if (type === 'float64') return Float32Array.from(data as Float64Array);
  if (type !== 'float16') throw new EqlError('MODEL', `the logits are ${type}; wanted floats.`);
  // Bits, or a Float16Array where there is one.
  const { buffer, byteOffset, length } = data as Uint16Array<ArrayBuffer>;
  return Float32Array.from(new Uint16Array(buffer, byteOffset, length), half);
}

/** The number that 16 bits stand for: sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
