// SPEC N1 to N4: what excluded entries may hold, what included ones give, and where naive formulas break.

import type { Form } from '../../src/format.ts';
import { base, FREQUENCIES, logits, targetBase, type Variation, vary, withEntries } from '../base.ts';
import { type Case, grid } from '../case.ts';

const { NaN: NAN, POSITIVE_INFINITY: INF, NEGATIVE_INFINITY: MINUS_INF } = Number;

/** Everything about special values, large logits and small losses that both forms share, and each form's own. */
export function numericsCases(form: Form): Case[] {
  return [
    ...excluded(form),
    ...vary('large logits', base(form), largeLogits(form)),
    ...vary('doubles', { ...base(form), dtypes: ['float64'] }, doublesOnly()),
    ...included(form),
    ...smallLosses(form),
  ];
}

/** Entries of weight 0: tail classes 1 and 3 in rows of head labels, β = 1 in the softmax form. */
function excluded(form: Form): Case[] {
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

function largeLogits(form: Form): Variation[] {
  const signs = [1, -1];
  const sizes: readonly (readonly [string, number, string])[] = [
    ['88-8', 88.8, 'e^88.8 overflows single precision'],
    ['104', 104, 'e^-104 underflows single precision'],
    ['750', 750, 'e^750 overflows double precision'],
    ['1e4', 1e4, 'the largest logits that single precision must bear'],
  ];
  const mixed = (size: number) =>
    grid([
      [size, -size, 0, 1, -1],
      [-size, size, 0.5, 2, size],
      [0, size, -size, -size, 1],
      [size, size, size, size, -size],
    ]);
  return [
    ...sizes.flatMap(([name, size, why]): Variation[] => [
      {
        id: `large-${name}`,
        comment: `Logits of ±${size}, on labels and beside them: ${why}.`,
        flags: ['large-logits'],
        logits: mixed(size),
      },
      {
        id: `large-${name}-every-label`,
        comment: `Logits of ±${size} with head labels, mean.`,
        flags: ['large-logits', 'reduction'],
        logits: mixed(size),
        labels: form === 'sigmoid' ? [0, 0, 5, 4] : [0, 0, 4, 4],
        reduction: 'mean',
      },
      ...signs.map((sign) => ({
        id: `large-${sign > 0 ? 'all-plus' : 'all-minus'}-${name}`,
        comment: `Every logit near ${sign * size}.`,
        flags: ['large-logits', 'logit-differences'],
        logits: {
          shape: [4, 5],
          data: Array.from(logits('large', 4, 5).data, (value) => Math.round(8 * value) / 8 + sign * Math.round(size)),
        },
      })),
    ]),
    {
      id: 'logits-subnormal',
      comment: 'Logits that are subnormal in single precision count as 0 to any accuracy.',
      flags: ['subnormal'],
      logits: grid([
        [1e-40, -1e-40, 1e-45, 0, -1e-45],
        [0, 1e-39, -1e-39, 1e-42, 1],
        [1e-38, 1e-40, 2, -1e-38, 0],
        [0, 0, 0, 1e-41, 0],
      ]),
    },
    {
      id: 'logits-zero-signs',
      comment: 'Logits of 0 and -0 are the same.',
      flags: ['subnormal'],
      logits: grid([
        [0, -0, 0, -0, 0],
        [-0, -0, -0, -0, -0],
        [0, 0, 0, 0, 0],
        [-0, 0, -0, 0, -0],
      ]),
    },
    {
      id: 'logits-equal',
      comment: 'All logits of a row are equal.',
      flags: ['logit-differences'],
      logits: grid([7, -7, 0.5, 30].map((value) => [value, value, value, value, value])),
    },
    {
      id: 'logits-far-label',
      comment: 'The label lies 50 below the rest: a loss near 50 that an epsilon in the logarithm would cap at 16.',
      flags: ['no-epsilon'],
      logits: withEntries(logits('far-label', 4, 5), [
        [0, 0, -50],
        [1, 1, -30],
        [2, 2, -70],
        [3, 3, -40],
      ]),
    },
    {
      id: 'logits-far-negative',
      comment: 'Head negatives of 20 to 60: losses that a clamped probability would cap.',
      flags: ['no-epsilon'],
      logits: withEntries(logits('far-negative', 4, 5), [
        [0, 2, 50],
        [1, 4, 20],
        [2, 0, 60],
        [3, 2, 35],
      ]),
    },
    {
      id: 'logits-confident',
      comment: 'Labels 8 to 17 above the rest: gradients near 0 that a clamp would stop.',
      flags: ['no-epsilon'],
      logits: withEntries(logits('confident', 4, 5), [
        [0, 0, 12],
        [1, 1, 17],
        [2, 2, 9],
        [3, 3, 14],
      ]),
    },
  ];
}

function doublesOnly(): Variation[] {
  const tenths = [0.1, -0.2, 0.3, 1.1, -2.7, 3.3, 0.7, -1.9];
  return [
    {
      id: 'double-logits',
      comment: 'Logits that single precision cannot hold.',
      flags: ['double-precision'],
      logits: { shape: [4, 5], data: Array.from({ length: 20 }, (_, at) => tenths[at % 8] * (1 + at / 7)) },
    },
    {
      id: 'double-logits-subnormal',
      comment: 'Logits of 1e-300 and subnormal doubles.',
      flags: ['double-precision', 'subnormal'],
      logits: grid([
        [1e-300, -1e-300, 5e-324, 0, 1e-310],
        [-5e-324, 1e-320, 0, 1e-308, 2],
        [1e-200, 1, 1e-300, -1e-310, 0],
        [0, 0, 0, 1e-305, -1e-305],
      ]),
    },
    {
      id: 'double-logits-close',
      comment: 'Logits near 1000 that differ by 1e-9 to 1e-12.',
      flags: ['double-precision', 'logit-differences'],
      logits: { shape: [4, 5], data: Array.from({ length: 20 }, (_, at) => 1000 + (at % 7) * 1e-9 + (at % 5) * 1e-12) },
    },
  ];
}

function included(form: Form): Case[] {
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

/** Judged by digits alone: an implementation that forms 1 + e^-x, or p - 1, in its own precision loses them. */
function smallLosses(form: Form): Case[] {
  const flags = ['small-losses'];
  const judge = 'relative';
  if (form === 'sigmoid') {
    const sizes = [10, 15.25, 20, 30.5, 45, 60];
    const row = (size: number, label: number): number[] => [0, 1, 2].map((j) => (j === label ? size : -size - j));
    const shared = { judge, frequencies: FREQUENCIES.slice(0, 3) } as const;
    return vary('small losses', base('sigmoid'), [
      ...(['none', 'sum', 'mean'] as const).map((reduction) => ({
        ...shared,
        id: `small-losses-${reduction}`,
        comment: 'Every entry agrees with its label by 10 to 60: losses from 1e-4 down to 1e-26.',
        flags,
        logits: grid(sizes.map((size, i) => row(size, i % 3))),
        labels: sizes.map((_, i) => i % 3),
        reduction,
      })),
      ...sizes.map((size) => ({
        ...shared,
        id: `small-losses-background-${String(size).replace('.', '-')}`,
        comment: `A background row of -${size}: softplus(-${size}) is not 0.`,
        flags: [...flags, 'background'],
        logits: grid([[-size, -size - 1, -size - 0.5]]),
        labels: [3],
      })),
      {
        ...shared,
        id: 'small-losses-targets',
        comment: 'One-hot target rows that agree with the logits by 20 and 40.',
        flags: [...flags, 'target-rows'],
        logits: grid([
          [20, -20, -21],
          [-40, 40, -41],
        ]),
        labels: undefined,
        targets: grid([
          [1, 0, 0],
          [0, 1, 0],
        ]),
      },
    ]);
  }
  const gaps = [5, 12, 20, 30, 36, 45, 60];
  return vary('small losses', { ...base('softmax'), dtypes: ['float64'] }, [
    ...(['none', 'sum', 'mean'] as const).map((reduction) => ({
      judge: 'relative' as const,
      id: `small-losses-${reduction}`,
      comment: 'The label lies 5 to 60 above the rest: losses from 1e-2 down to 1e-26.',
      flags,
      logits: grid(gaps.map((gap, i) => [0, 1, 2, 3, 4].map((j) => (j === i % 5 ? gap : -j / 4)))),
      labels: gaps.map((_, i) => i % 5),
      reduction,
    })),
    {
      judge: 'relative' as const,
      id: 'small-losses-beta-1',
      comment: 'β = 1: only the head classes make the small loss.',
      flags,
      beta: 1,
      logits: grid(gaps.map((gap, i) => [0, 1, 2, 3, 4].map((j) => (j === i % 5 ? gap : j / 4)))),
      labels: gaps.map((_, i) => i % 5),
    },
    {
      judge: 'relative' as const,
      id: 'small-losses-offset',
      comment: 'The same gaps around a logit of 512.',
      flags: [...flags, 'logit-differences'],
      logits: grid(gaps.map((gap, i) => [0, 1, 2, 3, 4].map((j) => (j === i % 5 ? 512 + gap : 512 - j / 4)))),
      labels: gaps.map((_, i) => i % 5),
    },
  ]);
}
