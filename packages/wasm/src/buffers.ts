// Which memory arrays lie in, and which of them may not share it.

import { EqlError, kindOf } from '@eqloss/core';

/** A batch's arrays, by their names in messages. */
export type Named = Readonly<Record<string, unknown>>;

/**
 * Refuses arrays whose memory is gone, and outputs that overlap an input or another output.
 *
 * A gradient exactly where the logits are is allowed: it replaces them.
 *
 * @throws {EqlError} `BUFFER`
 */
export function checkBuffers(inputs: Named, outputs: Named): void {
  for (const [name, array] of Object.entries({ ...inputs, ...outputs })) {
    if (ArrayBuffer.isView(array) && isDetached(array)) {
      throw new EqlError(
        'BUFFER',
        `${name}: its buffer is detached; was it transferred to a worker, or has its memory grown?`,
      );
    }
  }
  const seen = Object.entries(inputs);
  for (const [name, output] of Object.entries(outputs)) {
    if (!ArrayBuffer.isView(output)) continue;
    for (const [other, array] of seen) {
      if (!ArrayBuffer.isView(array) || !overlap(output, array)) continue;
      if (name === 'gradient' && other === 'logits' && output.byteOffset === array.byteOffset) continue;
      const hint = other === 'logits' ? '; in place means the very same part of it' : '';
      throw new EqlError('BUFFER', `${name} and ${other} overlap in one buffer${hint}.`);
    }
    seen.push([name, output]);
  }
}

/**
 * The array that a caller wants written.
 *
 * @throws {EqlError} `BUFFER` when it is of another kind or length
 */
export function checkOutput(name: string, array: unknown, kind: string, length: number): void {
  if (kindOf(array) === kind && (array as Float32Array).length === length) return;
  const came = ArrayBuffer.isView(array) ? `a ${kindOf(array)} of ${(array as Float32Array).length}` : kindOf(array);
  throw new EqlError('BUFFER', `${name} is ${came}; wanted a ${kind} of ${length} to write to.`);
}

function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return (
    a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength
  );
}

function isDetached(array: ArrayBufferView): boolean {
  if (array.byteLength > 0 || array.buffer.byteLength > 0) return false;
  try {
    new Uint8Array(array.buffer);
    return false;
  } catch {
    return true;
  }
}
