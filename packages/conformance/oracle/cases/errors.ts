// SPEC, "Bad input": every code, several ways.

import type { Form } from '../../src/format.ts';
import { base, FREQUENCIES, logits, targetBase, type Variation, vary } from '../base.ts';
import { type Case, type Grid, grid, vector } from '../case.ts';

const { NaN: NAN, POSITIVE_INFINITY: INF, NEGATIVE_INFINITY: MINUS_INF } = Number;

interface Bad extends Omit<Variation, 'flags'> {
  readonly error: string;
}

/** Batches that must be refused, each with the code that says why. */
export function errorCases(form: Form): Case[] {
  const labelled = [...shapes(form), ...labels(form), ...numbers(), ...options(form), ...softmaxOnly(form)];
  return [
    ...vary('bad input', base(form), labelled.map(flagged)),
    ...vary('bad input, target rows', targetBase(form), [...targets(), ...optionsWithTargets(form)].map(flagged)),
  ];
}

function flagged(bad: Bad): Variation {
  return { ...bad, flags: [`error-${bad.error.toLowerCase().replaceAll('_', '-')}`] };
}

function reshaped(shape: readonly number[]): Grid {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: logits('errors', 1, count).data };
}

function shapes(form: Form): Bad[] {
  const rank = (name: string, shape: readonly number[]): Bad => ({
    id: `bad-rank-${name}`,
    comment: `Logits of shape [${shape.join(', ')}].`,
    error: 'RANK',
    logits: reshaped(shape),
  });
  return [
    rank('flat', [20]),
    rank('one-more-axis', [1, 4, 5]),
    rank('three-axes', [2, 2, 5]),
    rank('scalar', []),
    {
      id: 'bad-class-count-background-column',
      comment: 'Logits with C + 1 columns, as for a background column that the gate does not have.',
      error: 'CLASS_COUNT',
      logits: reshaped([4, 6]),
    },
    {
      id: 'bad-class-count-too-few',
      comment: 'Logits with C - 1 columns.',
      error: 'CLASS_COUNT',
      logits: reshaped([4, 4]),
      labels: [0, 1, 2, 3],
    },
    {
      id: 'bad-class-count-transposed',
      comment: 'Logits [5, 4] against five classes.',
      error: 'CLASS_COUNT',
      logits: reshaped([5, 4]),
      labels: [0, 1, 2, 3, 0],
    },
    {
      id: 'bad-class-count-empty-gate',
      comment: 'A gate without classes.',
      error: 'CLASS_COUNT',
      frequencies: [],
    },
    ...[3, 5, 0].map((count) => ({
      id: `bad-row-count-${count}-labels`,
      comment: `${count} labels for 4 rows.`,
      error: 'ROW_COUNT',
      labels: [0, 1, 2, 3, 4].slice(0, count),
    })),
    ...[3, 5].map((count) => ({
      id: `bad-row-count-${count}-row-weights`,
      comment: `${count} row weights for 4 rows.`,
      error: 'ROW_COUNT',
      rowWeights: Array.from({ length: count }, () => 1),
    })),
    ...(form === 'sigmoid'
      ? [3, 5].map((count) => ({
          id: `bad-row-count-${count}-foreground`,
          comment: `${count} foreground entries for 4 rows.`,
          error: 'ROW_COUNT',
          foreground: Array.from({ length: count }, () => 1),
        }))
      : []),
    {
      id: 'bad-dtype-int32',
      comment: 'Logits as 32-bit integers.',
      error: 'DTYPE',
      logits: grid([0, 1, 2, 3].map((i) => [i, 1, -2, 3, 0])),
      integerLogits: true,
    },
    {
      id: 'bad-dtype-int32-mean',
      comment: 'Logits as 32-bit integers with reduction mean.',
      error: 'DTYPE',
      logits: grid([[0, 0, 0, 0, 0]]),
      labels: [0],
      integerLogits: true,
      reduction: 'mean',
    },
  ];
}

function labels(form: Form): Bad[] {
  const bad = (name: string, label: number, what: string): Bad => ({
    id: `bad-label-${name}`,
    comment: `A label of ${label}: ${what}.`,
    error: 'LABEL_RANGE',
    labels: [0, 1, 2, label],
  });
  return [
    bad('minus-2', -2, 'only -1 means ignored'),
    bad('minus-100', -100, 'the ignore index of another library'),
    bad('beyond-background', 6, 'beyond background'),
    bad('fraction', 1.5, 'no integer'),
    bad('huge', 2 ** 31, 'beyond 32 bits'),
    bad('255', 255, 'the ignore index of segmentation masks'),
    ...(form === 'softmax' ? [bad('background', 5, 'the softmax form has no background label')] : []),
  ];
}

