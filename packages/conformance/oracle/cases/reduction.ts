// SPEC R1 to R5: reductions, divisors, row weights, ignored rows, empty batches.

import type { Form } from '../../src/format.ts';
import { type Case, grid } from '../../src/oracle/case.ts';
import { base, logits, targetBase, type Variation, vary, withEntries } from '../base.ts';

const REDUCTIONS = ['none', 'sum', 'mean'] as const;
const WEIGHTS: readonly number[] = [1, 2.5, 0.25, 3];
const SOME_ZERO: readonly number[] = [0, 2, 1, 0];

/** Every reduction against everything that changes the divisor, and everything that must not. */
export function reductionCases(form: Form): Case[] {
  const kinds = { labels: base(form), targets: targetBase(form) };
  return [
    ...Object.entries(kinds).flatMap(([kind, from]) => [
      ...vary(
        `reduction, ${kind}`,
        from,
        REDUCTIONS.flatMap((reduction) => byReduction(kind, reduction)),
      ),
      ...vary(`reduction, ${kind}`, from, divisors(kind)),
    ]),
    ...vary('ignored rows', base(form), REDUCTIONS.flatMap(ignored)),
    ...vary('ignored rows', base(form), ignoredMore(form)),
    ...vary(
      'empty batches',
      base(form),
      REDUCTIONS.map((reduction) => empty(form, reduction)),
    ),
    ...emptyTargets(form),
  ];
}

function byReduction(kind: string, reduction: string): Variation[] {
  const flags = kind === 'targets' ? ['target-rows'] : [];
  return [
    {
      id: `reduction-${reduction}-${kind}`,
      comment: `Reduction ${reduction}.`,
      flags: ['reduction', ...flags],
      reduction,
    },
    {
      id: `row-weights-${reduction}-${kind}`,
      comment: `Row weights with reduction ${reduction}: they scale rows, never the divisor.`,
      flags: ['row-weights', 'reduction', ...flags],
      reduction,
      rowWeights: WEIGHTS,
    },
    {
      id: `row-weights-zero-${reduction}-${kind}`,
      comment: `Rows of weight 0 with reduction ${reduction}: no loss, no gradient, still counted by the mean.`,
      flags: ['row-weights', 'row-weight-zero', ...flags],
      reduction,
      rowWeights: SOME_ZERO,
    },
    {
      id: `row-weight-zero-holds-nan-${reduction}-${kind}`,
      comment: `Rows of weight 0 that hold NaN and infinities, reduction ${reduction}.`,
      flags: ['row-weight-zero', 'excluded-special', ...flags],
      reduction,
      rowWeights: SOME_ZERO,
      logits: withEntries(logits('weights', 4, 5), [
        [0, 0, Number.NaN],
        [0, 3, Number.POSITIVE_INFINITY],
        [3, 3, Number.NEGATIVE_INFINITY],
        [3, 1, Number.NaN],
        [3, 4, Number.POSITIVE_INFINITY],
      ]),
    },
  ];
}

function divisors(kind: string): Variation[] {
  const flags = kind === 'targets' ? ['target-rows'] : [];
  const mean = { reduction: 'mean' };
  const normalizers: readonly (readonly [string, number])[] = [
    ['1', 1],
    ['half', 0.5],
    ['7-5', 7.5],
    ['512', 512],
    ['third', 1 / 3],
  ];
  return [
    ...normalizers.map(([name, normalizer]) => ({
      id: `normalizer-${name}-${kind}`,
      comment: `The mean divided by ${normalizer} instead of the number of rows.`,
      flags: ['normalizer', ...flags],
      ...mean,
      normalizer,
    })),
    {
      id: `normalizer-with-row-weights-${kind}`,
      comment: 'Normalizer and row weights together: Σ weight loss / normalizer.',
      flags: ['normalizer', 'row-weights', ...flags],
      ...mean,
      normalizer: 3,
      rowWeights: WEIGHTS,
    },
    {
      id: `row-weights-one-${kind}`,
      comment: 'Row weights of 1 change nothing.',
      flags: ['row-weights', ...flags],
      ...mean,
      rowWeights: [1, 1, 1, 1],
    },
    {
      id: `row-weights-all-zero-${kind}`,
      comment: 'All row weights 0: loss 0 and no NaN from a divisor of 0.',
      flags: ['row-weights', 'row-weight-zero', ...flags],
      ...mean,
      rowWeights: [0, 0, 0, 0],
    },
    {
      id: `row-weights-small-${kind}`,
      comment: 'Small row weights: a divisor of their sum would show.',
      flags: ['row-weights', ...flags],
      ...mean,
      rowWeights: [2 ** -10, 2 ** -12, 2 ** -11, 2 ** -10],
    },
  ];
}

