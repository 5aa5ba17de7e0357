// Checks a batch once, at the border, and works out what it says of each row. SPEC "Bad input", G4 to G7, R1 to R3, X3.

import type { BatchInputs, CheckedAnswers, CheckedSigmoid, CheckedSoftmax, Form, Reduction } from './batch.ts';
import {
  checkBeta,
  checkForeground,
  checkGate,
  checkKeys,
  checkLabels,
  checkReduction,
  checkRowWeights,
  checkShape,
  type LabelOfC,
} from './checks.ts';
import { EqlError } from './errors.ts';
import { checkTargets } from './targets.ts';

/**
 * Checks a batch of the sigmoid form: what {@link prepareSigmoid} does, but without copying what is as large as the logits.
 *
 * @param shape Shape of the logits: `[rows, classes]`.
 * @param inputs Everything beside the logits.
 * @param reduction SPEC R1. Default `mean`.
 * @returns What is one per row is a copy; `targets` and `beta` are the caller's own, and `tail` the gate's.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `FOREGROUND_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `UNSUPPORTED`
 */
export function checkSigmoid(
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction = 'mean',
): CheckedSigmoid {
  if (isGiven(inputs.beta)) {
    throw new EqlError(
      'UNSUPPORTED',
      'beta came with the sigmoid form, which has none; did you mean the softmax form?',
    );
  }
  const common = checkCommon('sigmoid', shape, inputs, reduction, 'background');
  return { form: 'sigmoid', ...common, tail: inputs.gate.tail, foreground: foregroundOf(common, inputs.foreground) };
}

/**
 * Checks a batch of the softmax form: what {@link prepareSoftmax} does, but without copying what is as large as the logits.
 *
 * @param shape Shape of the logits: `[rows, classes]`.
 * @param inputs Everything beside the logits; `beta` is required.
 * @param reduction SPEC R1. Default `mean`.
 * @returns What is one per row is a copy; `targets` and `beta` are the caller's own, and `tail` the gate's.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `BETA_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `UNSUPPORTED`
 */
export function checkSoftmax(
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction = 'mean',
): CheckedSoftmax {
  const checked = checkAnySoftmax(shape, inputs, reduction, 'none');
  const { rows, positives, rowWeights } = checked;
  for (let i = 0; positives !== undefined && i < rows; i++) {
    // A row without a target costs nothing, whatever it holds. SPEC X3.
    if (positives[i] === -1) rowWeights[i] = 0;
  }
  return checked;
}

/**
 * {@link checkSoftmax} for a shard of the classes: a label of C is a class of another shard, and a row without a target
 * may have one there. SPEC P2.
 */
export function checkSoftmaxShard(
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction = 'mean',
): CheckedSoftmax {
  return checkAnySoftmax(shape, inputs, reduction, 'elsewhere');
}

function checkAnySoftmax(
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction,
  labelOfC: LabelOfC,
): CheckedSoftmax {
  if (isGiven(inputs.foreground)) {
    throw new EqlError('UNSUPPORTED', 'foreground came with the softmax form, which has no foreground test (SPEC X6).');
  }
  const common = checkCommon('softmax', shape, inputs, reduction, labelOfC);
  const { beta, gate } = inputs;
  checkBeta(beta, common.rows, common.classes);
  const perElement = typeof beta !== 'number' && beta.length !== common.classes;
  return { form: 'softmax', ...common, tail: gate.tail, beta, perElement };
}

function checkCommon(
  form: Form,
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction,
  labelOfC: LabelOfC,
) {
  const normalizer = inputs.normalizer ?? undefined;
  checkKeys(inputs);
  checkReduction(reduction, normalizer);
  checkGate(inputs.gate);
  const { rows, classes } = checkShape(form, shape, inputs.gate);
  const rowWeights = new Float64Array(rows).fill(1);
  if (isGiven(inputs.rowWeights)) {
    checkRowWeights(inputs.rowWeights, rows);
    rowWeights.set(inputs.rowWeights);
  }
  const answers = answersOf(inputs, rows, classes, labelOfC);
  let counted = rows;
  for (let i = 0; isGiven(inputs.labels) && i < rows; i++) {
    if (inputs.labels[i] !== -1) continue;
    rowWeights[i] = 0; // ignored: SPEC G5
    counted--;
  }
  // With nothing counted every row weight is 0 and so is the loss; 1 keeps 0 / 0 out. SPEC R4.
  const divisor = reduction === 'mean' ? (normalizer ?? Math.max(counted, 1)) : 1;
  return { rows, classes, reduction, rowWeights, divisor, ...answers };
}

function answersOf(inputs: BatchInputs, rows: number, classes: number, labelOfC: LabelOfC): CheckedAnswers {
  const { labels, targets } = inputs;
  if (isGiven(labels) === isGiven(targets)) {
    const came = isGiven(labels) ? 'both labels and targets' : 'neither labels nor targets';
    throw new EqlError('UNSUPPORTED', `${came} came; give index labels or target rows (SPEC G7).`);
  }
  if (isGiven(labels)) {
    checkLabels(labels, rows, classes, labelOfC);
    const own = new Int32Array(rows);
    own.set(labels);
    for (let i = 0; i < rows; i++) if (own[i] === classes) own[i] = -1;
    return { labels: own, targets: undefined, positives: undefined };
  }
  const rowsOfTargets = targets as ArrayLike<number>;
  return { labels: undefined, targets: rowsOfTargets, positives: checkTargets(rowsOfTargets, rows, classes) };
}

/** E: what the labels suggest, or the explicit mask. SPEC G4. */
function foregroundOf(
  { rows, labels, positives }: CheckedAnswers & { readonly rows: number },
  explicit: ArrayLike<number> | undefined,
): Uint8Array {
  const foreground = new Uint8Array(rows);
  if (isGiven(explicit)) {
    checkForeground(explicit, rows);
    foreground.set(explicit);
    return foreground;
  }
  const answers = labels ?? positives;
  for (let i = 0; i < rows; i++) foreground[i] = answers[i] === -1 ? 0 : 1;
  return foreground;
}

/** JSON and optional fields of other languages say null for what was left out. */
function isGiven<T>(value: T | undefined | null): value is T {
  return value !== undefined && value !== null;
}