function numbers(): Bad[] {
  const at = (list: readonly number[], place: number, value: number): number[] =>
    list.map((old, j) => (j === place ? value : old));
  const values: readonly (readonly [string, number])[] = [
    ['negative', -0.001],
    ['nan', NAN],
    ['infinity', INF],
    ['minus-infinity', MINUS_INF],
  ];
  return values.flatMap(([name, value]): Bad[] => [
    {
      id: `bad-frequency-${name}`,
      comment: `A frequency of ${value}.`,
      error: 'FREQUENCY_RANGE',
      frequencies: at(FREQUENCIES, 2, value),
    },
    { id: `bad-threshold-${name}`, comment: `λ = ${value}.`, error: 'THRESHOLD_RANGE', threshold: value },
    {
      id: `bad-row-weight-${name}`,
      comment: `A row weight of ${value}.`,
      error: 'ROW_WEIGHT_RANGE',
      rowWeights: [1, 1, value, 1],
    },
    {
      id: `bad-normalizer-${name}`,
      comment: `A normalizer of ${value}.`,
      error: 'NORMALIZER_RANGE',
      normalizer: value,
      reduction: 'mean',
    },
  ]);
}

function options(form: Form): Bad[] {
  return [
    {
      id: 'bad-threshold-missing',
      comment: 'λ is missing: there is no default.',
      error: 'THRESHOLD_RANGE',
      threshold: undefined,
    },
    {
      id: 'bad-normalizer-zero',
      comment: 'A normalizer of 0.',
      error: 'NORMALIZER_RANGE',
      normalizer: 0,
      reduction: 'mean',
    },
    ...['sum', 'none'].map((reduction) => ({
      id: `bad-normalizer-with-${reduction}`,
      comment: `A normalizer with reduction ${reduction} would have no effect.`,
      error: 'NORMALIZER_RANGE',
      normalizer: 4,
      reduction,
    })),
    ...[
      ['average', 'avg'],
      ['upper-case', 'MEAN'],
      ['empty', ''],
      ['other-library', 'batchmean'],
    ].map(([name, reduction]) => ({
      id: `bad-reduction-${name}`,
      comment: `A reduction called "${reduction}".`,
      error: 'REDUCTION',
      reduction,
    })),
    {
      id: 'bad-neither-labels-nor-targets',
      comment: 'Neither labels nor targets.',
      error: 'UNSUPPORTED',
      labels: undefined,
    },
    {
      id: 'bad-labels-and-targets',
      comment: 'Labels and targets together.',
      error: 'UNSUPPORTED',
      targets: { shape: [4, 5], data: Array.from({ length: 20 }, (_, at) => Number(at % 6 === 0)) },
    },
    { id: 'bad-released', comment: 'Use after release.', error: 'DISPOSED', released: true },
    {
      id: 'bad-released-mean',
      comment: 'Use after release, reduction mean.',
      error: 'DISPOSED',
      released: true,
      reduction: 'mean',
    },
    ...(form === 'sigmoid' ? sigmoidOnly() : []),
  ];
}

function sigmoidOnly(): Bad[] {
  return [
    { id: 'bad-beta-number', comment: 'The sigmoid form has no β.', error: 'UNSUPPORTED', beta: 0.5 },
    { id: 'bad-beta-zero', comment: 'The sigmoid form has no β, not even 0.', error: 'UNSUPPORTED', beta: 0 },
    {
      id: 'bad-beta-class',
      comment: 'The sigmoid form has no β per class.',
      error: 'UNSUPPORTED',
      beta: vector([1, 1, 1, 1, 1]),
    },
    ...[2, -1, 0.5, 255].map((value) => ({
      id: `bad-foreground-${String(value).replace('-', 'minus-').replace('.', '-')}`,
      comment: `A foreground entry of ${value}.`,
      error: 'FOREGROUND_RANGE',
      foreground: [1, value, 0, 1],
    })),
  ];
}

