// One check per input: what came, what was wanted, the likely cause. SPEC "Bad input".

import { copyRange, isFastKind, kindOf } from './arrays.ts';
import type { Form, Reduction } from './batch.ts';
import { EqlError, type EqlErrorCode } from './errors.ts';
import type { Gate } from './gate.ts';

/** What a label of C stands for: sigmoid, a shard of classes, or nothing (softmax). SPEC G5, P2, X6. */
export type LabelOfC = 'background' | 'elsewhere' | 'none';

export function checkGate(gate: Gate): void {
  const length = gate?.tail?.length;
  if (length === undefined || length !== gate.classes) {
    // A Uint8Array becomes an object without a length.
    const cause = gate?.tail && length === undefined ? ' It does not survive JSON.' : '';
    throw new EqlError(
      'CLASS_COUNT',
      `the gate is missing or not whole; make it with createGate or sliceGate.${cause}`,
    );
  }
  // No gate of this version has one: a tree may hold two versions of this package, and gates go from one to the other.
  if ('version' in gate) {
    throw new EqlError(
      'UNSUPPORTED',
      `the gate is of version ${gate.version}, made by a later @eqloss/core; bring the @eqloss packages to one version.`,
    );
  }
}

const inputNames = ['gate', 'labels', 'targets', 'foreground', 'rowWeights', 'beta', 'normalizer', 'logits', 'shape'];
const optionNames = ['reduction', 'gradient', 'precision'];

/** Refuses what would be ignored: a misspelt name, or an option among the inputs. */
export function checkKeys(inputs: object): void {
  const unknown = Object.keys(inputs).find((name) => !inputNames.includes(name));
  if (unknown === undefined) return;
  const cause = optionNames.includes(unknown)
    ? `${unknown} is an option, not part of the batch.`
    : `a batch has ${inputNames.join(', ')}.`;
  throw new EqlError('UNSUPPORTED', `${unknown} is unknown; ${cause}`);
}

/** Refuses what would be ignored. */
export function checkOptions(options: { readonly precision?: unknown }): void {
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown !== undefined) {
    throw new EqlError('UNSUPPORTED', `option ${unknown} is unknown; there are ${optionNames.join(', ')}.`);
  }
  const precision = options.precision ?? 'double';
  if (precision !== 'double' && precision !== 'single') {
    throw new EqlError('UNSUPPORTED', `precision is ${String(precision)}; wanted double or single.`);
  }
}

export function checkReduction(reduction: Reduction, normalizer: number | undefined): void {
  if (reduction !== 'none' && reduction !== 'sum' && reduction !== 'mean') {
    throw new EqlError('REDUCTION', `reduction is ${String(reduction)}; wanted none, sum or mean.`);
  }
  if (normalizer === undefined) return;
  if (!(Number.isFinite(normalizer) && normalizer > 0)) {
    throw new EqlError('NORMALIZER_RANGE', `normalizer is ${show(normalizer)}; wanted a finite number > 0.`);
  }
  if (reduction !== 'mean') {
    throw new EqlError(
      'NORMALIZER_RANGE',
      `normalizer came with reduction ${reduction}; it replaces the divisor of mean, and has no effect here.`,
    );
  }
}

export function checkShape(form: Form, shape: readonly number[], gate: Gate): { rows: number; classes: number } {
  if (shape.length !== 2) {
    throw new EqlError('RANK', `logits have shape [${shape.join(', ')}]; wanted [rows, classes].`);
  }
  const [rows, columns] = shape;
  if (!isCount(rows)) throw new EqlError('ROW_COUNT', `logits have ${rows} rows; wanted an integer >= 0.`);
  if (columns === gate.classes) return { rows, classes: columns };
  let cause = 'was the gate made for another data set?';
  if (columns === gate.classes + 1) {
    cause =
      form === 'sigmoid'
        ? 'the sigmoid form takes no background column: background is the label C, without a logit.'
        : 'a background column is one more class of the softmax form: give the gate a head frequency for it.';
  }
  throw new EqlError(
    'CLASS_COUNT',
    `logits have ${columns} columns but the gate has ${gate.classes} classes; ${cause}`,
  );
}

export function checkLabels(labels: ArrayLike<number>, rows: number, classes: number, labelOfC: LabelOfC): void {
  checkRows('labels', labels, rows);
  const highest = labelOfC === 'none' ? classes - 1 : classes;
  if (kindOf(labels) === 'Int32Array' && areWithin(labels as Int32Array, -1, highest)) return;
  const meanings = {
    background: `, ${classes} for background`,
    elsewhere: `, ${classes} for a class of another shard`,
    none: '; the softmax form has no background label',
  };
  const wanted = `an integer: -1 for ignored, 0 to ${classes - 1} for a class${meanings[labelOfC]}`;
  checkEach(
    'LABEL_RANGE',
    'labels',
    labels,
    (label) => Number.isInteger(label) && label >= -1 && label <= highest,
    wanted,
  );
}

