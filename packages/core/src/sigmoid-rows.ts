// The sigmoid form in single precision, row by row into the caller's buffers. SPEC S1 to S3, N1 to N4.

import { copyRange, countBelow } from './arrays.ts';
import type { CheckedSigmoid } from './batch.ts';
import { expOf, exponentialTable, LARGEST_EXPONENT } from './exponential.ts';
import type { RowOutputs } from './rows.ts';
import { MIXED } from './targets.ts';

/** What one call needs beside the batch; nothing of the size of the logits. */
interface Work {
  readonly logits: Float32Array | Float64Array;
  readonly gradient: Float32Array | undefined;
  readonly table: Float64Array;
}

/**
 * The sigmoid form over the rows `from` to `to`, in single precision: what `sigmoidEql` does with `precision: 'single'`.
 *
 * A result depends on its own row alone, so any split of the rows gives the same bits. Every entry of the rows' outputs is
 * written, rows that are out as 0. The logits are read once, each before its gradient is written.
 *
 * Row losses and gradients are within 1e-9 max(1, |exact|), and small losses within 1e-9 of themselves, before the gradient
 * is rounded to single (SPEC N3, N4).
 *
 * @param batch From `checkSigmoid`; judge row weights and divisor with `checkSingle`.
 * @param logits `[rows * classes]`, row-major.
 * @param from First row. @param to One past the last row.
 * @param outputs What is left out is not computed.
 */
export function sigmoidRows(
  batch: CheckedSigmoid,
  logits: Float32Array | Float64Array,
  from: number,
  to: number,
  { rowLosses, gradient }: RowOutputs,
): void {
  const { classes, targets, tail, foreground, rowWeights, divisor } = batch;
  const work: Work = { logits, gradient, table: exponentialTable() };
  const { every, head } = listClasses(tail);
  const row = targets === undefined ? undefined : new Float64Array(classes);
  const labels = batch.labels ?? batch.positives;
  for (let i = from; i < to; i++) {
    const start = i * classes;
    const weight = rowWeights[i];
    let loss = 0;
    if (weight === 0) {
      gradient?.fill(0, start, start + classes); // taken out, whatever it holds: SPEC G5, R3
    } else if (row !== undefined && targets !== undefined && labels[i] === MIXED) {
      copyRange(targets, start, start + classes, row);
      loss = targetRow(work, start, row, foreground[i] === 1 ? tail : undefined, weight / divisor);
    } else {
      // Zeros and a single 1 are a label: the same bits, whatever the form it came in.
      const gated = foreground[i] === 1;
      loss = labelRow(work, start, labels[i], gated ? head : every, gated ? tail : undefined, weight / divisor);
    }
    if (rowLosses !== undefined) rowLosses[i] = weight * loss;
  }
}

/** All classes, and those that a foreground row includes as negatives. */
function listClasses(tail: Uint8Array): { readonly every: Int32Array; readonly head: Int32Array } {
  const every = new Int32Array(tail.length);
  const head = new Int32Array(tail.length);
  let count = 0;
  for (let j = 0; j < tail.length; j++) {
    every[j] = j;
    if (tail[j] === 0) head[count++] = j;
  }
  return { every, head: head.subarray(0, count) };
}

/** A row whose only positive is its label: every other included class is a hard negative. */
function labelRow(
  work: Work,
  start: number,
  label: number,
  included: Int32Array,
  tail: Uint8Array | undefined,
  scale: number,
): number {
  const { logits, gradient } = work;
  const positive = label < 0 ? 0 : logits[start + label]; // read before a gradient takes its place
  // The label is no negative: the included classes below it, and those above it.
  const below = label < 0 ? included.length : countBelow(included, included.length, label);
  const above = included[below] === label ? below + 1 : below;
  let loss = negatives(work, start, included, 0, below, scale);
  loss += negatives(work, start, included, above, included.length, scale);
  if (gradient !== undefined && tail !== undefined) {
    for (let j = 0; j < tail.length; j++) if (tail[j] === 1) gradient[start + j] = 0; // excluded: SPEC N1
  }
  if (label < 0) return loss;
  const size = Math.abs(positive);
  const e = Math.exp(-size);
  if (gradient !== undefined) gradient[start + label] = scale * -((positive >= 0 ? e : 1) / (1 + e)); // -σ(-z)
  return loss + ((positive >= 0 ? 0 : size) + Math.log1p(e)); // softplus(-z)
}

// With t = e^z, a hard negative has the loss log(1 + t) and the gradient t / (1 + t). One logarithm serves many:
// Σ log(1 + t) = log1p(q), q = Π (1 + t) - 1. From q to the next is q + t + q t, a sum of parts >= 0: the relative error of
// q grows by 3 2^-53 a class, and log1p hands it on no larger. So a row of tiny losses keeps its digits (SPEC N3), which the
// product itself, 1 + tiny, would not.
function negatives(
  { logits, gradient, table }: Work,
  start: number,
  included: Int32Array,
  from: number,
  to: number,
  scale: number,
): number {
  let loss = 0;
  let q = 0;
  for (let n = from; n < to; n++) {
    const at = start + included[n];
    const z = logits[at];
    if (z > LARGEST_EXPONENT) {
      loss += z; // softplus(z) - z < e^-300
      if (gradient !== undefined) gradient[at] = scale;
      continue;
    }
    const t = expOf(table, z);
    q = q + t + q * t;
    if (gradient !== undefined) gradient[at] = scale * (t / (1 + t));
    if (q > 1e150) {
      loss += Math.log1p(q);
      q = 0;
    }
  }
  return loss + Math.log1p(q);
}

// Any targets, by the formula of the double path: a |z| + log(1 + e), e = e^-|z|, see sigmoid.ts. Entries of weight 1 share
// their logarithm, as above.
function targetRow(
  { logits, gradient, table }: Work,
  start: number,
  targets: Float64Array,
  tail: Uint8Array | undefined,
  scale: number,
): number {
  let loss = 0;
  let q = 0;
  for (let j = 0; j < targets.length; j++) {
    const y = targets[j];
    const gated = tail !== undefined && tail[j] === 1;
    if (gated && y === 0) {
      if (gradient !== undefined) gradient[start + j] = 0; // excluded, whatever it holds: SPEC N1
      continue;
    }
    const z = logits[start + j];
    const size = Math.abs(z);
    const e = expOf(table, -size);
    const slope = z >= 0 ? 1 - y : y;
    const linear = slope === 0 ? 0 : slope * size;
    const w = gated ? y : 1; // SPEC S1
    if (w === 1) {
      loss += linear;
      q = q + e + q * e;
      if (q > 1e150) {
        loss += Math.log1p(q);
        q = 0;
      }
    } else loss += w * (linear + Math.log1p(e));
    if (gradient === undefined) continue;
    const p = e / (1 + e);
    gradient[start + j] = scale * (w * (z >= 0 ? slope - p : p - slope));
  }
  return loss + Math.log1p(q);
}
