// The numbers of a case: the same every time, handed from process to process as files.

import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGate, drawBeta, type Gate } from '@eqloss/core';
import type { Case } from './cases.ts';

/** A batch in memory. */
export interface Inputs {
  readonly of: Case;
  readonly gate: Gate;
  /** `[rows]`. */
  readonly labels: Int32Array;
  /** Softmax only: a number, or one 0 or 1 per element. */
  readonly beta?: number | Uint8Array;
  /** z `[rows * classes]`: read anew on each call, into `target` when given. */
  readLogits(target?: Float32Array): Float32Array;
}

/** β of a tail class where it is fixed, and γ where it is drawn. SPEC D2. */
export const BETA = 0.9;

/** Share of tail classes of LVIS v1 at λ = 1.76e-3: 876 of 1203. SPEC, Facts. */
const TAIL_SHARE = 876 / 1203;

/**
 * Logits like those of a detector's head in training: normal, mean -4, deviation 2. The same for the same shape.
 *
 * @returns `[rows * classes]`
 */
export function makeLogits({ rows, classes }: Case): Float32Array {
  const random = generator(rows * 31 + classes);
  const logits = new Float32Array(rows * classes);
  // Four uniform numbers have the variance 1/3.
  const scale = 2 * Math.sqrt(3);
  for (let k = 0; k < logits.length; k++) {
    logits[k] = -4 + scale * (random() + random() + random() + random() - 2);
  }
  return logits;
}

/** A class for each foreground row, spread evenly over the batch; else the background. `[rows]`. SPEC G5, X6. */
export function makeLabels({ form, rows, classes, foreground }: Case): Int32Array {
  const random = generator(7);
  const background = form === 'sigmoid' ? classes : classes - 1;
  return Int32Array.from({ length: rows }, (_, i) => {
    const isForeground = Math.floor((i + 1) * foreground) > Math.floor(i * foreground);
    const label = Math.floor(random() * Math.max(background, 1));
    return isForeground ? label : background;
  });
}

/** T `[classes]`. The last class is head: it is the background of the softmax form. */
export function makeTail({ classes, tail }: Case): Uint8Array {
  const count = Math.min(Math.round(classes * TAIL_SHARE), classes - 1);
  const mask = new Uint8Array(classes);
  mask.fill(1, classes - 1 - count, classes - 1);
  if (tail === 'contiguous') return mask;
  const random = generator(13);
  for (let j = classes - 2; j > 0; j--) {
    const other = Math.floor(random() * (j + 1));
    [mask[j], mask[other]] = [mask[other], mask[j]];
  }
  return mask;
}

/** Writes what {@link readInputs} reads to a folder that is there. */
export function writeInputs(folder: string, of: Case, logits: Float32Array): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'case.json'), JSON.stringify(of));
  writeFileSync(join(folder, 'logits'), logits);
  writeFileSync(join(folder, 'labels'), makeLabels(of));
  writeFileSync(join(folder, 'tail'), makeTail(of));
  if (of.beta !== 'drawn') return;
  const { rows, classes } = of;
  writeFileSync(join(folder, 'beta'), drawBeta({ rows, classes, gamma: BETA, seed: 1, step: 0 }));
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

/** A gate with the given tail classes. */
export function gateOf(tail: Uint8Array): Gate {
  return createGate(
    Array.from(tail, (t) => 1 - t),
    { threshold: 0.5 },
  );
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

/** Marsaglia's xorshift32: numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
