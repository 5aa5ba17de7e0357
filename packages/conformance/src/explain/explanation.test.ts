import { beforeAll, expect, test } from 'vitest';
import { decodeNumber, decodeTensor } from '../decode.ts';
import { encodeNumber, encodeTensor } from '../encode.ts';
import type { EncodedTest } from '../format.ts';
import { loadVectors } from '../load.ts';
import { createArithmetic } from '../oracle/arithmetic.ts';
import { readSpec } from '../spec.ts';
import { listTests } from '../suite.ts';
import { type Explanation, explainTest } from './explanation.ts';

const files = await loadVectors();
const tests = listTests(files);
const spec = readSpec();
const math = createArithmetic();
const groups = new Map(
  files.flatMap(({ file }) => file.groups.flatMap((group) => group.tests.map((each) => [each, group]))),
);

/** All of them, made once. */
let made: Map<string, Explanation>;

beforeAll(() => {
  made = new Map(tests.map(({ test }) => [test.id, explain(test.id)]));
}, 300_000);

function explain(id: string, change: (test: EncodedTest) => EncodedTest = (same) => same): Explanation {
  const found = tests.find(({ test }) => test.id === id);
  const group = found && groups.get(found.test);
  if (!found || !group) throw new Error(`no test ${id}`);
  return explainTest({ ...found, test: change(found.test), group }, { spec, math });
}

