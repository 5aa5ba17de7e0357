// Plainer numbers in a batch that keeps its shape.

import type { Case, Grid } from '../oracle/case.ts';
import { plainness } from './weigh.ts';

/** Every number of one input alike, then each number alone. */
export function* plainerNumbers(given: Case): Generator<Case> {
  for (const { values, put } of fields(given)) {
    for (const plainer of PLAINER) yield put(values.map((value) => better(plainer(value), value)));
    for (const [at, value] of values.entries()) {
      for (const plainer of PLAINER) yield put(replaced(values, at, better(plainer(value), value)));
    }
  }
}

interface Field {
  readonly values: readonly number[];
  readonly put: (values: readonly number[]) => Case;
}

function* fields(given: Case): Generator<Field> {
  const { logits, targets, rowWeights, beta, normalizer, threshold } = given;
  const grid = (key: 'logits' | 'targets' | 'beta', { shape, data }: Grid): Field => ({
    values: Array.from(data),
    put: (values) => ({ ...given, [key]: { shape, data: values } }),
  });
  const number = (key: 'beta' | 'normalizer' | 'threshold', value: number): Field => ({
    values: [value],
    put: ([only]) => ({ ...given, [key]: only }),
  });
  yield grid('logits', logits);
  if (targets) yield grid('targets', targets);
  if (rowWeights) yield { values: rowWeights, put: (values) => ({ ...given, rowWeights: values }) };
  if (typeof beta === 'object') yield grid('beta', beta);
  if (typeof beta === 'number') yield number('beta', beta);
  if (normalizer !== undefined) yield number('normalizer', normalizer);
  yield { values: given.frequencies, put: (values) => ({ ...given, frequencies: values }) };
  if (threshold !== undefined) yield number('threshold', threshold);
  if (given.foreground) yield { values: given.foreground, put: (values) => ({ ...given, foreground: values }) };
}

const round = (digits: number) => (value: number) => Number(value.toPrecision(digits));

/** Ways to a plainer number, the plainest first. */
const PLAINER: readonly ((value: number) => number)[] = [
  () => 0,
  () => 1,
  () => -1,
  () => 0.5,
  (value) => Math.sign(value) * 2,
  (value) => Math.sign(value) * 10,
  (value) => Math.sign(value) * 100,
  Math.trunc,
  Math.round,
  (value) => Math.round(value * 4) / 4,
  (value) => Math.round(value * 32) / 32,
  round(1),
  round(2),
  round(3),
  (value) => Math.trunc(value / 2),
  (value) => Math.trunc(value * 0.75),
  (value) => value - Math.sign(value),
  Math.abs,
];

function better(candidate: number, value: number): number {
  return plainness(candidate) < plainness(value) ? candidate : value;
}

/** The values with one of them replaced. */
export function replaced(values: readonly number[], place: number, by: number): readonly number[] {
  return values.map((value, at) => (at === place ? by : value));
}
