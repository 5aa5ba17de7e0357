// The numbers of a case: the same every time, in every process and page.

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
export function makeTail({ classes, tail }: Pick<Case, 'classes' | 'tail'>): Uint8Array {
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

/** β where it is drawn: one 0 or 1 per element, `[rows * classes]`; a number where it is fixed; none for the sigmoid form. */
export function makeBeta({ form, rows, classes, beta }: Case): number | Uint8Array | undefined {
  if (form === 'sigmoid') return undefined;
  return beta === 'drawn' ? drawBeta({ rows, classes, gamma: BETA, seed: 1, step: 0 }) : BETA;
}

/** A batch where there are no files: made anew, the same as theirs. */
export function makeInputs(of: Case): Inputs {
  return {
    of,
    gate: gateOf(makeTail(of)),
    labels: makeLabels(of),
    beta: makeBeta(of),
    readLogits: (target) => {
      const logits = makeLogits(of);
      target?.set(logits);
      return target ?? logits;
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
