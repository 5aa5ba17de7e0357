// Turns a checked batch into what every engine can eat, in double. SPEC X1.

import type {
  BatchInputs,
  CheckedAnswers,
  CheckedSoftmax,
  PreparedAnswers,
  PreparedSigmoid,
  PreparedSoftmax,
  Reduction,
} from './batch.ts';
import { checkSigmoid, checkSoftmax, checkSoftmaxShard } from './checked.ts';

/**
 * Prepares a batch of the sigmoid form.
 *
 * @param shape Shape of the logits: `[rows, classes]`.
 * @param inputs Everything beside the logits.
 * @param reduction SPEC R1. Default `mean`.
 * @returns Copies; the caller's arrays stay as they are.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `FOREGROUND_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `UNSUPPORTED`
 */
export function prepareSigmoid(
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction = 'mean',
): PreparedSigmoid {
  const batch = checkSigmoid(shape, inputs, reduction);
  const { positives: _, ...checked } = batch;
  return { ...checked, ...copied(batch) };
}

/**
 * Prepares a batch of the softmax form.
 *
 * @param shape Shape of the logits: `[rows, classes]`.
 * @param inputs Everything beside the logits; `beta` is required.
 * @param reduction SPEC R1. Default `mean`.
 * @returns Copies; the caller's arrays stay as they are.
 * @throws {EqlError} `RANK`, `ROW_COUNT`, `CLASS_COUNT`, `LABEL_RANGE`, `TARGET_RANGE`, `BETA_RANGE`,
 * `ROW_WEIGHT_RANGE`, `REDUCTION`, `NORMALIZER_RANGE`, `UNSUPPORTED`
 */
export function prepareSoftmax(
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction = 'mean',
): PreparedSoftmax {
  return preparedSoftmax(checkSoftmax(shape, inputs, reduction));
}

/**
 * {@link prepareSoftmax} for a shard of the classes: a label of C is a class of another shard, and a row without a target
 * may have one there. SPEC P2.
 */
export function prepareSoftmaxShard(
  shape: readonly number[],
  inputs: BatchInputs,
  reduction: Reduction = 'mean',
): PreparedSoftmax {
  return preparedSoftmax(checkSoftmaxShard(shape, inputs, reduction));
}

function preparedSoftmax(batch: CheckedSoftmax): PreparedSoftmax {
  const { tail, beta, positives: _, ...checked } = batch;
  const weights = negativeWeights(beta, tail);
  return {
    ...checked,
    ...copied(batch),
    negativeWeights: weights,
    perElement: checked.perElement,
  };
}

function copied({ labels, targets }: CheckedAnswers): PreparedAnswers {
  return labels !== undefined ? { labels, targets } : { labels, targets: new Float64Array(targets) };
}

/** `1 - β T`, `[classes]` or `[rows * classes]`, formed in double. SPEC X1. */
function negativeWeights(beta: number | ArrayLike<number>, tail: Uint8Array): Float64Array {
  const classes = tail.length;
  const weights = typeof beta === 'number' ? new Float64Array(classes).fill(beta) : new Float64Array(beta);
  for (let start = 0; start < weights.length; start += classes) {
    for (let j = 0; j < classes; j++) weights[start + j] = 1 - weights[start + j] * tail[j];
  }
  return weights;
}
