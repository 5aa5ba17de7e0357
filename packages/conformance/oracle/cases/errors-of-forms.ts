// SPEC, "Bad input": what is wrong in one form only.

import { vector } from '../../src/oracle/case.ts';
import type { Variation } from '../base.ts';

const { NaN: NAN, POSITIVE_INFINITY: INF } = Number;

/** A batch that must be refused, with the code that says why. */
export interface Bad extends Omit<Variation, 'flags'> {
  readonly error: string;
}

/** β in the sigmoid form, and foreground entries that are neither 0 nor 1. */
export function sigmoidOnly(): Bad[] {
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

/** β missing, out of range or of another length, and foreground in the softmax form. */
export function softmaxOnly(): Bad[] {
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
