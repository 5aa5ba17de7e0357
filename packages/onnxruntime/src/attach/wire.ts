// Reads the protobuf wire format in place: field by field, without a copy and without a look at what a caller skips.

import { EqlError } from '@eqloss/core';

// No name comes near.
const LONGEST_TEXT = 65_536;

/** Bytes of a message, somewhere in a file. */
export interface Span {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

/** A field of a message: where it is, and what it holds if that is a number. */
export interface WireField extends Span {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. `start` to `end` is the value, without tag and length. */
  readonly wire: 0 | 1 | 2 | 5;
  /** Where the tag begins. */
  readonly tag: number;
  /** Of a varint: its value as a signed 64-bit integer, rounded to a double. */
  readonly value: number;
}

/**
 * The fields of a message, one after the other. Nothing inside a field is touched, so the cost does not depend on the
 * size of weights.
 *
 * @throws {EqlError} `MODEL` at the first byte that cannot be: a varint of more than ten bytes, a length or a number that
 * reaches past the end of the message, field 0, a group, an unknown wire type.
 */
export function* fieldsOf(message: Span): Generator<WireField, void, undefined> {
  const { bytes, end } = message;
  let at = message.start;
  while (at < end) {
    const tag = at;
    const key = varint(bytes, at, end);
    const number = Math.floor(key.value / 8);
    if (!(number >= 1 && number < 2 ** 29)) malformed(tag, `${number} is no field number`);
    const wire = key.low & 7;
    let start = key.next;
    let value = 0;
    if (wire === 0) {
      const read = varint(bytes, start, end);
      value = read.value;
      at = read.next;
    } else if (wire === 1 || wire === 5) {
      at = start + (wire === 1 ? 8 : 4);
      if (at > end) malformed(start, `a number of ${at - start} bytes ends past its message`);
    } else if (wire === 2) {
      const length = varint(bytes, start, end);
      start = length.next;
      if (!(length.value >= 0 && length.value <= end - start)) {
        malformed(length.at, `a length of ${length.value} bytes where ${end - start} are left`);
      }
      at = start + length.value;
    } else {
      malformed(tag, wire === 3 || wire === 4 ? 'a group, which ONNX has none of' : `wire type ${wire}`);
    }
    yield { bytes, number, wire, tag, start, end: at, value };
  }
}

/**
 * Text of a field.
 *
 * @throws {EqlError} `MODEL` for bytes that are no UTF-8: two different names must not read as one.
 */
export function textOf(field: Span): string {
  if (field.end - field.start > LONGEST_TEXT) malformed(field.start, `a text of ${field.end - field.start} bytes`);
  const short = asciiOf(field);
  if (short !== undefined) return short;
  try {
    // A byte order mark is part of a name. A copy: browsers decode no shared memory.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(field.bytes.slice(field.start, field.end));
  } catch {
    return malformed(field.start, 'a name that is no UTF-8');
  }
}

/** @throws {EqlError} `MODEL` for a field that is not length-delimited where `what` is wanted. */
export function expectMessage(field: WireField, what: string): WireField {
  if (field.wire !== 2) malformed(field.tag, `${what} of wire type ${field.wire}`);
  return field;
}

/** @throws {EqlError} `MODEL` for a field that is no varint where `what` is wanted. */
export function expectInteger(field: WireField, what: string): number {
  if (field.wire !== 0) malformed(field.tag, `${what} of wire type ${field.wire}`);
  return field.value;
}

/** @throws {EqlError} `MODEL`, always, with the byte where reading ended. */
export function malformed(at: number, what: string): never {
  throw new EqlError('MODEL', `byte ${at}: ${what}; these bytes are no ONNX model, or one that was cut or damaged.`);
}

interface Varint {
  readonly at: number;
  /** As a signed 64-bit integer, rounded to a double. */
  readonly value: number;
  /** The lowest seven bits. */
  readonly low: number;
  readonly next: number;
}

/** Seven bits a byte, lowest first; at most ten bytes. */
function varint(bytes: Uint8Array, at: number, end: number): Varint {
  let value = 0;
  // The same with every bit turned round: -value - 1, exact for small negative numbers where the sum above is not.
  let inverse = 0;
  let scale = 1;
  for (let next = at; next < end; next++, scale *= 128) {
    const byte = bytes[next];
    if (next - at === 9) {
      // The tenth byte holds the sign alone.
      if (byte > 1) malformed(at, 'an integer of more than 64 bits');
      return { at, value: byte === 1 ? -inverse - 1 : value, low: bytes[at] & 127, next: next + 1 };
    }
    value += (byte & 127) * scale;
    inverse += (127 - (byte & 127)) * scale;
    if (byte < 128) return { at, value, low: bytes[at] & 127, next: next + 1 };
  }
  return malformed(at, 'an integer that ends past its message');
}

/** Short ASCII, which nearly all names are; else undefined. */
function asciiOf({ bytes, start, end }: Span): string | undefined {
  if (end - start > 200) return undefined;
  let text = '';
  for (let at = start; at < end; at++) {
    if (bytes[at] > 127) return undefined;
    text += String.fromCharCode(bytes[at]);
  }
  return text;
}
