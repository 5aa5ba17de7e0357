// SPEC X1, X2 and X5 to X7: β as a number, per class and per element.

import { type Case, type Grid, grid, vector } from '../../src/oracle/case.ts';
import { createRandom } from '../../src/oracle/random.ts';
import { base, FREQUENCIES, logits, type Variation, vary, withEntries } from '../base.ts';
import { SEED } from '../suite.ts';
import { drawn } from './partition.ts';

/** β of every kind over index labels. */
export function betaCases(): Case[] {
  return [...numberCases(), ...perClassCases(), ...perElementCases()];
}

const BETAS: readonly (readonly [string, number, string])[] = [
  ['0', 0, 'plain softmax cross-entropy'],
  ['1e-20', 1e-20, 'nearly plain; 1 - β rounds to 1'],
  ['1e-3', 1e-3, 'a thousandth of the tail withheld'],
  ['half', 0.5, 'half of the tail withheld'],
  ['0-9', 0.9, 'nine tenths of the tail withheld'],
  ['near-1', 1 - 1e-10, 'a tail weight of 1e-10, which single precision of β would lose'],
  ['below-1', 1 - 2 ** -53, 'the smallest positive tail weight, 2^-53'],
  ['1', 1, 'tail negatives take no part at all'],
];

function numberCases(): Case[] {
  // Tail logits so tall that a weight of 2^-53 = e^-36.7 still decides. The losses are then about 10 and more, as single
  // precision needs: it holds ln 2^-53 to 2e-6 only.
  const tall = withEntries(logits('tall-tail', 4, 5), [
    [0, 1, 50],
    [0, 3, 46],
    [1, 3, 52],
    [2, 1, 50],
    [3, 1, 47],
  ]);
  // Weighted tail and plain head of about the same size.
  const balanced = (size: number): Grid =>
    withEntries(logits('tall-tail', 4, 5), [
      [0, 1, size],
      [0, 3, size - 2],
      [1, 3, size + 1],
      [2, 1, size + 0.5],
      [3, 1, size - 1],
    ]);
  const numbers = BETAS.flatMap(([name, beta, what]): Variation[] => [
    { id: `beta-${name}`, comment: `β = ${beta}: ${what}.`, flags: ['beta-number', 'tail-weight'], beta },
    {
      id: `beta-${name}-tall-tail`,
      comment: `β = ${beta}: ${what}; tail logits far above the rest.`,
      flags: ['beta-number', 'tail-weight', 'beta-double'],
      beta,
      logits: tall,
    },
  ]);
  return vary('beta', base('softmax'), [
    ...numbers,
    ...(
      [
        ['near-1', 1 - 1e-10, 23],
        ['below-1', 1 - 2 ** -53, 37],
      ] as const
    ).map(([name, beta, size]) => ({
      id: `beta-${name}-balanced`,
      comment: `β = ${beta}: tail logits near ${size} weigh as much as the head.`,
      flags: ['beta-number', 'tail-weight', 'beta-double', 'double-precision'],
      beta,
      logits: balanced(size),
      dtypes: ['float64'] as const,
    })),
    {
      id: 'beta-1-tail-labels',
      comment: 'β = 1 and tail labels: the label itself is never withheld.',
      flags: ['positive-kept', 'beta-number'],
      beta: 1,
      labels: [1, 3, 3, 1],
    },
    {
      id: 'beta-1-all-tail',
      comment: 'β = 1 and every class tail: only the label is left, loss and gradient are 0.',
      flags: ['positive-kept', 'all-tail', 'beta-number'],
      beta: 1,
      threshold: 2,
    },
    {
      id: 'beta-half-all-tail',
      comment: 'β = 0.5 and every class tail.',
      flags: ['all-tail', 'beta-number', 'tail-weight'],
      beta: 0.5,
      threshold: 2,
    },
    {
      id: 'background-column',
      comment: 'A background column is one more head class; here it is the last one, and the label of two rows.',
      flags: ['head-untouched'],
      labels: [4, 0, 4, 1],
    },
  ]);
}

