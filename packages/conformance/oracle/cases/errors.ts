// SPEC, "Bad input": every code, several ways.

import type { Form } from '../../src/format.ts';
import { type Case, type Grid, grid } from '../../src/oracle/case.ts';
import { base, FREQUENCIES, targetBase, type Variation, vary } from '../base.ts';
import { reshaped, shapes } from './error-shapes.ts';
import { type Bad, sigmoidOnly, softmaxOnly } from './errors-of-forms.ts';

const { NaN: NAN, POSITIVE_INFINITY: INF, NEGATIVE_INFINITY: MINUS_INF } = Number;

/** Batches that must be refused, each with the code that says why. */
export function errorCases(form: Form): Case[] {
  const ofForm = form === 'sigmoid' ? sigmoidOnly() : softmaxOnly();
  const labelled = [...shapes(form), ...labels(form), ...numbers(), ...options(), ...ofForm];
  return [
    ...vary('bad input', base(form), labelled.map(flagged)),
    ...vary('bad input, target rows', targetBase(form), [...targets(), ...optionsWithTargets(form)].map(flagged)),
  ];
}

function flagged(bad: Bad): Variation {
  return { ...bad, flags: [`error-${bad.error.toLowerCase().replaceAll('_', '-')}`] };
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

function options(): Bad[] {
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
