// SPEC N1: what takes no part may hold anything.

import type { Form } from '../../src/format.ts';
import { type Case, grid } from '../../src/oracle/case.ts';
import { base, logits, type Variation, vary, withEntries } from '../base.ts';

const { NaN: NAN, POSITIVE_INFINITY: INF, NEGATIVE_INFINITY: MINUS_INF } = Number;

/** Entries of weight 0: tail classes 1 and 3 in rows of head labels, β = 1 in the softmax form. */
export function excludedCases(form: Form): Case[] {
  const from = { ...base(form), ...(form === 'softmax' && { beta: 1 }), labels: [0, 2, 4, 0] };
  const plain = logits('excluded', 4, 5);
  const values: readonly (readonly [string, number])[] = [
    ['100', 100],
    ['1e4', 1e4],
    ['minus-100', -100],
    ['minus-1e4', -1e4],
    ['infinity', INF],
    ['minus-infinity', MINUS_INF],
    ['nan', NAN],
    ['largest-single', 3.4028234663852886e38],
  ];
  const everywhere = (value: number) => [0, 1, 2, 3].flatMap((row) => [1, 3].map((j) => [row, j, value] as const));
  const labelled = values.flatMap(([name, value]): Variation[] => [
    {
      id: `excluded-${name}`,
      comment: `One excluded entry a row holds ${value}.`,
      flags: ['excluded-maximum', ...(Number.isFinite(value) ? [] : ['excluded-special'])],
      logits: withEntries(
        plain,
        [0, 1, 2, 3].map((row) => [row, row % 2 === 0 ? 1 : 3, value] as const),
      ),
    },
    {
      id: `excluded-all-${name}`,
      comment: `Every excluded entry holds ${value}.`,
      flags: ['excluded-maximum', ...(Number.isFinite(value) ? [] : ['excluded-special'])],
      logits: withEntries(plain, everywhere(value)),
      reduction: 'mean',
    },
  ]);
  const targets = grid([
    [0.5, 0, 0.5, 0, 0],
    [0, 0.5, 0, 0, 0.5],
    [1, 0, 1, 0, 0],
    [0, 0, 0, 1, 0],
  ]);
  const byTargets = [INF, MINUS_INF, NAN, 1e4].map((value): Variation => {
    const name = Number.isNaN(value)
      ? 'nan'
      : value === INF
        ? 'infinity'
        : value === MINUS_INF
          ? 'minus-infinity'
          : '1e4';
    return {
      id: `excluded-targets-${name}`,
      comment: `Excluded entries beside target rows hold ${value}.`,
      flags: ['excluded-maximum', 'target-rows', ...(Number.isFinite(value) ? [] : ['excluded-special'])],
      targets,
      logits: withEntries(plain, [
        [0, 1, value],
        [0, 3, value],
        [1, 3, value],
        [2, 3, value],
        [3, 1, value],
      ]),
    };
  });
  return [
    ...vary('excluded entries', from, labelled),
    ...vary('excluded entries', { ...from, labels: undefined }, byTargets),
  ];
}
