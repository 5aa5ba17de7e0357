// SPEC N2: NaN and infinities in entries that take part.

import type { Form } from '../../src/format.ts';
import { type Case, grid } from '../../src/oracle/case.ts';
import { base, logits, targetBase, type Variation, vary, withEntries } from '../base.ts';

const { NaN: NAN, POSITIVE_INFINITY: INF, NEGATIVE_INFINITY: MINUS_INF } = Number;

/** NaN lost or spread too far, infinities of the wrong kind. */
export function specialCases(form: Form): Case[] {
  return form === 'sigmoid' ? includedSigmoid() : includedSoftmax();
}

function includedSigmoid(): Case[] {
  const plain = logits('included', 4, 5);
  const roles: readonly (readonly [string, string, readonly (readonly [number, number])[]])[] = [
    [
      'label',
      'the label of two rows',
      [
        [0, 0],
        [3, 3],
      ],
    ],
    [
      'negative',
      'a head negative of two rows',
      [
        [0, 2],
        [3, 0],
      ],
    ],
    [
      'background-tail',
      'tail entries of a background row',
      [
        [2, 1],
        [2, 3],
      ],
    ],
  ];
  const values: readonly (readonly [string, number])[] = [
    ['nan', NAN],
    ['infinity', INF],
    ['minus-infinity', MINUS_INF],
  ];
  const single = roles.flatMap(([role, where, places]) =>
    values.flatMap(([name, value]) =>
      (['none', 'mean'] as const).map((reduction) => ({
        id: `included-${name}-${role}-${reduction}`,
        comment: `${value} at ${where}; the other entries and rows keep their values.`,
        flags: ['included-special'],
        labels: [0, 1, 5, 3],
        logits: withEntries(
          plain,
          places.map(([row, column]) => [row, column, value] as const),
        ),
        reduction,
      })),
    ),
  );
  return [
    ...vary('included special values', base('sigmoid'), single),
    ...vary('included special values', targetBase('sigmoid'), [
      {
        id: 'included-targets-special',
        comment: 'Infinities under soft targets cost +Infinity on both sides; NaN stays NaN.',
        flags: ['included-special', 'soft-targets', 'target-rows'],
        logits: withEntries(plain, [
          [0, 0, INF],
          [1, 3, MINUS_INF],
          [2, 4, INF],
          [3, 1, NAN],
        ]),
        reduction: 'none',
      },
      {
        id: 'included-targets-soft-on-tail',
        comment: 'Soft targets on tail classes over infinities of both signs and NaN.',
        flags: ['included-special', 'soft-targets', 'target-rows'],
        targets: grid([
          [0, 0.5, 0, 0, 0],
          [0, 0.25, 0, 0, 0],
          [0, 0, 0, 0.5, 0],
          [0, 1, 0, 0, 0],
        ]),
        logits: withEntries(plain, [
          [0, 1, INF],
          [1, 1, MINUS_INF],
          [2, 3, NAN],
          [3, 1, INF],
        ]),
        reduction: 'none',
      },
      {
        id: 'included-weights-over-special',
        comment: 'Row weights over rows of infinite and NaN loss.',
        flags: ['included-special', 'row-weights'],
        targets: undefined,
        labels: [0, 1, 5, 3],
        rowWeights: [2, 1, 0.5, 0],
        logits: withEntries(plain, [
          [0, 0, MINUS_INF],
          [2, 1, NAN],
          [3, 3, NAN],
        ]),
        reduction: 'none',
      },
    ]),
  ];
}

