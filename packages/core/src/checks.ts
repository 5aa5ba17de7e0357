// One check per input: what came, what was wanted, the likely cause. SPEC "Bad input".

import type { Form, Reduction } from './batch.ts';
import { EqlError, type EqlErrorCode } from './errors.ts';
import type { Gate } from './gate.ts';

export function checkReduction(reduction: Reduction, normalizer: number | undefined): void {
  if (reduction !== 'none' && reduction !== 'sum' && reduction !== 'mean') {
    throw new EqlError('REDUCTION', `reduction is ${String(reduction)}; wanted none, sum or mean.`);
  }
  if (normalizer === undefined) return;
  if (!(Number.isFinite(normalizer) && normalizer > 0)) {
    throw new EqlError('NORMALIZER_RANGE', `normalizer is ${normalizer}; wanted a finite number > 0.`);
  }
  if (reduction !== 'mean') {
    throw new EqlError(
      'NORMALIZER_RANGE',
      `normalizer came with reduction ${reduction}; it replaces the divisor of mean and would have no effect here.`,
    );
  }
}

export function checkShape(form: Form, shape: readonly number[], gate: Gate): { rows: number; classes: number } {
  if (shape.length !== 2) {
    throw new EqlError('RANK', `logits have shape [${shape.join(', ')}]; wanted [rows, classes].`);
  }
  const [rows, columns] = shape;
  if (!(Number.isSafeInteger(rows) && rows >= 0)) {
    throw new EqlError('ROW_COUNT', `logits have ${rows} rows; wanted an integer >= 0.`);
  }
  if (columns !== gate.classes) {
    let cause = 'was the gate made for another data set?';
    if (columns === gate.classes + 1) {
      cause =
        form === 'sigmoid'
          ? 'the sigmoid form takes no background column: background is the label C, without a logit.'
          : 'a background column is one more class: give the gate a head frequency for it.';
    }
    throw new EqlError(
      'CLASS_COUNT',
      `logits have ${columns} columns but the gate has ${gate.classes} classes; ${cause}`,
    );
  }
  return { rows, classes: columns };
}

export function checkLabels(labels: ArrayLike<number>, rows: number, classes: number, background: boolean): void {
  checkRows('labels', labels, rows);
  const highest = background ? classes : classes - 1;
  for (let i = 0; i < rows; i++) {
    const label = labels[i];
    if (Number.isInteger(label) && label >= -1 && label <= highest) continue;
    const range = background
      ? `0 to ${classes - 1} for a class, ${classes} for background, -1 for ignored`
      : `0 to ${classes - 1} for a class, -1 for ignored; the softmax form has no background label`;
    throw new EqlError('LABEL_RANGE', `labels[${i}] is ${label}; wanted an integer: ${range}.`);
  }
}

export function checkTargets(targets: ArrayLike<number>, rows: number, classes: number): void {
  if (targets.length !== rows * classes) {
    const code = targets.length % classes === 0 ? 'ROW_COUNT' : 'CLASS_COUNT';
    throw new EqlError(code, `${targets.length} targets came for ${rows} rows of ${classes} classes.`);
  }
  checkEach('TARGET_RANGE', 'targets', targets, (y) => y >= 0 && y <= 1, 'a target in [0, 1]');
}

export function checkForeground(foreground: ArrayLike<number>, rows: number): void {
  checkRows('foreground', foreground, rows);
  checkEach('FOREGROUND_RANGE', 'foreground', foreground, (e) => e === 0 || e === 1, '0 or 1');
}

export function checkRowWeights(rowWeights: ArrayLike<number>, rows: number): void {
  checkRows('rowWeights', rowWeights, rows);
  checkEach('ROW_WEIGHT_RANGE', 'rowWeights', rowWeights, (w) => w >= 0 && w < Infinity, 'a finite weight >= 0');
}

/** `1 - β T`, `[classes]` or `[rows * classes]`, formed in double. SPEC X1, X5. */
export function negativeWeights(beta: number | ArrayLike<number> | undefined, gate: Gate, rows: number): Float64Array {
  const { classes, tail } = gate;
  if (beta === undefined) {
    throw new EqlError('BETA_RANGE', 'beta is missing; the softmax form needs β: a number, one per class, or drawn.');
  }
  const values: ArrayLike<number> = typeof beta === 'number' ? { length: 1, 0: beta } : beta;
  if (typeof beta !== 'number' && values.length !== classes && values.length !== rows * classes) {
    throw new EqlError(
      'CLASS_COUNT',
      `beta has ${values.length} values; wanted a number, ${classes} (one per class) or ${rows * classes} (one per element).`,
    );
  }
  checkEach('BETA_RANGE', 'beta', values, (b) => b >= 0 && b <= 1, 'β in [0, 1]');
  const scalar = typeof beta === 'number';
  const weights = new Float64Array(scalar ? classes : values.length);
  for (let k = 0; k < weights.length; k++) weights[k] = 1 - values[scalar ? 0 : k] * tail[k % classes];
  return weights;
}

function checkRows(name: string, values: ArrayLike<number>, rows: number): void {
  if (values.length !== rows) {
    throw new EqlError('ROW_COUNT', `${name} has ${values.length} entries but the logits have ${rows} rows.`);
  }
}

function checkEach(
  code: EqlErrorCode,
  name: string,
  values: ArrayLike<number>,
  valid: (value: number) => boolean,
  wanted: string,
): void {
  for (let k = 0; k < values.length; k++) {
    if (!valid(values[k])) throw new EqlError(code, `${name}[${k}] is ${values[k]}; wanted ${wanted}.`);
  }
}
