import { describe, expect, test } from 'vitest';
import { everything } from '../../test/fakes.ts';
import { CLAUSES, lintFile } from '../lint.ts';
import { featuresOf, fitTest } from '../requirements.ts';
import type { Feature, Supports } from '../target.ts';
import { drawVector, forgetfulArithmetic } from './vector.ts';

const oracle = forgetfulArithmetic();
const many = (supports: Supports, seed: number, count: number) =>
  Array.from({ length: count }, (_, n) => {
    const drawn = drawVector(oracle(), supports, seed, n + 1);
    if (!drawn) throw new Error('nothing was drawn');
    return drawn;
  });

const narrow: Readonly<Record<string, Supports>> = {
  'one form, one reduction, labels only': {
    forms: ['sigmoid'],
    dtypes: ['float64'],
    outputs: ['gradient'],
    reductions: ['sum'],
    features: ['index-labels'],
  },
  'target rows and β per class in single precision': {
    forms: ['softmax'],
    dtypes: ['float32'],
    outputs: ['rowLosses'],
    reductions: ['none', 'mean'],
    features: ['target-rows', 'beta-class', 'row-weights'],
  },
  'both precisions and every feature': { ...everything, dtypes: ['float32', 'float64'] },
};

test.each(Object.entries(narrow))('%s: every batch is a good vector within the claims', (_, supports) => {
  for (const { vector } of many(supports, 5, 150)) {
    const { test: one, form } = vector.entry;
    expect(fitTest(one, form, supports)).not.toHaveProperty('missing');
    expect(lintFile(vector.file)).toEqual([]);
  }
});

test('a seed gives the same batches again, and another seed gives others', () => {
  const texts = (seed: number) => many(everything, seed, 10).map(({ vector }) => JSON.stringify(vector.file));
  expect(texts(7)).toEqual(texts(7));
  const again = new Set(texts(7));
  expect(texts(8).filter((text) => again.has(text))).toEqual([]);
});

test('claims that leave no batch give none', () => {
  const noBeta: Supports = { ...everything, forms: ['softmax'], features: [] };
  expect(drawVector(oracle(), noBeta, 1, 1)).toBeUndefined();
});

describe('among two thousand batches there is', () => {
  const drawn = many({ ...everything, dtypes: ['float32', 'float64'] }, 11, 2000);
  const clauses = new Set(drawn.flatMap(({ vector }) => vector.entry.clauses));
  const features = new Set(drawn.flatMap(({ vector: { entry } }) => featuresOf(entry.test, entry.form)));

  // D1 to D5 are no losses, G2 and G6 no inputs; what P1, P2 and the lists of S4 and X7 say, other clauses imply.
  const implied = /^(D\d|G2|G3|G6|S4|S5|X6|X7|P1|P2)$/;
  test.each(CLAUSES.filter((clause) => !implied.test(clause)))('one about %s', (clause) => {
    expect(clauses).toContain(clause);
  });

  test.each(everything.features)('one with %s', (feature: Feature) => {
    expect(features).toContain(feature);
  });

  const cases = drawn.map(({ batch }) => batch.given).filter(({ error }) => error === undefined);
  const tests: readonly (readonly [string, (given: (typeof cases)[number]) => boolean])[] = [
    ['a threshold equal to a frequency', ({ threshold, frequencies }) => frequencies.includes(threshold ?? -1)],
    [
      'a threshold that single precision takes for a frequency',
      ({ threshold = -1, frequencies }) =>
        frequencies.some((f) => f !== threshold && Math.fround(f) === Math.fround(threshold)),
    ],
    ['no tail', ({ threshold = -1, frequencies }) => frequencies.every((f) => f >= threshold)],
    ['nothing but tail', ({ threshold = -1, frequencies }) => frequencies.every((f) => f < threshold)],
    ['no row', ({ logits }) => logits.shape[0] === 0],
    ['a long row', ({ logits }) => logits.shape[1] === 40],
    ['a target below every normal number', ({ targets }) => some(targets?.data, (y) => y > 0 && y < 2 ** -1022)],
    ['a target next to 1', ({ targets }) => some(targets?.data, (y) => y === 1 - 2 ** -24)],
    [
      'a foreground against the label',
      ({ labels, foreground, frequencies }) =>
        labels?.some((label, i) => label === frequencies.length && foreground?.[i] === 1) === true,
    ],
    ['a heavy row', ({ rowWeights }) => some(rowWeights, (w) => w >= 1e6)],
    ['a row of hardly any weight', ({ rowWeights }) => some(rowWeights, (w) => w > 0 && w < 1e-29)],
    ['β next to 1', ({ beta }) => beta === 1 - 2 ** -53],
    ['logits of 88.8 in single precision', ({ logits }) => some(logits.data, (z) => z === Math.fround(88.8))],
    ['logits of -1e4', ({ logits }) => some(logits.data, (z) => z === -1e4)],
    ['a subnormal logit', ({ logits }) => some(logits.data, (z) => z !== 0 && Math.abs(z) < 2 ** -1022)],
    ['small losses judged by their digits', ({ judge }) => judge === 'relative'],
  ];
  test.each(tests)('%s', (_, has) => {
    expect(cases.some(has)).toBe(true);
  });
});

function some(values: ArrayLike<number> | undefined, has: (value: number) => boolean): boolean {
  return Array.from(values ?? []).some(has);
}
