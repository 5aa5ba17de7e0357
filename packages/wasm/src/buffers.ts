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
  const seen = viewsOf(inputs);
  for (const [name, output] of viewsOf(outputs)) {
    for (const [other, array] of seen) {
      if (!overlap(output, array)) continue;
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

/** @throws {EqlError} `BUFFER` for one whose memory is gone */
function viewsOf(named: Named): [name: string, view: ArrayBufferView][] {
  const views: [string, ArrayBufferView][] = [];
  for (const name in named) {
    const array = named[name];
    if (!ArrayBuffer.isView(array)) continue;
    if (isDetached(array)) {
      const why = 'was it transferred to a worker, or has its memory grown?';
      throw new EqlError('BUFFER', `${name}: its buffer is detached; ${why}`);
    }
    views.push([name, array]);
  }
  return views;
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
