// SPEC X1 to X7: β of every kind, and which entries enter the normalizer of the softmax form.

import { base, FREQUENCIES, logits, TARGETS, targetBase, type Variation, vary, withEntries } from '../base.ts';
import { type Case, type Grid, grid, vector } from '../case.ts';
import { createRandom } from '../random.ts';
import { SEED } from '../suite.ts';
import { drawn } from './partition.ts';

/** β as a number, per class and per element; every kind of target. */
export function softmaxCases(): Case[] {
  return [...betaCases(), ...perClassCases(), ...perElementCases(), ...targetCases(), ...shapeCases()];
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

function betaCases(): Case[] {
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

function targetCases(): Case[] {
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

function shapeCases(): Case[] {
  return [
    ...vary('shapes', base('softmax'), [
      {
        id: 'shape-one-class',
        comment: 'One class: the loss is 0.',
        flags: ['shapes'],
        logits: grid([[0.75], [-1.5]]),
        frequencies: [0.001],
        labels: [0, 0],
      },
      {
        id: 'shape-two-classes',
        comment: 'Two classes of one logit: ln 2 when plain, ln 1.1 and ln 2 with a tail class.',
        flags: ['shapes', 'tail-weight'],
        logits: grid([
          [0, 0],
          [0, 0],
        ]),
        frequencies: [0.5, 0.001],
        labels: [0, 1],
      },
      {
        id: 'shape-one-row',
        comment: 'One row.',
        flags: ['shapes'],
        logits: logits('one-row', 1, 5),
        labels: [2],
        reduction: 'mean',
      },
      {
        id: 'shape-many-classes',
        comment: 'More than 2,000 classes in a row.',
        flags: ['shapes', 'many-classes'],
        logits: logits('many-classes', 2, 2049),
        frequencies: Array.from({ length: 2049 }, (_, j) => (j % 3 === 0 ? 0.001 : 0.01)),
        labels: [2048, 1026],
        dictionary: true,
      },
      {
        id: 'shape-many-rows',
        comment: 'More rows than classes by far.',
        flags: ['shapes'],
        logits: logits('many-rows', 131, 3),
        frequencies: [0.5, 0.0001, 0.02],
        labels: Array.from({ length: 131 }, (_, i) => i % 3),
      },
    ]),
    ...vary('shapes, target rows', targetBase('softmax'), [
      {
        id: 'shape-one-row-targets',
        comment: 'One row of soft targets.',
        flags: ['shapes', 'target-rows', 'soft-targets'],
        logits: logits('one-row', 1, 5),
        targets: { shape: [1, 5], data: Array.from(TARGETS.data).slice(0, 5) },
      },
    ]),
  ];
}
