import { expect, test } from 'vitest';
import { methods } from './methods.ts';
import { largestRange, renderMarkdown, renderTable, type Trial } from './table.ts';

const scores = { accuracy: 0.6543, tail: 0.1, mid: 0.5, head: 0.75, balanced: 0.4 };
const trials: readonly Trial[] = methods.flatMap((method) =>
  [1, 2].map((seed) => ({ method, seed, rate: method.rate, seconds: 9, scores: { ...scores, tail: 0.1 * seed } })),
);

test('a table has a line for each method, with means over seeds, within 80 columns', () => {
  const lines = renderTable(trials).split('\n');
  expect(lines).toHaveLength(methods.length + 2);
  expect(lines[0]).toMatch(/^method +accuracy +tail +mid +head +balanced$/);
  expect(lines[1]).toMatch(/^softmax cross-entropy +65\.4 +15\.0 +50\.0 +75\.0 +40\.0$/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('learning rates to choose from have a line each', () => {
  const text = renderTable([0.01, 0.03].map((rate) => ({ ...trials[0], rate })));
  expect(text).toContain('softmax cross-entropy, 0.01');
  expect(text).toContain('softmax cross-entropy, 0.03');
});

test('Markdown has the same cells', () => {
  expect(renderMarkdown(trials.slice(0, 2))).toBe(
    '| method | accuracy | tail | mid | head | balanced |\n' +
      '| --- | ---: | ---: | ---: | ---: | ---: |\n' +
      '| softmax cross-entropy | 65.4 | 15.0 | 50.0 | 75.0 | 40.0 |\n',
  );
});

test('the range over seeds is the largest of any cell, in points', () => {
  expect(largestRange(trials)).toBeCloseTo(10, 9);
  expect(largestRange(trials.slice(0, 1))).toBe(0);
});
