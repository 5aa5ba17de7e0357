// The numbers of a case, handed from process to process as files.

import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './cases.ts';
import { BETA, gateOf, type Inputs, makeBeta, makeLabels, makeTail } from './inputs.ts';

/** Writes what {@link readInputs} reads to a folder that is there. */
export function writeInputs(folder: string, of: Case, logits: Float32Array): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'case.json'), JSON.stringify(of));
  writeFileSync(join(folder, 'logits'), logits);
  writeFileSync(join(folder, 'labels'), makeLabels(of));
  writeFileSync(join(folder, 'tail'), makeTail(of));
  const beta = makeBeta(of);
  if (typeof beta === 'object') writeFileSync(join(folder, 'beta'), beta);
}

/** A batch from its folder. */
export function readInputs(folder: string): Inputs {
  const of: Case = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'));
  const labels = new Int32Array(of.rows);
  fill(join(folder, 'labels'), labels);
  const tail = new Uint8Array(of.classes);
  fill(join(folder, 'tail'), tail);
  let beta: number | Uint8Array | undefined = of.form === 'softmax' ? BETA : undefined;
  if (of.beta === 'drawn') {
    beta = new Uint8Array(of.rows * of.classes);
    fill(join(folder, 'beta'), beta);
  }
  return {
    of,
    gate: gateOf(tail),
    labels,
    beta,
    readLogits: (target = new Float32Array(of.rows * of.classes)) => {
      fill(join(folder, 'logits'), target);
      return target;
    },
  };
}

/** Reads a file into an array of its size. */
export function fill(path: string, target: Int32Array | Uint8Array | Float32Array | Float64Array): void {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  const file = openSync(path, 'r');
  try {
    let at = 0;
    while (at < bytes.length) {
      const read = readSync(file, bytes, at, bytes.length - at, null);
      if (read === 0) throw new Error(`${path} holds ${at} bytes; wanted ${bytes.length}`);
      at += read;
    }
  } finally {
    closeSync(file);
  }
}