export function checkForeground(foreground: ArrayLike<number>, rows: number): void {
  checkRows('foreground', foreground, rows);
  checkEach('FOREGROUND_RANGE', 'foreground', foreground, (e) => e === 0 || e === 1, '0 or 1');
}

export function checkRowWeights(rowWeights: ArrayLike<number>, rows: number): void {
  checkRows('rowWeights', rowWeights, rows);
  checkEach('ROW_WEIGHT_RANGE', 'rowWeights', rowWeights, (w) => Number.isFinite(w) && w >= 0, 'a finite weight >= 0');
}

/** Refuses a β that is missing, of the wrong length, or not in [0, 1]. SPEC X5. */
export function checkBeta(
  beta: number | ArrayLike<number> | undefined,
  rows: number,
  classes: number,
): asserts beta is number | ArrayLike<number> {
  if (beta === undefined || beta === null) {
    throw new EqlError('BETA_RANGE', 'beta is missing; the softmax form needs β: a number, one per class, or drawn.');
  }
  const scalar = typeof beta === 'number';
  if (!scalar && beta.length !== classes && beta.length !== rows * classes) {
    throw new EqlError(
      'CLASS_COUNT',
      `beta has ${beta.length} values; wanted a number, ${classes} (one per class) or ${rows * classes} (one per element).`,
    );
  }
  checkUnits('BETA_RANGE', 'beta', scalar ? [beta] : beta, 'β in [0, 1]');
}

/** An integer >= 0 that a double holds exactly. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** A number in [0, 1]. */
export function isUnit(value: number): boolean {
  return Number.isFinite(value) && value >= 0 && value <= 1; // null >= 0 is true
}

/**
 * The same for what certainly is a number, at a third of the cost: v (1 - v) has no rounding to 0 below 0 or above 1, and is
 * NaN or -Infinity for what is not finite.
 */
export function inside(v: number): boolean {
  return v * (1 - v) >= 0;
}

/** Throws for the first value that is not valid. */
export function checkEach(
  code: EqlErrorCode,
  name: string,
  values: ArrayLike<number>,
  valid: (value: number) => boolean,
  wanted: string,
): void {
  for (let k = 0; k < values.length; k++) {
    if (!valid(values[k])) throw new EqlError(code, `${name}[${k}] is ${show(values[k])}; wanted ${wanted}.`);
  }
}

/** Numbers in [0, 1], perhaps as many as logits: looked through fast, and again one by one only if that finds a bad one. */
function checkUnits(code: EqlErrorCode, name: string, values: ArrayLike<number>, wanted: string): void {
  // Only a float array or bytes: what else may hold null, a hole or a BigInt is judged one by one.
  if (!isFastKind(values) || !areUnits(values)) checkEach(code, name, values, isUnit, wanted);
}

function areUnits(values: ArrayLike<number>): boolean {
  const block = new Float64Array(Math.min(Math.ceil(values.length / 4) * 4, 4096));
  for (let from = 0; from < values.length; from += block.length) {
    const to = Math.min(from + block.length, values.length);
    copyRange(values, from, to, block);
    block.fill(0, to - from);
    // Four at a time: half the cost.
    for (let k = 0; k < block.length; k += 4) {
      const good = inside(block[k]) && inside(block[k + 1]) && inside(block[k + 2]) && inside(block[k + 3]);
      if (!good) return false;
    }
  }
  return true;
}

/** Whether no integer lies outside: a loop of its own, for the kind that labels come as when they are many. */
function areWithin(values: Int32Array, low: number, high: number): boolean {
  for (let k = 0; k < values.length; k++) if (values[k] < low || values[k] > high) return false;
  return true;
}

/** @throws {EqlError} `ROW_COUNT` for what is no list, and for one of another length */
function checkRows(name: string, values: ArrayLike<number>, rows: number): void {
  checkList(name, values);
  if (values.length !== rows) {
    throw new EqlError('ROW_COUNT', `${name} has ${values.length} entries but the logits have ${rows} rows.`);
  }
}

/** A number where a list is wanted has no length, and would be told as one of undefined entries. */
export function checkList(name: string, values: ArrayLike<number>): void {
  if (typeof values?.length === 'number') return;
  throw new EqlError('ROW_COUNT', `${name} came as ${kindOf(values)}; wanted one number a row.`);
}

function show(value: unknown): string {
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`;
  return typeof value === 'bigint' ? `the BigInt ${value} (convert with Array.from(values, Number))` : String(value);
}
