// Bad input on purpose: one fault in a valid batch. Which code it must give is for `refusalsOf` to say.

import type { Form } from '../format.ts';
import type { Case, Grid } from '../oracle/case.ts';
import type { Feature } from '../target.ts';
import type { Dice } from './dice.ts';

const NOT_AMOUNTS: readonly number[] = [-1, -5e-324, Number.NaN, Number.POSITIVE_INFINITY];
const NOT_UNITS: readonly number[] = [-0.25, 1.5, 2, Number.NaN];

/** The batch with one fault. It may be valid still, where the fault found nothing to spoil. */
export function spoilBatch(dice: Dice, form: Form, valid: Case, features: readonly Feature[]): Case {
  const faults = [
    ...FAULTS,
    ...(form === 'sigmoid' ? SIGMOID : SOFTMAX),
    ...(features.includes('release') ? [RELEASED] : []),
  ];
  // What is left of the digits' own tolerance would say nothing here.
  return { ...valid, judge: undefined, ...dice.pick(faults)(dice, valid) };
}

type Fault = (dice: Dice, valid: Case) => Partial<Case>;

const RELEASED: Fault = () => ({ released: true });

const FAULTS: readonly Fault[] = [
  (dice, { labels, frequencies }) =>
    labels ? { labels: replaced(dice, labels, [-2, frequencies.length + 1, 0.5, 255, 2 ** 31]) } : {},
  (dice, { targets }) => (targets ? { targets: { ...targets, data: replaced(dice, targets.data, NOT_UNITS) } } : {}),
  (dice, { frequencies }) => ({ frequencies: replaced(dice, frequencies, NOT_AMOUNTS) }),
  (dice) => ({ threshold: dice.pick([undefined, ...NOT_AMOUNTS]) }),
  (dice, { logits }) => ({
    rowWeights: replaced(
      dice,
      dice.many(logits.shape[0], () => 1),
      NOT_AMOUNTS,
    ),
  }),
  (dice) => ({ normalizer: dice.pick([0, ...NOT_AMOUNTS]) }),
  () => ({ normalizer: 2 }),
  (dice) => ({ reduction: dice.pick(['average', 'MEAN', '', 'batchmean']) }),
  (dice, { logits }) => ({ logits: reshaped(dice, logits) }),
  (dice, { logits: { shape } }) => ({
    integerLogits: true,
    logits: { shape, data: dice.many(count(shape), () => dice.below(3)) },
  }),
  (dice, { labels }) => (labels ? { labels: resized(dice, labels, 0) } : {}),
  (dice, { logits }) => ({
    rowWeights: resized(
      dice,
      dice.many(logits.shape[0], () => 1),
      1,
    ),
  }),
  (dice, { targets }) => (targets ? { targets: widened(dice, targets) } : {}),
  (dice, { labels, logits: { shape } }) =>
    labels ? { targets: { shape, data: dice.many(count(shape), () => dice.below(2)) } } : {},
  () => ({ labels: undefined, targets: undefined }),
];

const SIGMOID: readonly Fault[] = [
  (dice) => ({ beta: dice.pick([0, 0.5, 1]) }),
  (dice, { logits }) => ({
    foreground: replaced(
      dice,
      dice.many(logits.shape[0], () => 1),
      [2, 0.5, -1],
    ),
  }),
  (dice, { logits }) => ({
    foreground: resized(
      dice,
      dice.many(logits.shape[0], () => 1),
      1,
    ),
  }),
];

const SOFTMAX: readonly Fault[] = [
  (dice) => ({ beta: dice.pick([undefined, -0.1, 1 + 2 ** -52, Number.NaN]) }),
  (dice, { beta }) =>
    typeof beta === 'object' ? { beta: { ...beta, data: replaced(dice, beta.data, NOT_UNITS) } } : {},
  (dice, { frequencies }) => ({
    beta: { shape: [frequencies.length + 1], data: dice.many(frequencies.length + 1, () => 0.5) },
  }),
  (dice, { logits }) => ({ foreground: dice.many(logits.shape[0], () => dice.below(2)) }),
  ({ below }, { labels, frequencies }) =>
    labels ? { labels: labels.map((label, i) => (i === below(labels.length) ? frequencies.length : label)) } : {},
];

/** One value put in the place of another; a list without values stays. */
function replaced(dice: Dice, values: ArrayLike<number>, by: readonly number[]): number[] {
  const place = dice.below(values.length);
  const value = dice.pick(by);
  return Array.from(values, (old, at) => (at === place ? value : old));
}

/** One value more or less. */
function resized(dice: Dice, values: readonly number[], filler: number): number[] {
  return dice.oneIn(2) && values.length > 0 ? values.slice(1) : [...values, filler];
}

/** Another rank, or a column more or less. */
function reshaped(dice: Dice, { shape, data }: Grid): Grid {
  const [rows, classes] = shape;
  const kind = dice.pick(['flat', 'deep', 'wide', 'narrow']);
  if (kind === 'flat') return { shape: [rows * classes], data };
  if (kind === 'deep') return { shape: [1, rows, classes], data };
  const columns = classes + (kind === 'wide' ? 1 : -1);
  return { shape: [rows, columns], data: dice.many(rows * columns, () => 1) };
}

/** A row or a column of targets too many. */
function widened(dice: Dice, { shape: [rows, classes] }: Grid): Grid {
  const shape = dice.oneIn(2) ? [rows + 1, classes] : [rows, classes + 1];
  return { shape, data: dice.many(count(shape), () => 0) };
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
