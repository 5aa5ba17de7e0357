// The softmax form in single precision, row by row into the caller's buffers. SPEC X1 to X4, N1 to N4.

import { copyRange, countBelow } from './arrays.ts';
import type { CheckedSoftmax } from './batch.ts';
import { expOf, exponentialTable } from './exponential.ts';
import type { RowOutputs } from './rows.ts';
import { MIXED } from './targets.ts';

/** One row: its included classes, and what stands for each of them. Scratch, a row long. */
interface Row {
  /** Included classes, rising. */
  readonly classes: Int32Array;
  /** z of each, then `w e^z / D`, but for a factor. */
  readonly terms: Float64Array;
  /** log w of each. */
  readonly shifts: Float64Array;
  /** β of every class, then v = 1 - β T, the weight of a negative. */
  readonly weights: Float64Array;
  /** log v of every class with v > 0. */
  readonly logs: Float64Array;
  /** y of every class. */
  readonly targets: Float64Array;
  readonly table: Float64Array;
}

/** `e^(z + shift)` is the largest of a row's included terms: what all are divided by. */
interface Largest {
  z: number;
  shift: number;
}

/**
 * The softmax form over the rows `from` to `to`, in single precision: what `softmaxEql` does with `precision: 'single'`.
 *
 * A result depends on its own row alone, so any split of the rows gives the same bits. Every entry of the rows' outputs is
 * written, rows that are out as 0. No logit of a row is read after the first gradient of that row is written.
 *
 * Row losses and gradients are within 1e-9 max(1, |exact|), and with index labels small losses within 1e-9 of themselves,
 * before the gradient is rounded to single (SPEC N3, N4).
 *
 * @param batch From `checkSoftmax`; judge row weights and divisor with `checkSingle`.
 * @param logits `[rows * classes]`, row-major.
 * @param from First row. @param to One past the last row.
 * @param outputs What is left out is not computed.
 */
export function softmaxRows(
  batch: CheckedSoftmax,
  logits: Float32Array | Float64Array,
  from: number,
  to: number,
  outputs: RowOutputs,
): void {
  softmaxRowsOf(batch, logits, outputs)(from, to);
}

/**
 * {@link softmaxRows} for a batch whose rows come in many short runs: what depends on the classes alone is made once.
 *
 * @returns Calculates the rows `from` to `to`.
 */
export function softmaxRowsOf(
  batch: CheckedSoftmax,
  logits: Float32Array | Float64Array,
  { rowLosses, gradient }: RowOutputs,
): (from: number, to: number) => void {
  const { classes, targets, tail, beta, perElement, rowWeights, divisor } = batch;
  const labels = batch.labels ?? batch.positives;
  const list = () => new Float64Array(classes);
  const row: Row = {
    ...{ classes: new Int32Array(classes), terms: list(), shifts: list() },
    ...{ weights: list(), logs: list(), targets: list() },
    table: exponentialTable(),
  };
  // Another list of classes, since target rows include other ones than label rows, whose list serves many.
  const mixed: Row = {
    ...row,
    classes: new Int32Array(targets ? classes : 0),
    shifts: new Float64Array(targets ? classes : 0),
  };
  if (typeof beta === 'number') row.weights.fill(beta);
  else if (!perElement) copyRange(beta, 0, classes, row.weights);
  let count = perElement ? 0 : include(row, tail);
  const rowOf = (i: number) => {
    const start = i * classes;
    const end = start + classes;
    let loss = 0;
    if (rowWeights[i] === 0) {
      gradient?.fill(0, start, end); // taken out, whatever it holds: SPEC G5, R3, X3
    } else {
      if (perElement) {
        copyRange(beta as ArrayLike<number>, start, end, row.weights);
        count = include(row, tail);
      }
      const scale = rowWeights[i] / divisor;
      if (targets !== undefined && labels[i] === MIXED) {
        copyRange(targets, start, end, row.targets);
        loss = targetRow(mixed, logits, start, scale, gradient);
      } else {
        // Zeros and a single 1 are a label: the same bits, whatever the form it came in.
        loss = labelRow(row, count, logits, start, labels[i], scale, gradient);
      }
    }
    if (rowLosses !== undefined) rowLosses[i] = rowWeights[i] * loss;
  };
  return (from, to) => {
    for (let i = from; i < to; i++) rowOf(i);
  };
}

