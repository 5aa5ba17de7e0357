// SPEC P1, P2 and X5: shards of rows and classes with one normalizer, and draws keyed by the global row.

import type { Form } from '../../src/format.ts';
import type { Case, Grid } from '../../src/oracle/case.ts';
import { type Draw, drawBeta } from '../../src/oracle/philox.ts';
import { base, FREQUENCIES, logits, targetBase, type Variation, vary } from '../base.ts';

/** β `[rows, classes]` as drawn, with its provenance. */
export function drawn(rows: number, classes: number, draw: Draw): { readonly beta: Grid; readonly draw: Draw } {
  return { beta: { shape: [rows, classes], data: drawBeta(rows, classes, draw) }, draw };
}

/** A whole batch and its parts; every part is a test of its own, with the divisor of the whole. */
export function partitionCases(form: Form): Case[] {
  return [...rowShards(form), ...(form === 'sigmoid' ? classShards() : softmaxClasses())];
}

const SHARDS: readonly (readonly [string, number, number])[] = [
  ['whole', 0, 7],
  ['part-1', 0, 3],
  ['part-2', 3, 6],
  ['part-3', 6, 7],
];

function rowShards(form: Form): Case[] {
  const all = logits('shards', 7, 5);
  const labels = form === 'sigmoid' ? [0, 5, 3, -1, 1, 2, 4] : [0, 4, 3, -1, 1, 2, 4];
  const rowWeights = [1, 0.5, 1, 1, 0, 2, 1];
  const shards = SHARDS.flatMap(([name, from, to]): Variation[] => {
    const shared = {
      flags: ['row-shards', 'normalizer'],
      logits: rowsOf(all, from, to),
      labels: labels.slice(from, to),
      reduction: 'mean',
      normalizer: 6,
    };
    const draw = { gamma: 0.6, seed: 20, step: 4, rowOffset: 1000 + from };
    return [
      {
        id: `shard-rows-${name}`,
        comment: `Rows ${from} to ${to - 1} of 7, divided by the 6 of the whole.`,
        ...shared,
      },
      {
        id: `shard-rows-weighted-${name}`,
        comment: `Rows ${from} to ${to - 1} of 7 with row weights.`,
        ...shared,
        flags: [...shared.flags, 'row-weights'],
        rowWeights: rowWeights.slice(from, to),
      },
      ...(form === 'softmax'
        ? [
            {
              id: `shard-rows-drawn-${name}`,
              comment: `Rows ${from} to ${to - 1} of 7 with β drawn by the global row.`,
              ...shared,
              flags: [...shared.flags, 'beta-drawn', 'beta-element'],
              threshold: 2,
              ...drawn(to - from, 5, draw),
            },
          ]
        : []),
    ];
  });
  return vary('shards of rows', base(form), shards);
}

function classShards(): Case[] {
  const all = logits('class-shards', 4, 5);
  const labels = [0, 3, 5, 1];
  const foreground = [1, 1, 0, 1];
  const ranges = [
    ['whole', 0, 5],
    ['part-1', 0, 2],
    ['part-2', 2, 5],
  ] as const;
  const byLabels = ranges.map(([name, from, to]): Variation => {
    const inside = (label: number): boolean => label >= from && label < to;
    return {
      id: `shard-classes-${name}`,
      comment: `Classes ${from} to ${to - 1} of 5: a label outside is written as background, foreground stays.`,
      flags: ['class-shards', 'foreground-explicit', 'background'],
      logits: columnsOf(all, from, to),
      frequencies: FREQUENCIES.slice(from, to),
      labels: labels.map((label) => (inside(label) ? label - from : to - from)),
      foreground,
      reduction: 'mean',
      normalizer: 4,
    };
  });
  const given = targetBase('sigmoid');
  const byTargets = ranges.map(
    ([name, from, to]): Variation => ({
      id: `shard-classes-targets-${name}`,
      comment: `Classes ${from} to ${to - 1} of 5 with target rows and the foreground of the whole.`,
      flags: ['class-shards', 'foreground-explicit', 'target-rows'],
      logits: columnsOf(given.logits, from, to),
      frequencies: FREQUENCIES.slice(from, to),
      targets: columnsOf(given.targets as Grid, from, to),
      foreground: [1, 1, 1, 0],
    }),
  );
  return [...vary('shards of classes', base('sigmoid'), byLabels), ...vary('shards of classes', given, byTargets)];
}

/** Wholes whose halves differ as much as an exchange of (m, s) must bear. */
function softmaxClasses(): Case[] {
  const lopsided = (low: number, high: number): Grid => {
    const { shape, data } = logits('class-shards', 4, 5);
    return { shape, data: Array.from(data, (value, at) => value + (at % 5 < 2 ? low : high)) };
  };
  return vary('shards of classes', base('softmax'), [
    {
      id: 'shard-classes-one-side-excluded',
      comment: 'The first two classes are all withheld: their shard has m = -Infinity and s = 0.',
      flags: ['class-shards', 'tail-weight'],
      frequencies: [0.0001, 0.0001, 0.5, 0.5, 0.5],
      labels: [2, 3, 4, 2],
      beta: 1,
    },
    {
      id: 'shard-classes-lopsided',
      comment: 'The first two classes lie 200 above the others.',
      flags: ['class-shards', 'tail-weight'],
      logits: lopsided(100, -100),
    },
    {
      id: 'shard-classes-lopsided-other-way',
      comment: 'The first two classes lie 200 below the others.',
      flags: ['class-shards', 'tail-weight'],
      logits: lopsided(-100, 100),
    },
  ]);
}

function rowsOf(from: Grid, start: number, end: number): Grid {
  const columns = from.shape[1];
  return { shape: [end - start, columns], data: Array.from(from.data).slice(start * columns, end * columns) };
}

function columnsOf(from: Grid, start: number, end: number): Grid {
  const columns = from.shape[1];
  const data = Array.from(from.data).filter((_, at) => at % columns >= start && at % columns < end);
  return { shape: [from.shape[0], end - start], data };
}
