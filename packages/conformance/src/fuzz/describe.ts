// A batch in one sentence: what a person types to see it again.

import type { Grid } from '../oracle/case.ts';
import type { Batch } from './draw.ts';

/** `sigmoid, 1 row of 2 classes, sum: logits [0, 1], label 0, f [0, 1], λ 1`; of large batches only the shape. */
export function describeBatch({ form, given }: Batch): string {
  const { shape } = given.logits;
  const [rows, classes] = shape;
  const size = shape.length === 2 ? `${plural(rows, 'row')} of ${plural(classes, 'class', 'classes')}` : `[${shape}]`;
  const head = `${form} in ${given.dtypes?.join(' or ')}, ${size}, reduction ${given.reduction || '""'}`;
  if (given.logits.data.length > MOST) return `${head}.`;
  const { labels, targets, foreground, rowWeights, beta, normalizer } = given;
  const parts = [
    `${given.integerLogits ? 'int32 logits' : 'logits'} ${nested(given.logits)}`,
    labels && `labels ${list(labels)}`,
    targets && `targets ${nested(targets)}`,
    `f ${list(given.frequencies)}`,
    `λ ${given.threshold ?? 'missing'}`,
    beta !== undefined && `β ${typeof beta === 'number' ? beta : nested(beta)}`,
    foreground && `foreground ${list(foreground)}`,
    rowWeights && `row weights ${list(rowWeights)}`,
    normalizer !== undefined && `normalizer ${normalizer}`,
    given.released && 'used after release',
  ];
  return `${head}: ${parts.filter(Boolean).join(', ')}.`;
}

const MOST = 24;

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function list(values: ArrayLike<number>): string {
  return `[${Array.from(values, (value) => (Object.is(value, -0) ? '-0' : String(value))).join(', ')}]`;
}

function nested({ shape, data }: Grid): string {
  if (shape.length !== 2) return list(data);
  const [rows, columns] = shape;
  const lines = Array.from({ length: rows }, (_, i) => list(Array.from(data).slice(i * columns, (i + 1) * columns)));
  return `[${lines.join(', ')}]`;
}
