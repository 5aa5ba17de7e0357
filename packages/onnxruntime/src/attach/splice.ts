// Changes a file of any size at a few places, with one copy.

import { EqlError } from '@eqloss/core';

/** Bytes to put in place of those from `start` to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

// What a protobuf message can have; every runtime refuses more.
const LARGEST = 2 ** 31 - 1;

/**
 * Applies the edits, which lie in order and apart.
 *
 * @throws {EqlError} `UNSUPPORTED` for a result beyond 2 GiB; `OUT_OF_MEMORY`
 */
export function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const size = edits.reduce((sum, edit) => sum + edit.bytes.length - (edit.end - edit.start), bytes.length);
  if (size > LARGEST) {
    throw new EqlError(
      'UNSUPPORTED',
      `the model would have ${size} bytes; beyond 2 GiB its weights must be external data.`,
    );
  }
  const result = allocate(size);
  let from = 0;
  let at = 0;
  for (const edit of edits) {
    result.set(bytes.subarray(from, edit.start), at);
    at += edit.start - from;
    result.set(edit.bytes, at);
    at += edit.bytes.length;
    from = edit.end;
  }
  result.set(bytes.subarray(from), at);
  return result;
}

function allocate(size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new EqlError('OUT_OF_MEMORY', `${size} bytes for the model cannot be had.`);
  }
}
