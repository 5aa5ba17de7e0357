// SPEC, "Bad input": `RANK`, `ROW_COUNT`, `CLASS_COUNT` and `DTYPE`.

import type { Form } from '../../src/format.ts';
import { type Grid, grid } from '../../src/oracle/case.ts';
import { logits } from '../base.ts';
import type { Bad } from './errors-of-forms.ts';

/** Logits of any shape. */
export function reshaped(shape: readonly number[]): Grid {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: logits('errors', 1, count).data };
}

/** Logits, labels and masks that do not fit each other or the gate. */
export function shapes(form: Form): Bad[] {
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
    {
      id: 'bad-class-count-empty-gate-and-logits',
      comment: 'A gate without classes, and logits without columns that seem to fit it.',
      error: 'CLASS_COUNT',
      frequencies: [],
      logits: { shape: [2, 0], data: [] },
      labels: form === 'sigmoid' ? [0, 0] : [-1, -1],
    },
    ...[3, 5, 0].map((count) => ({
      id: `bad-row-count-${count}-labels`,
      comment: `${count} labels for 4 rows.`,
      error: 'ROW_COUNT',
      labels: [0, 1, 2, 3, 4].slice(0, count),
    })),
    {
      id: 'bad-row-count-one-label-per-logit',
      comment: '20 index labels for 4 rows of 5 classes: as many as logits, yet no target rows.',
      error: 'ROW_COUNT',
      labels: Array.from({ length: 20 }, (_, at) => Number(at % 6 === 0)),
    },
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
