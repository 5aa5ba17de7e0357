// Declared values of a graph: ValueInfoProto, with as much of its type as a loss must know.

import { expectInteger, expectMessage, fieldsOf, malformed, type Span, textOf } from './wire.ts';

/** A dimension: a size, a name, or null where nothing is said. */
export type KnownDimension = number | string | null;

/** A value that the model declares. */
export interface DeclaredValue {
  readonly name: string;
  /** `TensorProto.DataType`; undefined without a type, or for what is no tensor. */
  readonly type: number | undefined;
  /** Undefined where the rank is not declared. */
  readonly shape: readonly KnownDimension[] | undefined;
  /** Whether it is a sequence, a map, or anything else that is no tensor. */
  readonly other: boolean;
}

/** Names of the element types by their number in `TensorProto.DataType`. */
export const typeNames: readonly string[] = [
  ...['undefined', 'float', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16'],
  ...['double', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16'],
];

const FLOATS: readonly (string | undefined)[] = ['float', 'float16', 'double', 'bfloat16'];
// ONNX sets no limit; no runtime goes this far.
const HIGHEST_RANK = 64;

/** Whether logits can have this type. */
export function isFloat(type: number): boolean {
  return FLOATS.includes(typeNames[type]);
}

/**
 * Reads a `ValueInfoProto`.
 *
 * @throws {EqlError} `MODEL`
 */
export function readValue(span: Span): DeclaredValue {
  let name = '';
  let type: number | undefined;
  let shape: readonly KnownDimension[] | undefined;
  let other = false;
  for (const field of fieldsOf(span)) {
    if (field.number === 1) name = textOf(expectMessage(field, 'a name'));
    if (field.number !== 2) continue;
    for (const kind of fieldsOf(expectMessage(field, 'a type'))) {
      if (kind.number === 1) ({ type, shape } = readTensorType(expectMessage(kind, 'a tensor type')));
      // 6 is a note on the type.
      else if (kind.number !== 6) other = true;
    }
  }
  return { name, type, shape, other };
}

function readTensorType(span: Span): Pick<DeclaredValue, 'type' | 'shape'> {
  let type: number | undefined;
  let shape: KnownDimension[] | undefined;
  for (const field of fieldsOf(span)) {
    if (field.number === 1) type = expectInteger(field, 'an element type');
    if (field.number !== 2) continue;
    shape ??= [];
    for (const dimension of fieldsOf(expectMessage(field, 'a shape'))) {
      if (dimension.number !== 1) continue;
      if (shape.length === HIGHEST_RANK) malformed(dimension.tag, `a shape of more than ${HIGHEST_RANK} dimensions`);
      shape.push(readDimension(expectMessage(dimension, 'a dimension')));
    }
  }
  return { type, shape };
}

function readDimension(span: Span): KnownDimension {
  let dimension: KnownDimension = null;
  for (const field of fieldsOf(span)) {
    // Exporters write -1 for a size that is not known.
    if (field.number === 1) dimension = isSize(expectInteger(field, 'a size')) ? field.value : null;
    if (field.number === 2) dimension = textOf(expectMessage(field, 'the name of a dimension')) || null;
  }
  return dimension;
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