function perClassCases(): Case[] {
  const square = { logits: logits('square', 5, 5), labels: [0, 1, 2, 3, 4] };
  return vary('beta per class', base('softmax'), [
    {
      id: 'beta-class-distinct',
      comment: 'A different β for every class; those of head classes have no effect.',
      flags: ['beta-class', 'tail-weight', 'head-untouched'],
      beta: vector([0.3, 0.8, 1, 0.25, 0.6]),
    },
    {
      id: 'beta-class-only-head',
      comment: 'β = 1 on head classes and 0 on tail classes: plain softmax cross-entropy.',
      flags: ['beta-class', 'head-untouched'],
      beta: vector([1, 0, 1, 0, 1]),
    },
    {
      id: 'beta-class-only-tail',
      comment: 'β = 1 on tail classes and 0 on head classes.',
      flags: ['beta-class', 'tail-weight'],
      beta: vector([0, 1, 0, 1, 0]),
    },
    {
      id: 'beta-class-square',
      comment: 'As many rows as classes: β belongs to columns.',
      flags: ['beta-class', 'shapes'],
      ...square,
      threshold: 2,
      beta: vector([0.1, 0.9, 0.5, 0.99, 0]),
    },
    {
      id: 'beta-class-one-zero-one-one',
      comment: 'One tail class withheld, one kept.',
      flags: ['beta-class', 'tail-weight'],
      beta: vector([0.5, 1, 0.5, 0, 0.5]),
      labels: [1, 3, 0, 2],
    },
    {
      id: 'beta-class-single-row',
      comment: 'One row: β per class and per element are the same numbers.',
      flags: ['beta-class', 'shapes'],
      logits: logits('one-row', 1, 5),
      labels: [1],
      beta: vector([0.3, 0.8, 1, 0.25, 0.6]),
    },
  ]);
}

function perElementCases(): Case[] {
  const random = createRandom(SEED, 'beta-element');
  const draws = (rows: number, classes: number): Grid => {
    return { shape: [rows, classes], data: Array.from({ length: rows * classes }, () => random.integer(1025) / 1024) };
  };
  const square = { logits: logits('square', 5, 5), labels: [0, 1, 2, 3, 4] };
  return vary('beta per element', base('softmax'), [
    {
      id: 'beta-element-arbitrary',
      comment: 'Any β per element.',
      flags: ['beta-element', 'tail-weight'],
      beta: draws(4, 5),
      threshold: 2,
    },
    {
      id: 'beta-element-square',
      comment: 'As many rows as classes: β must not be transposed.',
      flags: ['beta-element', 'shapes'],
      ...square,
      beta: draws(5, 5),
      threshold: 2,
    },
    {
      id: 'beta-element-same-columns',
      comment: 'β per element that is the same in every row.',
      flags: ['beta-element'],
      beta: grid([0, 1, 2, 3].map(() => [0.3, 0.8, 1, 0.25, 0.6])),
    },
    {
      id: 'beta-element-on-labels',
      comment: 'β = 1 on every label, 0 elsewhere: plain softmax cross-entropy.',
      flags: ['beta-element', 'positive-kept'],
      beta: grid([0, 1, 2, 3].map((label) => [0, 1, 2, 3, 4].map((j) => Number(j === label)))),
      threshold: 2,
    },
    ...[0, 0.5, 0.9, 1].map((gamma) => ({
      id: `beta-drawn-gamma-${String(gamma).replace('.', '-')}`,
      comment: `β drawn with γ = ${gamma}.`,
      flags: ['beta-drawn', 'beta-element'],
      logits: logits('drawn', 7, 6),
      frequencies: [...FREQUENCIES, 0.0001],
      labels: [0, 1, 2, 3, 4, 5, 1],
      ...drawn(7, 6, { gamma, seed: 7, step: 3, rowOffset: 0 }),
    })),
    {
      id: 'beta-drawn-big-counters',
      comment: 'β drawn with a seed, a step and rows beyond 32 bits, where they may be.',
      flags: ['beta-drawn', 'beta-element'],
      logits: logits('drawn', 7, 6),
      frequencies: [0, 0, 0.5, 0, 0, 0],
      labels: [0, 1, 2, 3, 4, 5, 2],
      ...drawn(7, 6, { gamma: 0.7, seed: 2 ** 53 - 1, step: 2 ** 32 - 1, rowOffset: 2 ** 32 - 3 }),
    },
  ]);
}