function ignored(reduction: string): Variation[] {
  return [
    {
      id: `ignored-${reduction}`,
      comment: `Two ignored rows, reduction ${reduction}: not counted by the mean.`,
      flags: ['ignored', 'reduction'],
      labels: [-1, 1, 2, -1],
      reduction,
    },
    {
      id: `ignored-holds-nan-${reduction}`,
      comment: `Ignored rows that hold NaN and infinities, reduction ${reduction}.`,
      flags: ['ignored', 'excluded-special'],
      labels: [-1, 1, 2, -1],
      logits: withEntries(logits('ignored', 4, 5), [
        [0, 0, Number.NaN],
        [0, 1, Number.POSITIVE_INFINITY],
        [3, 4, Number.NEGATIVE_INFINITY],
        [3, 2, Number.NaN],
      ]),
      reduction,
    },
    {
      id: `ignored-all-${reduction}`,
      comment: `Every row ignored, reduction ${reduction}: zeros, no NaN.`,
      flags: ['ignored', 'empty'],
      labels: [-1, -1, -1, -1],
      logits: withEntries(logits('ignored', 4, 5), [[2, 2, Number.NaN]]),
      reduction,
    },
  ];
}

function ignoredMore(form: Form): Variation[] {
  const mean = { reduction: 'mean' };
  return [
    {
      id: 'ignored-with-normalizer',
      comment: 'A normalizer replaces the count, ignored rows or not.',
      flags: ['ignored', 'normalizer'],
      ...mean,
      labels: [-1, 1, 2, -1],
      normalizer: 4,
    },
    {
      id: 'ignored-all-with-normalizer',
      comment: 'Every row ignored, with a normalizer.',
      flags: ['ignored', 'normalizer', 'empty'],
      ...mean,
      labels: [-1, -1, -1, -1],
      normalizer: 8,
    },
    {
      id: 'ignored-with-row-weights',
      comment: 'Ignored rows and rows of weight 0: the first are not counted, the second are.',
      flags: ['ignored', 'row-weights', 'row-weight-zero'],
      ...mean,
      labels: [-1, 1, 2, 3],
      rowWeights: [5, 0, 2, 0.5],
    },
    ...(form === 'sigmoid'
      ? [
          {
            id: 'mean-counts-background',
            comment: 'Background rows are counted by the mean, ignored rows are not.',
            flags: ['background', 'ignored', 'reduction'],
            ...mean,
            labels: [0, 5, -1, 5],
          },
          {
            id: 'mean-of-background-only',
            comment: 'The mean over background rows only.',
            flags: ['background', 'reduction'],
            ...mean,
            labels: [5, 5, 5, 5],
          },
        ]
      : []),
  ];
}

function empty(form: Form, reduction: string): Variation {
  return {
    id: `empty-${reduction}`,
    comment: `No rows, reduction ${reduction}.`,
    flags: ['empty'],
    logits: grid([], 5),
    labels: [],
    ...(form === 'softmax' && { beta: 0.9 }),
    reduction,
  };
}

function emptyTargets(form: Form): Case[] {
  const nothing = grid([], 5);
  return vary('empty batches', targetBase(form), [
    {
      id: 'empty-targets',
      comment: 'No rows, with targets, row weights and a normalizer.',
      flags: ['empty', 'target-rows', 'normalizer', 'row-weights'],
      logits: nothing,
      targets: nothing,
      rowWeights: [],
      reduction: 'mean',
      normalizer: 16,
    },
    ...(form === 'softmax'
      ? [
          {
            id: 'empty-beta-element',
            comment: 'No rows, with β per element.',
            flags: ['empty', 'beta-element', 'target-rows'],
            logits: nothing,
            targets: nothing,
            beta: nothing,
            reduction: 'mean',
          },
        ]
      : [
          {
            id: 'empty-foreground',
            comment: 'No rows, with an explicit foreground.',
            flags: ['empty', 'foreground-explicit', 'target-rows'],
            logits: nothing,
            targets: nothing,
            foreground: [],
            reduction: 'sum',
          },
        ]),
  ]);
}
