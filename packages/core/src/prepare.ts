// Checks a batch once, at the border, and turns it into what every engine can eat. SPEC "Bad input", G4 to G7, R1 to R3, X1.

import type { BatchInputs, PreparedSigmoid, PreparedSoftmax, Reduction } from './batch.ts';
import {
  checkForeground,
  checkLabels,
  checkReduction,
  checkRowWeights,
  checkShape,
  checkTargets,
  negativeWeights,
} from './checks.ts';
import { EqlError } from './errors.ts';

/**
 * Prepares a batch of the sigmoid form.
 *
 * @param shape Shape of the logits: `[rows, classes]`.
 * @param inputs Everything beside the logits.
 * @param reduction SPEC R1.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `FOREGROUND_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `UNSUPPORTED`
 */
export function prepareSigmoid(
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction = 'mean',
): PreparedSigmoid {
  if (inputs.beta !== undefined) {
    throw new EqlError(
      'UNSUPPORTED',
      'beta came with the sigmoid form, which has none; did you mean the softmax form?',
    );
  }
  const { rows, classes, labels, targets, rowWeights, divisor } = prepareCommon(
    'sigmoid',
    shape,
    inputs,
    reduction,
    true,
  );
  const foreground = new Uint8Array(rows);
  if (inputs.foreground !== undefined) {
    checkForeground(inputs.foreground, rows);
    foreground.set(inputs.foreground);
  } else if (labels !== undefined) {
    for (let i = 0; i < rows; i++) foreground[i] = labels[i] >= 0 ? 1 : 0;
  } else if (targets !== undefined) {
    for (let i = 0; i < rows; i++) {
      for (let k = i * classes; k < (i + 1) * classes && foreground[i] === 0; k++)
        if (targets[k] > 0) foreground[i] = 1;
    }
  }
  const tail = inputs.gate.tail;
  return { form: 'sigmoid', rows, classes, reduction, labels, targets, rowWeights, divisor, tail, foreground };
}

/**
 * Prepares a batch of the softmax form.
 *
 * @param shape Shape of the logits: `[rows, classes]`.
 * @param inputs Everything beside the logits; `beta` is required.
 * @param reduction SPEC R1.
 * @param elsewhere Whether a label of C means "a class of another shard" (SPEC P2) instead of an error.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `BETA_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `UNSUPPORTED`
 */
export function prepareSoftmax(
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction = 'mean',
  elsewhere = false,
): PreparedSoftmax {
  if (inputs.foreground !== undefined) {
    throw new EqlError('UNSUPPORTED', 'foreground came with the softmax form, which has no foreground test (SPEC X6).');
  }
  const common = prepareCommon('softmax', shape, inputs, reduction, elsewhere);
  const { rows, classes, labels, targets, rowWeights, divisor } = common;
  const weights = negativeWeights(inputs.beta, inputs.gate, rows);
  const perElement = weights.length !== classes;
  // A row without a target is taken out, unless another shard may hold its target. SPEC X3.
  if (targets !== undefined && !elsewhere) {
    for (let i = 0; i < rows; i++) {
      if (targets.subarray(i * classes, (i + 1) * classes).every((y) => y === 0)) rowWeights[i] = 0;
    }
  }
  return {
    form: 'softmax',
    rows,
    classes,
    reduction,
    labels,
    targets,
    rowWeights,
    divisor,
    negativeWeights: weights,
    perElement,
  };
}

function prepareCommon(
  form: 'sigmoid' | 'softmax',
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction,
  background: boolean,
) {
  checkReduction(reduction, inputs.normalizer);
  const { rows, classes } = checkShape(form, shape, inputs.gate);
  if ((inputs.labels === undefined) === (inputs.targets === undefined)) {
    const came = inputs.labels === undefined ? 'neither labels nor targets' : 'both labels and targets';
    throw new EqlError('UNSUPPORTED', `${came} came; give index labels or target rows (SPEC G7).`);
  }
  const rowWeights = new Float64Array(rows).fill(1);
  if (inputs.rowWeights !== undefined) {
    checkRowWeights(inputs.rowWeights, rows);
    rowWeights.set(inputs.rowWeights);
  }
  let labels: Int32Array | undefined;
  let targets: Float64Array | undefined;
  let counted = rows;
  if (inputs.labels !== undefined) {
    checkLabels(inputs.labels, rows, classes, background);
    labels = Int32Array.from(inputs.labels, (label) => (label === classes ? -1 : label));
    for (let i = 0; i < rows; i++) {
      if (inputs.labels[i] !== -1) continue;
      rowWeights[i] = 0;
      counted--;
    }
  } else if (inputs.targets !== undefined) {
    checkTargets(inputs.targets, rows, classes);
    targets = Float64Array.from(inputs.targets);
  }
  // With nothing counted every row weight is 0 and so is the loss; 1 keeps 0 / 0 out. SPEC R4.
  const divisor = reduction === 'mean' ? (inputs.normalizer ?? Math.max(counted, 1)) : 1;
  return { rows, classes, labels, targets, rowWeights, divisor };
}
