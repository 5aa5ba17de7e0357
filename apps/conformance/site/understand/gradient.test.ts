// The pass over the data, against sums made by hand.

import { createGate } from '@eqloss/core';
import { describe, expect, test } from 'vitest';
import type { BetaChoice } from './batch.ts';
import { type ClassGradients, type Epoch, logitsOf, pressure, sumGradients } from './gradient.ts';

const counts = Float64Array.of(60, 30, 10);
const plain = createGate(counts, { threshold: 0 });
const rare = createGate(counts, { threshold: 30 }); // the class of 10; 30 is head
const fixed: BetaChoice = { kind: 'fixed', value: 0.75 };

function sums(epoch: Partial<Epoch> & Pick<Epoch, 'form'>, gate = plain, choice = fixed): ClassGradients {
  const steps = sumGradients({ counts, background: 0, model: 'start', ...epoch }, gate, choice, 1);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as ClassGradients;
  }
}

function expectNear(actual: Float64Array, expected: readonly number[]): void {
  for (const [j, value] of expected.entries()) expect(actual[j] / value, `class ${j}`).toBeCloseTo(1, 6);
}

describe('sigmoid, at the start: every probability is 0.001', () => {
  test('without the loss, a class of n of 100 rows gets 0.999 n upwards and 0.001 (100 - n) downwards', () => {
    const { positive, negative, fromBackground } = sums({ form: 'sigmoid' });
    expectNear(positive, [59.94, 29.97, 9.99]);
    expectNear(negative, [0.04, 0.07, 0.09]);
    expect([...fromBackground]).toEqual([0, 0, 0]);
  });

  test('with it, the tail gets exactly nothing from rows of other classes, and all else stays', () => {
    const without = sums({ form: 'sigmoid' });
    const { positive, negative } = sums({ form: 'sigmoid' }, rare);
    expect(positive).toEqual(without.positive);
    expect(negative[2]).toBe(0);
    expect([...negative.subarray(0, 2)]).toEqual([...without.negative.subarray(0, 2)]);
    expect(pressure({ positive, negative, fromBackground: negative }, 2)).toBe(0);
  });

  test('background pushes down as ever', () => {
    const { negative, fromBackground } = sums({ form: 'sigmoid', background: 0.5 }, rare);
    expectNear(fromBackground, [0.05, 0.05, 0.05]);
    expectNear(negative, [0.09, 0.12, 0.05]);
    expect(negative[2]).toBe(fromBackground[2]);
  });
});

describe('softmax, at the start: every logit is 0', () => {
  test('without the loss, a class of n of 100 rows gets 2 n / 3 upwards and (100 - n) / 3 downwards', () => {
    const { positive, negative } = sums({ form: 'softmax' });
    expectNear(positive, [40, 20, 20 / 3]);
    expectNear(negative, [40 / 3, 70 / 3, 30]);
  });

  test('a fixed β of 3/4 leaves the tail class a quarter in rows of others', () => {
    // D is 2.25 in rows of the two head classes, 3 in those of the tail class.
    const { positive, negative } = sums({ form: 'softmax' }, rare);
    expectNear(positive, [(60 * 1.25) / 2.25, (30 * 1.25) / 2.25, 20 / 3]);
    expectNear(negative, [30 / 2.25 + 10 / 3, 60 / 2.25 + 10 / 3, (90 * 0.25) / 2.25]);
  });

  test('drawn β of 1 and 0 are the fixed ones, and upwards is downwards over all classes', () => {
    for (const value of [0, 1]) {
      const drawn = sums({ form: 'softmax' }, rare, { kind: 'drawn', value });
      const expected = sums({ form: 'softmax' }, rare, { kind: 'fixed', value });
      for (const key of ['positive', 'negative'] as const) {
        for (const [j, sum] of drawn[key].entries()) expect(Math.abs(sum - expected[key][j])).toBeLessThan(1e-4);
      }
    }
    const { positive, negative } = sums({ form: 'softmax' }, rare, { kind: 'drawn', value: 0.9 });
    const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
    expect(total(positive) / total(negative)).toBeCloseTo(1, 6);
    // In a tenth of the rows of others, the tail class is one of three: 90 / 10 / 3, within what 3,686 draws allow.
    expect(negative[2]).toBeGreaterThan(3 * 0.85);
    expect(negative[2]).toBeLessThan(3 * 1.15);
  });
});

describe('at rest', () => {
  test.each([
    { form: 'sigmoid', background: 0 },
    { form: 'sigmoid', background: 3 },
    { form: 'softmax', background: 0 },
  ] as const)('$form with $background background rows balances every class without the loss', (epoch) => {
    const result = sums({ ...epoch, model: 'rest' });
    for (const j of [0, 1, 2]) expect(pressure(result, j)).toBeCloseTo(1, 5);
  });

  test('the loss then lifts the tail: sigmoid leaves it the background share of the pressure', () => {
    const result = sums({ form: 'sigmoid', background: 0.25, model: 'rest' }, rare);
    expect(pressure(result, 2)).toBeCloseTo(0.25 / (1.25 - 0.1), 5); // B p / (n (1 - p)), p = 10 / 125
    expect(pressure(result, 0)).toBeCloseTo(1, 5);
  });
});

test.each(['sigmoid', 'softmax'] as const)('%s: a class that never occurs gets nothing upwards, and no NaN', (form) => {
  const some = Float64Array.of(3, 0);
  for (const model of ['start', 'rest'] as const) {
    const { positive, negative } = sums(
      { form, counts: some, model, background: 1 },
      createGate(some, { threshold: 1 }),
    );
    expect(positive[1]).toBe(0);
    expect([...positive, ...negative].every(Number.isFinite)).toBe(true);
  }
});

test('many classes come in pieces, whose sum is that of the whole', () => {
  const many = Float64Array.from({ length: 700 }, (_, j) => 1 + (j % 9));
  const gate = createGate(many, { threshold: 5 });
  const steps = sumGradients({ form: 'sigmoid', counts: many, background: 0, model: 'start' }, gate, fixed, 1);
  const shares: number[] = [];
  let step = steps.next();
  for (; !step.done; step = steps.next()) shares.push(step.value);
  expect(shares.length).toBeGreaterThan(5);
  expect(shares.at(-1)).toBe(1);
  const total = many.reduce((sum, n) => sum + n, 0);
  many.forEach((n, j) => {
    if (n < 5) expect(step.value.negative[j]).toBe(0);
    else expect(step.value.negative[j] / (0.001 * (total - n))).toBeCloseTo(1, 5);
  });
});

test('the logits at rest are those of the shares', () => {
  const at = (form: 'sigmoid' | 'softmax') => [...logitsOf({ form, counts, background: 1, model: 'rest' })];
  expect(at('softmax').map(Math.exp)).toEqual([0.6, 0.3, 0.1].map((p) => expect.closeTo(p, 12)));
  expect(at('sigmoid').map((z) => 1 / (1 + Math.exp(-z)))).toEqual([0.3, 0.15, 0.05].map((p) => expect.closeTo(p, 12)));
});
