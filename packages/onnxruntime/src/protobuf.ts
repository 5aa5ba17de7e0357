// The few parts of the protobuf wire format that an ONNX model needs: varints, length-prefixed fields, floats.

/** A field of a message, encoded: its tag and its value. Concatenated fields are a message. */
export type Field = Uint8Array;

/** A whole number, also for booleans and enums. Negative ones take ten bytes, as protobuf's int64 has it. */
export function integerField(number: number, value: number): Field {
  return Uint8Array.from([...varint((number << 3) | 0), ...varint(value)]);
}

/** A single-precision float (wire type 5, little-endian). */
export function floatField(number: number, value: number): Field {
  const field = new Uint8Array(5);
  field[0] = (number << 3) | 5;
  new DataView(field.buffer).setFloat32(1, value, true);
  return field;
}

/** Raw bytes. */
export function bytesField(number: number, value: Uint8Array): Field {
  return join([Uint8Array.from([...varint((number << 3) | 2), ...varint(value.length)]), value]);
}

/** UTF-8 text. */
export function textField(number: number, value: string): Field {
  return bytesField(number, new TextEncoder().encode(value));
}

/** A nested message. */
export function messageField(number: number, fields: readonly Field[]): Field {
  return bytesField(number, join(fields));
}

/** Fields one after the other: a message. */
export function join(fields: readonly Field[]): Uint8Array {
  const message = new Uint8Array(fields.reduce((size, field) => size + field.length, 0));
  let offset = 0;
  for (const field of fields) {
    message.set(field, offset);
    offset += field.length;
  }
  return message;
}

/** Seven bits a byte, lowest first; the high bit says that more follow. */
function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