function includedSoftmax(): Case[] {
  const plain = logits('included', 4, 5);
  const from = { ...base('softmax'), beta: 1 };
  const none = { reduction: 'none' };
  return [
    ...vary('included special values', from, [
      ...(['none', 'mean'] as const).flatMap((reduction): Variation[] => [
        {
          id: `included-nan-${reduction}`,
          comment: 'NaN at a head negative and at a label: the rows are NaN over their included entries only.',
          flags: ['included-special'],
          logits: withEntries(plain, [
            [0, 2, NAN],
            [3, 3, NAN],
          ]),
          reduction,
        },
        {
          id: `included-infinity-${reduction}`,
          comment: '+Infinity at a head negative and at a label: NaN rows.',
          flags: ['included-special'],
          logits: withEntries(plain, [
            [0, 2, INF],
            [3, 3, INF],
          ]),
          reduction,
        },
        {
          id: `included-minus-infinity-${reduction}`,
          comment: '-Infinity at a head negative adds nothing; at a label it costs +Infinity.',
          flags: ['included-special'],
          logits: withEntries(plain, [
            [0, 2, MINUS_INF],
            [3, 3, MINUS_INF],
          ]),
          reduction,
        },
      ]),
      {
        id: 'included-minus-infinity-negatives',
        comment: 'Every included negative is -Infinity: the loss is 0.',
        flags: ['included-special'],
        logits: withEntries(plain, [
          [0, 2, MINUS_INF],
          [0, 4, MINUS_INF],
          [1, 0, MINUS_INF],
          [1, 2, MINUS_INF],
          [1, 4, MINUS_INF],
        ]),
        ...none,
      },
      {
        id: 'included-all-minus-infinity',
        comment: 'Every included logit is -Infinity: there is no distribution, NaN.',
        flags: ['included-special'],
        logits: grid([
          [MINUS_INF, 1, MINUS_INF, 2, MINUS_INF],
          [MINUS_INF, MINUS_INF, MINUS_INF, MINUS_INF, MINUS_INF],
          [0, 1, 0.5, 2, 0],
          [0, 1, 0.5, 2, 0],
        ]),
        ...none,
      },
      {
        id: 'included-all-tail-label-minus-infinity',
        comment: 'All classes tail at β = 1: a label of -Infinity has nothing beside it, NaN; a label of 3 costs 0.',
        flags: ['included-special', 'all-tail'],
        threshold: 2,
        logits: withEntries(plain, [
          [0, 0, MINUS_INF],
          [1, 1, 3],
        ]),
        ...none,
      },
      {
        id: 'included-partly-withheld',
        comment: 'β = 0.9: a tail entry still counts, so NaN and infinities in it show.',
        flags: ['included-special', 'tail-weight'],
        beta: 0.9,
        logits: withEntries(plain, [
          [0, 1, NAN],
          [1, 3, INF],
          [2, 1, MINUS_INF],
        ]),
        ...none,
      },
      {
        id: 'included-weights-over-special',
        comment: 'Row weights over rows of infinite and NaN loss.',
        flags: ['included-special', 'row-weights'],
        rowWeights: [2, 1, 0.5, 0],
        logits: withEntries(plain, [
          [0, 0, MINUS_INF],
          [2, 0, NAN],
          [3, 3, NAN],
        ]),
        ...none,
      },
      {
        id: 'partly-withheld-tall-tail',
        comment: 'β = 0.9 and tail logits 100 and 1e4 above the rest: a tenth of their weight still dominates.',
        flags: ['tail-weight', 'large-logits'],
        beta: 0.9,
        logits: withEntries(plain, [
          [0, 1, 100],
          [1, 3, 1e4],
          [2, 1, 1e4],
          [2, 3, 1e4],
        ]),
      },
    ]),
    ...vary('included special values', { ...targetBase('softmax'), beta: 1 }, [
      {
        id: 'included-targets-special',
        comment: 'NaN, +Infinity and -Infinity under soft and multi-hot targets.',
        flags: ['included-special', 'soft-targets', 'target-rows'],
        logits: withEntries(plain, [
          [0, 1, MINUS_INF],
          [1, 0, NAN],
          [2, 4, INF],
        ]),
        ...none,
      },
    ]),
  ];
}
