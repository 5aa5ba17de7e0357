// What the trainer hands over as yTrue, in the shapes that the losses take.

import { EqlError } from '@eqloss/core';
import { reshape, Tensor } from '@tensorflow/tfjs-core';
import type { LabelKind } from './config.ts';

/** yTrue, told apart. */
export interface Answers {
  readonly kind: LabelKind;
  /** Class indices, with the leading dimensions of the logits; or target rows, with as many dimensions as the logits. */
  readonly labels: Tensor;
}

/**
 * Tells index labels from target rows, by what was said or else by the shape.
 *
 * @param yTrue `[batch, …, classes]`, `[batch, …]` or `[batch, …, 1]`.
 * @param yPred `[batch, …, classes]`.
 * @param classes How many columns yPred should have. If it has others, that is for the caller to say.
 * @throws {EqlError} `DTYPE` for what is no tensor; `RANK`; `CLASS_COUNT` for target rows of another length
 */
export function answersOf(yTrue: Tensor, yPred: Tensor, said: LabelKind | undefined, classes: number): Answers {
  for (const [name, values] of Object.entries({ yTrue, yPred })) {
    if (!(values instanceof Tensor)) throw new EqlError('DTYPE', `${name} is ${typeof values}; wanted a tensor.`);
  }
  const kind = said ?? kindOf(yTrue.shape, yPred.rank);
  const labels = kind === 'sparse' && yTrue.rank === yPred.rank ? withoutLast(yTrue) : yTrue;
  const wanted = kind === 'sparse' ? yPred.rank - 1 : yPred.rank;
  if (labels.rank !== wanted) {
    throw new EqlError(
      'RANK',
      `${kind} labels have shape [${yTrue.shape.join(', ')}], the logits [${yPred.shape.join(', ')}]; wanted ${
        kind === 'sparse' ? 'one index for each row of logits' : 'one target for each logit'
      }.`,
    );
  }
  if (kind === 'one-hot' && yPred.shape.at(-1) === classes && labels.shape.at(-1) !== classes) {
    const came = `labels have shape [${yTrue.shape.join(', ')}]`;
    throw new EqlError(
      'CLASS_COUNT',
      `${came}; wanted ${classes} targets a row, or one index with a last dimension of 1.`,
    );
  }
  return { kind, labels };
}

/**
 * What the shape of labels says that they are. A last dimension of 1 is one index: rows of a single target are what one class
 * would have, where it must be said.
 *
 * @param rank How many dimensions the logits have.
 */
export function kindOf(labels: readonly number[], rank: number): LabelKind {
  return labels.length < rank || labels.at(-1) === 1 ? 'sparse' : 'one-hot';
}

function withoutLast(labels: Tensor): Tensor {
  return labels.shape.at(-1) === 1 ? reshape(labels, labels.shape.slice(0, -1)) : labels;
}
