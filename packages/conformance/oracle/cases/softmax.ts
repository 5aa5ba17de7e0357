// SPEC X3 and X4: target rows in the softmax form.

import { type Case, grid, vector } from '../../src/oracle/case.ts';
import { logits, targetBase, vary, withEntries } from '../base.ts';
import { drawn } from './partition.ts';

/** Soft, one-hot, multi-hot and all-zero rows, and rows of any sum. */
export function softmaxTargetCases(): Case[] {
  const tiny = 2 ** -30;
  return vary('target rows', targetBase('softmax'), [
    {
      id: 'targets-every-kind',
      comment: 'Soft, one-hot, multi-hot and all-zero target rows.',
      flags: ['target-rows', 'soft-targets', 'multi-hot', 'zero-targets'],
    },
    {
      id: 'targets-every-kind-beta-1',
      comment: 'Soft, one-hot, multi-hot and all-zero target rows; β = 1 leaves soft tail targets their own weight.',
      flags: ['target-rows', 'soft-targets', 'multi-hot', 'zero-targets', 'positive-kept'],
      beta: 1,
    },
    {
      id: 'targets-one-hot',
      comment: 'One-hot rows: what index labels give.',
      flags: ['target-rows', 'positive-kept'],
      targets: grid([
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 1, 0],
      ]),
    },
    {
      id: 'targets-all-zero',
      comment: 'All rows zero: loss and gradient are 0, and the mean still counts the rows.',
      flags: ['target-rows', 'zero-targets'],
      targets: { shape: [4, 5], data: Array.from({ length: 20 }, () => 0) },
      reduction: 'mean',
    },
    {
      id: 'targets-zero-row-holds-nan',
      comment: 'A row without a target costs nothing, whatever it holds; the row beside it does.',
      flags: ['target-rows', 'zero-targets', 'excluded-special'],
      logits: {
        shape: [3, 5],
        data: [Number.NaN, 0, 1, 2, 3, 0, 1, Number.POSITIVE_INFINITY, 2, 3, 1, 2, 3, 0.5, 0.25],
      },
      targets: { shape: [3, 5], data: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0] },
      reduction: 'mean',
    },
    {
      id: 'targets-all-one',
      comment: 'Every class is positive in every row.',
      flags: ['target-rows', 'multi-hot', 'row-mass', 'positive-kept'],
      targets: { shape: [4, 5], data: Array.from({ length: 20 }, () => 1) },
    },
    {
      id: 'targets-row-mass',
      comment: 'Rows that sum to 0.25, 0.7, 2 and 3.5: the gradient carries the sum.',
      flags: ['row-mass', 'target-rows', 'soft-targets'],
      targets: grid([
        [0.25, 0, 0, 0, 0],
        [0, 0.4, 0, 0.3, 0],
        [0, 1, 0, 1, 0],
        [1, 1, 0.5, 0.5, 0.5],
      ]),
    },
    {
      id: 'targets-soft-on-tail',
      comment: 'Soft targets on tail classes, distributions that sum to 1.',
      flags: ['soft-targets', 'target-rows', 'tail-weight'],
      targets: grid([
        [0, 0.75, 0, 0.25, 0],
        [0.1, 0.2, 0.3, 0.2, 0.2],
        [0, 0, 0, 0.99, 0.01],
        [0.9, 0.01, 0, 0.01, 0.08],
      ]),
    },
    {
      id: 'targets-soft-on-tall-tail',
      comment: 'Soft targets that sum to 1 on tail classes that dominate their row: D is near w e^z there, not e^z.',
      flags: ['soft-targets', 'target-rows', 'tail-weight', 'positive-kept'],
      logits: withEntries(logits('targets-tall', 4, 5), [
        [0, 1, 9],
        [1, 3, 12],
        [2, 1, 8],
        [3, 3, 30],
      ]),
      targets: grid([
        [0.5, 0.5, 0, 0, 0],
        [0, 0, 0, 0.75, 0.25],
        [0.25, 0.5, 0.25, 0, 0],
        [0, 0, 0, 0.875, 0.125],
      ]),
      beta: 1,
    },
    {
      id: 'targets-tiny-on-tail',
      comment: 'β = 1 and a target of 2^-30 on a tall tail class: its weight is 2^-30, not 0 and not 1.',
      flags: ['soft-targets', 'target-rows', 'beta-double'],
      logits: withEntries(logits('targets-tiny', 4, 5), [
        [0, 1, 30],
        [1, 3, 28],
        [2, 1, 33],
      ]),
      targets: grid([
        [1, tiny, 0, 0, 0],
        [0, 0, 1, tiny, 0],
        [0, tiny, 0, 0, 0.5],
        [0, 0, 0, 1 - 2 ** -20, 0],
      ]),
      beta: 1,
    },
    {
      id: 'targets-beta-class',
      comment: 'Target rows with β per class.',
      flags: ['target-rows', 'soft-targets', 'beta-class'],
      beta: vector([0.3, 0.8, 1, 0.25, 0.6]),
    },
    {
      id: 'targets-beta-drawn',
      comment: 'Target rows with drawn β.',
      flags: ['target-rows', 'soft-targets', 'beta-drawn', 'beta-element'],
      threshold: 2,
      ...drawn(4, 5, { gamma: 0.6, seed: 11, step: 0, rowOffset: 0 }),
    },
  ]);
}