function softmaxOnly(form: Form): Bad[] {
  if (form === 'sigmoid') return [];
  const values: readonly (readonly [string, number])[] = [
    ['negative', -0.1],
    ['above-one', 1 + 2 ** -52],
    ['nan', NAN],
    ['infinity', INF],
  ];
  return [
    { id: 'bad-beta-missing', comment: 'β is missing: there is no default.', error: 'BETA_RANGE', beta: undefined },
    ...values.flatMap(([name, value]): Bad[] => [
      { id: `bad-beta-${name}`, comment: `β = ${value}.`, error: 'BETA_RANGE', beta: value },
      {
        id: `bad-beta-class-${name}`,
        comment: `β = ${value} for one tail class.`,
        error: 'BETA_RANGE',
        beta: vector([0.5, value, 0.5, 0.5, 0.5]),
      },
      {
        id: `bad-beta-element-${name}`,
        comment: `β = ${value} at one element of a tail class.`,
        error: 'BETA_RANGE',
        beta: { shape: [4, 5], data: Array.from({ length: 20 }, (_, at) => (at === 13 ? value : 0.5)) },
      },
    ]),
    {
      id: 'bad-beta-head-class',
      comment: 'β = 2 for a head class, where it would have no effect.',
      error: 'BETA_RANGE',
      beta: vector([0.5, 0.5, 2, 0.5, 0.5]),
    },
    ...[4, 6, 1].map((count) => ({
      id: `bad-class-count-${count}-betas`,
      comment: `${count} values of β for 5 classes and 4 rows.`,
      error: 'CLASS_COUNT',
      beta: vector(Array.from({ length: count }, () => 0.5)),
    })),
    {
      id: 'bad-class-count-beta-rows',
      comment: 'β per element with a row too many.',
      error: 'CLASS_COUNT',
      beta: { shape: [5, 5], data: Array.from({ length: 25 }, () => 0.5) },
    },
    ...[1, 0].map((value) => ({
      id: `bad-foreground-of-${value}`,
      comment: `The softmax form has no foreground, be it all ${value}.`,
      error: 'UNSUPPORTED',
      foreground: [value, value, value, value],
    })),
  ];
}

function targets(): Bad[] {
  const values: readonly (readonly [string, number])[] = [
    ['negative', -0.25],
    ['minus-one', -1],
    ['above-one', 1 + 2 ** -23],
    ['two', 2],
    ['nan', NAN],
    ['infinity', INF],
  ];
  const filled = (rows: number, columns: number): Grid => ({
    shape: [rows, columns],
    data: Array.from({ length: rows * columns }, (_, at) => Number(at % (columns + 1) === 0)),
  });
  return [
    ...values.map(([name, value]) => ({
      id: `bad-target-${name}`,
      comment: `A target of ${value}.`,
      error: 'TARGET_RANGE',
      targets: { shape: [4, 5], data: Array.from({ length: 20 }, (_, at) => (at === 7 ? value : 0.5)) },
    })),
    ...[3, 5, 0].map((rows) => ({
      id: `bad-row-count-${rows}-targets`,
      comment: `${rows} target rows for 4 rows.`,
      error: 'ROW_COUNT',
      targets: filled(rows, 5),
    })),
    ...[4, 6].map((columns) => ({
      id: `bad-class-count-${columns}-target-columns`,
      comment: `Target rows with ${columns} columns for 5 classes.`,
      error: 'CLASS_COUNT',
      targets: filled(4, columns),
    })),
  ];
}

function optionsWithTargets(form: Form): Bad[] {
  return [
    {
      id: 'bad-targets-rank-flat',
      comment: 'Flat logits beside target rows.',
      error: 'RANK',
      logits: reshaped([20]),
    },
    {
      id: 'bad-targets-dtype-int32',
      comment: 'Logits as 32-bit integers beside target rows.',
      error: 'DTYPE',
      logits: grid([0, 1, 2, 3].map((i) => [i, 1, -2, 3, 0])),
      integerLogits: true,
    },
    { id: 'bad-targets-released', comment: 'Use after release; target rows.', error: 'DISPOSED', released: true },
    {
      id: 'bad-targets-row-weight-negative',
      comment: 'A negative row weight; target rows.',
      error: 'ROW_WEIGHT_RANGE',
      rowWeights: [1, -1, 1, 1],
    },
    form === 'sigmoid'
      ? { id: 'bad-targets-beta', comment: 'β in the sigmoid form; target rows.', error: 'UNSUPPORTED', beta: 0.9 }
      : {
          id: 'bad-targets-foreground',
          comment: 'Foreground in the softmax form; target rows.',
          error: 'UNSUPPORTED',
          foreground: [1, 1, 1, 0],
        },
  ];
}
