import { expect, test } from 'vitest';
import { answer, fakeTarget, spoil, suite } from '../test/fakes.ts';
import { createErrorBins } from './error-bins.ts';
import { runSuite } from './run.ts';

function binOf(logit: number) {
  const bins = createErrorBins();
  bins.add(logit, 0.5);
  const [{ kind, from, to }] = bins.list();
  return { kind, from, to };
}

test.each([
  [0, undefined, undefined],
  [-0, undefined, undefined],
  [0.124, undefined, undefined],
  [-5e-324, undefined, undefined],
  [0.125, 0.125, 0.25],
  [-0.125, -0.125, -0.25],
  [88.8, 64, 128],
  [-88.8, -64, -128],
  [128, 128, 256],
  [1e4, 8192, 16384],
  [16384, 16384, undefined],
  [-1e300, -16384, undefined],
])('a logit of %d lies from %d to %d', (logit, from, to) => {
  expect(binOf(logit)).toEqual({ kind: 'finite', from, to });
});

test.each([
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
])('a logit of %d has a bin of its own', (logit, kind) => {
  expect(binOf(logit)).toEqual({ kind });
});

test('a bin has the worst ratio, and counts what is beyond and of another kind', () => {
  const bins = createErrorBins();
  for (const ratio of [0, 0.25, 3, Number.POSITIVE_INFINITY, 0.5]) bins.add(5, ratio);
  bins.add(-3, Number.POSITIVE_INFINITY);
  bins.add(Number.NaN, 0);
  expect(bins.list()).toEqual([
    { kind: 'finite', from: -2, to: -4, elements: 1, beyond: 1, mismatched: 1 },
    { kind: 'finite', from: 4, to: 8, elements: 5, beyond: 2, mismatched: 1, ratio: 3 },
    { kind: 'NaN', elements: 1, beyond: 0, mismatched: 0, ratio: 0 },
  ]);
});

test('a run fills them with the gradient, by the logits of the vectors and not by what a target made of them', async () => {
  const wrong = spoil(({ gradient, ...rest }) => ({
    ...rest,
    gradient: Float64Array.from(gradient ?? [], (value) => value + 2e-12),
  }));
  const target = fakeTarget((asked) => {
    const outcome = wrong(asked);
    asked.inputs.logits.data.fill(99);
    return outcome;
  });
  const { errorByLogit } = await runSuite(target, suite);
  // One row and twice two rows of two logits, all 0; what expects an error has no gradient.
  expect(errorByLogit).toEqual([
    { kind: 'finite', elements: 10, beyond: 10, mismatched: 0, ratio: expect.closeTo(2, 3) },
  ]);
  expect((await runSuite(fakeTarget(answer), suite, { filter: 'label' })).errorByLogit).toBeUndefined();
});