test('every explanation comes to what its vector expects, bit for bit, and says so', () => {
  expect(made.size).toBe(tests.length);
  for (const { test } of tests) {
    const { outputs, text } = made.get(test.id) as Explanation;
    if ('error' in test.expected) {
      expect(outputs, test.id).toBeUndefined();
      continue;
    }
    const { loss, rowLosses, gradient } = test.expected;
    expect(outputs?.loss, test.id).toEqual(loss && decodeTensor(loss).data[0]);
    expect(outputs?.rowLosses, test.id).toEqual(decodeTensor(rowLosses).data);
    expect(same(outputs?.gradient, decodeTensor(gradient).data), test.id).toBe(true);
    expect(text, test.id).not.toContain('Beware');
    if (loss)
      expect(text.replace(/\s+/g, ' '), test.id).toContain(
        ` = ${decodeTensor(loss).data[0]} (`.replace(/ = 0 \($/, ' = 0'),
      );
    const [row] = decodeTensor(rowLosses).data;
    if (row !== undefined) expect(text.replace(/\s+/g, ' '), test.id).toMatch(`${row}`);
  }
});

function same(one: ArrayLike<number> | undefined, other: ArrayLike<number>): boolean {
  // A matcher takes too long for large gradients.
  return one?.length === other.length && Array.from(one).every((value, at) => Object.is(value, other[at]));
}

test('every explanation fits 80 columns, but for words that are longer', () => {
  for (const [id, { text }] of made) {
    const long = text.split('\n').filter((line) => line.length > 80 && line.trim().includes(' '));
    expect(long, id).toEqual([]);
    expect(text, id).not.toMatch(/undefined|\[object|…\d/);
  }
});

test('of every bad input it is said what is wrong', () => {
  const errors = tests.filter(({ test }) => 'error' in test.expected);
  expect(errors.length).toBeGreaterThan(100);
  for (const { test } of errors) {
    const { text } = explain(test.id);
    const [, wrong = ''] = text.split('What is wrong\n');
    const [sentence] = wrong.trim().split(/\n {2}(?=\S)/);
    expect(sentence, test.id).not.toMatch(/^expected/);
  }
});

test.each([
  ['sigmoid-bad-label-255', 'labels[3] is 255; allowed are the classes 0 to 4, -1 for ignored, 5 for background'],
  ['softmax-bad-label-background', 'labels[3] is 5; allowed are the classes 0 to 4, -1 for ignored; this form has no'],
  [
    'sigmoid-bad-class-count-background-column',
    'logits have 6 columns, but there are 5 frequencies; a background column',
  ],
  ['softmax-bad-threshold-missing', 'the threshold λ is missing'],
  ['sigmoid-bad-normalizer-with-sum', 'a normalizer came with reduction sum'],
  ['softmax-bad-class-count-beta-rows', 'beta has 25 values; wanted are 5, one per class, or 20, one per element'],
])('%s: the sentence', (id, sentence) => {
  const { text } = explain(id);
  expect(text.replace(/\s+/g, ' ')).toContain(sentence);
  expect(text).toMatch(/expected: \{ error: "[A-Z_]+" \}/);
});

const f64 = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  encodeTensor(Float64Array.from(values), shape);

test('sigmoid by hand: a gated negative, a label, a background row, weights and a mean', () => {
  const { text } = explain('sigmoid-labels-head-and-tail', (test) => ({
    ...test,
    inputs: {
      logits: f64([0, 0, 0, 0], [2, 2]),
      frequencies: f64([0.5, 0.25]),
      labels: [0, 2],
      rowWeights: f64([4, 1]),
    },
    options: { threshold: encodeNumber(0.5), reduction: 'mean' },
  }));
  // ln 2 = 0.69314718055994530941…
  expect(text).toContain(`
  class 0: f = 0.5 (3fe0000000000000) = λ, so T = 0 (G1)
  class 1: f = 0.25 < λ, so T = 1 (G1)
  row weights [4, 1]
  reduction mean

Row 0
  label 0: y = 1 there, else 0; E = 1 (G4)
  class 0: z 0, y 1, T 0, so w = 1
      loss = w (softplus(z) - z) = w softplus(-z) = softplus(0) = 0.6931471805…
      slope = w (σ(z) - 1) = -w σ(-z) = -σ(0) = -0.5
      gradient = slope * row weight / divisor = -0.5 * 4 / 2 = -1
          (bff0000000000000)
  class 1: z 0, y 0, T 1
      w = 1 - E T (1 - y) = 1 - 1 * 1 * (1 - 0) = 0: left out, whatever z is
          (N1)
      gradient = 0
  row loss = Σ w (softplus(z) - y z) = 0.6931471805… (S2)
  rowLosses[0] = row weight * row loss = 4 * 0.6931471805… = 2.772588722… (R3) =
      2.772588722239781 (40062e42fefa39ef)

Row 1
  label 2: background, all y are 0 (G5); E = 0 (G4)
  class 0: z 0, y 0, T 0, so w = 1
      loss = w softplus(z) = softplus(0) = 0.6931471805…
      slope = w σ(z) = σ(0) = 0.5
      gradient = slope / divisor = 0.5 / 2 = 0.25 (3fd0000000000000)
  class 1: z 0, y 0, T 1, so w = 1
      loss = w softplus(z) = softplus(0) = 0.6931471805…
      slope = w σ(z) = σ(0) = 0.5
      gradient = slope / divisor = 0.5 / 2 = 0.25 (3fd0000000000000)
  row loss = Σ w (softplus(z) - y z) = 0.6931471805… + 0.6931471805… =
      1.386294361… (S2)
  rowLosses[1] = row loss = 1.3862943611198906 (3ff62e42fefa39ef)

Loss
  divisor = 2: 2 rows; never by C or by weights (R1)
  loss = Σ row losses / divisor = 4.158883083… / 2 = 2.0794415416798357
      (4000a2b23f3bab73)
`);
  expect(text).toContain('Beware\n  the vector file expects something else for loss, rowLosses, gradient');
});

test('softmax by hand: half a tail negative', () => {
  const { text } = explain('softmax-row-weights-sum-labels', (test) => ({
    ...test,
    inputs: { logits: f64([1, 1], [1, 2]), frequencies: f64([1, 0]), labels: [0], beta: f64([0.5], []) },
    options: { threshold: encodeNumber(0.5), reduction: 'sum' },
  }));
  // D = e + e / 2: the label has two thirds of it, and costs ln 1.5 = 0.40546510810816438…
  expect(text).toContain(`
  m = 1, the largest logit that is not left out (X2)
  Σ = 1.5, the sum of w e^(z - m) over 2 of 2 classes
  log D = m + ln Σ = 1 + 0.4054651081… = 1.405465108… (X2)
  class 0: z 1, y 1, T 0, so w = 1
      term = w e^(z - m) = e^(1 - 1) = 1
      slope = (Σ y) term / Σ - y = 1 / 1.5 - 1 = -0.3333333333…
      gradient = slope = -0.3333333333333333 (bfd5555555555555)
  class 1: z 1, y 0, T 1
      w = 1 - β T (1 - y) = 1 - 0.5 * 1 * (1 - 0) = 0.5
      term = w e^(z - m) = 0.5 * e^(1 - 1) = 0.5
      slope = (Σ y) term / Σ - y = 0.5 / 1.5 = 0.3333333333…
      gradient = slope = 0.3333333333333333 (3fd5555555555555)
  row loss = -Σ y (z - log D) = -(1 - 1.405465108…) = 0.4054651081… (X3)
`);
});

test('a large vector says what it leaves out', () => {
  const { text } = explain('softmax-lvis-16x1203-paper-lambda');
  expect(text).toContain('and 1199 more classes; of all 1203, 876 are tail (T = 1)');
  expect(text.match(/and 1197 more classes, whose gradients are no larger/g)).toHaveLength(3);
  expect(text).toContain('13 more are computed in the same way');
  expect(text.split('\n').length).toBeLessThan(170);
});

test('how β was drawn is said', () => {
  const drawn = tests.filter(({ test }) => test.inputs.draw && !('error' in test.expected));
  expect(drawn.length).toBeGreaterThan(0);
  for (const { test } of drawn) {
    const { gamma, seed, step } = test.inputs.draw as { gamma: number; seed: number; step: number };
    expect(made.get(test.id)?.text).toContain(`β was drawn with γ ${gamma}, seed ${seed}, step ${step}, rows from`);
  }
});

test('λ is shown with its bits', () => {
  const { text } = explain('sigmoid-gate-lvis-lambda-of-the-code');
  const [, value, bits] = /λ = (\S+) \((\w{16})\)/.exec(text) ?? [];
  expect(decodeNumber(bits)).toBe(Number(value));
});