/** Turns β into weights and lists the classes that are included as negatives; returns how many. SPEC X1. */
function include({ classes, shifts, weights, logs }: Row, tail: Uint8Array): number {
  let count = 0;
  for (let k = 0; k < tail.length; k++) {
    const v = 1 - weights[k] * tail[k];
    weights[k] = v;
    // Drawn β are 0 and 1 at random: no branch may depend on which, and none needs a logarithm.
    const log = v * (1 - v) > 0 ? Math.log(v) : 0;
    logs[k] = log;
    classes[count] = k;
    shifts[count] = log;
    count += Math.ceil(v);
  }
  return count;
}

// The label is included with weight 1, whatever β says; its term stands apart, so that p_y - 1 = -rest / (rest + own) and
// log D - z_y = log1p(rest / own) do not cancel where the label outweighs the rest. SPEC N3.
function labelRow(
  row: Row,
  count: number,
  logits: Float32Array | Float64Array,
  start: number,
  label: number,
  scale: number,
  gradient: Float32Array | undefined,
): number {
  const { classes, terms, logs, table } = row;
  const z = logits[start + label];
  const largest = gather(row, count, logits, start, { z, shift: 0 });
  const at = countBelow(classes, count, label);
  if (at < count && classes[at] === label) terms[at] = -Infinity; // e^-Infinity adds nothing to the rest
  const rest = exponentials(row, count, largest);
  const own = expOf(table, z - largest.z - largest.shift);
  if (gradient !== undefined) {
    gradient.fill(0, start, start + logs.length); // excluded: SPEC N1
    const share = scale / (own + rest);
    for (let n = 0; n < count; n++) gradient[start + classes[n]] = share * terms[n];
    gradient[start + label] = scale * (-rest / (own + rest));
  }
  return rest <= own ? Math.log1p(rest / own) : largest.z - z + largest.shift + Math.log(own + rest);
}

function targetRow(
  row: Row,
  logits: Float32Array | Float64Array,
  start: number,
  scale: number,
  gradient: Float32Array | undefined,
): number {
  const { classes, terms, shifts, weights, logs, targets } = row;
  let count = 0;
  let mass = 0;
  for (let k = 0; k < targets.length; k++) {
    const y = targets[k];
    const v = weights[k];
    if (v === 0 && y === 0) continue; // excluded, whatever it holds: SPEC N1
    classes[count] = k;
    shifts[count++] = y === 0 || v === 1 ? logs[k] : Math.log(v + (1 - v) * y); // SPEC X1
    mass += y;
  }
  const largest = gather(row, count, logits, start, { z: -Infinity, shift: 0 });
  const sum = exponentials(row, count, largest);
  const logSum = largest.shift + Math.log(sum);
  let loss = 0;
  for (let n = 0; n < count; n++) {
    const y = targets[classes[n]];
    if (y > 0) loss += y * (largest.z - logits[start + classes[n]] + logSum);
  }
  if (gradient !== undefined) {
    gradient.fill(0, start, start + targets.length); // excluded: SPEC N1
    const share = mass / sum;
    for (let n = 0; n < count; n++) gradient[start + classes[n]] = scale * (share * terms[n] - targets[classes[n]]);
  }
  return loss;
}

// The logits of the included classes, and the largest z + log w: by the largest z alone, an entry of tiny weight that holds
// it would underflow the others. Only differences of logits are formed: at |z| = 1e38, z + log w is z.
function gather(
  { classes, terms, shifts }: Row,
  count: number,
  logits: Float32Array | Float64Array,
  start: number,
  first: Largest,
): Largest {
  let { z, shift } = first;
  for (let n = 0; n < count; n++) {
    const each = logits[start + classes[n]];
    terms[n] = each;
    if (each - z + (shifts[n] - shift) > 0) {
      z = each;
      shift = shifts[n];
    }
  }
  return { z, shift };
}

// Turns z into w e^z by the largest of them, and adds up. A NaN, +Infinity, and -Infinity everywhere make the sum NaN, as
// SPEC N2 wants.
function exponentials({ terms, shifts, table }: Row, count: number, { z, shift }: Largest): number {
  let sum = 0;
  for (let n = 0; n < count; n++) {
    const e = expOf(table, terms[n] - z + (shifts[n] - shift));
    terms[n] = e;
    sum += e;
  }
  return sum;
}
