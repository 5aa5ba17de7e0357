// SPEC N3 and N4: large logits, subnormal numbers, and what only a double can tell. Small losses: small-losses.ts.

import type { Form } from '../../src/format.ts';
import { type Case, grid } from '../../src/oracle/case.ts';
import { base, logits, TARGETS, type Variation, vary, withEntries } from '../base.ts';

/** The largest finite number of single precision. */
const LARGEST_SINGLE = (2 - 2 ** -23) * 2 ** 127;

/** Where naive formulas overflow, underflow or lose digits. */
export function magnitudeCases(form: Form): Case[] {
  return [
    ...vary('large logits', base(form), largeLogits(form)),
    ...vary('doubles', { ...base(form), dtypes: ['float64'] }, doublesOnly(form)),
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
    ...largestLogits(form),
    ...(form === 'sigmoid'
      ? [
          {
            id: 'large-negatives-of-background',
            comment:
              'Background rows of many large logits: Π (1 + e^z) passes every range, while its logarithm is small.',
            flags: ['large-logits', 'background'],
            logits: grid([
              [104, 104, 104, 104, 104],
              [250, 240, 230, -250, 220],
              [88, 60, 88, 60, 88],
              [290, -290, 290, 290, 290],
            ]),
            labels: [5, 5, 5, 5],
          },
        ]
      : []),
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

/** Logits of ±3.4e38. Losses and their sums stay within single precision. */
function largestLogits(form: Form): Variation[] {
  const [high, low] = [LARGEST_SINGLE, -LARGEST_SINGLE];
  const flags = ['largest-logits'];
  if (form === 'sigmoid') {
    return [
      {
        id: 'largest-agree',
        comment: 'The largest finite logits, each on the side of its label: no loss. A tail positive, a gated entry.',
        flags,
        logits: grid([
          [high, low, low, low, low],
          [low, high, low, low, low],
          [low, high, high, low, low],
          [low, low, low, low, low],
        ]),
        labels: [0, 1, 2, 5],
      },
      {
        id: 'largest-cost',
        comment: 'One label at the lowest finite logit costs the largest finite loss.',
        flags,
        logits: grid([[low, 0, 1, 2, -3]]),
        labels: [0],
      },
    ];
  }
  return [
    {
      id: 'largest-uniform',
      comment:
        'Every logit of a row is the lowest finite one, as masks have it, or the largest: a uniform distribution.',
      flags,
      logits: grid([low, high, low, high].map((value) => [value, value, value, value, value])),
    },
    {
      id: 'largest-uniform-beta-1',
      comment: 'The same beside excluded entries, and beside -Infinity.',
      flags: [...flags, 'beta-number'],
      beta: 1,
      logits: grid([
        [low, low, low, low, low],
        [high, high, high, high, high],
        [low, Number.NEGATIVE_INFINITY, low, 0, low],
        [low, high, Number.NEGATIVE_INFINITY, low, low],
      ]),
      labels: [0, 1, 2, 4],
    },
    {
      id: 'largest-agree',
      comment: 'The label is the largest finite logit, or 0 above the lowest: the others vanish beside it.',
      flags,
      logits: grid([
        [high, low, low, low, low],
        [low, high, 0, 1, low],
        [low, low, 0, low, low],
        [low, low, low, high, 0],
      ]),
    },
    {
      id: 'largest-targets',
      comment: 'Soft and multi-hot target rows over logits that are all the lowest finite one.',
      flags: [...flags, 'target-rows'],
      logits: grid([0, 1, 2, 3].map(() => [low, low, low, low, low])),
      labels: undefined,
      targets: TARGETS,
    },
  ];
}

function doublesOnly(form: Form): Variation[] {
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
    ...(form === 'softmax' ? [tiniestWeights()] : []),
  ];
}

/** With β = 1 the weight of a tail entry is its target. */
function tiniestWeights(): Variation {
  return {
    id: 'double-targets-subnormal',
    comment:
      'Tail targets of 5e-324 and 1e-310 at the largest logit: a maximum that leaves weights out loses all other terms.',
    flags: ['double-precision', 'subnormal', 'target-rows'],
    beta: 1,
    labels: undefined,
    targets: grid([
      [1, 5e-324, 0, 0, 0],
      [0.5, 5e-324, 0.5, 0, 0],
      [0, 1e-310, 0, 5e-324, 1],
      [0, 1e-300, 1, 0, 0],
    ]),
    logits: grid([
      [0, 740, -3, 9, 1],
      [0, 800, 1, 0, -800],
      [2, 715, 0.5, 744, 1],
      [700, 1390, 699, 0, 3],
    ]),
  };
}
