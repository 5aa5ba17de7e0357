import { expect, test } from 'vitest';
import { type Columns, largestRange, renderMarkdown, renderTable, type Trial, wrap } from './table.ts';

const columns: Columns = ['accuracy', 'tail', 'mid', 'head', 'balanced'];
const scores = { accuracy: 0.6543, tail: 0.1, mid: 0.5, head: 0.75, balanced: 0.4 };
const titles = ['softmax cross-entropy', 'sigmoid EQL, no background'];
const trials: readonly Trial[] = titles.flatMap((title) =>
  [1, 2].map((seed) => ({ title, seconds: 9, scores: { ...scores, tail: 0.1 * seed } })),
);

test('a table has a line for each title, with means over its trials, within 80 columns', () => {
  const lines = renderTable(trials, columns).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^method +accuracy +tail +mid +head +balanced$/);
  expect(lines[1]).toMatch(/^softmax cross-entropy +65\.4 +15\.0 +50\.0 +75\.0 +40\.0$/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('a table has the scores that are asked for', () => {
  expect(renderTable(trials, ['tail', 'accuracy']).split('\n')[0]).toMatch(/^method +tail +accuracy$/);
});

test('Markdown has the same cells', () => {
  expect(renderMarkdown(trials.slice(0, 2), columns)).toBe(
    '| method | accuracy | tail | mid | head | balanced |\n' +
      '| --- | ---: | ---: | ---: | ---: | ---: |\n' +
      '| softmax cross-entropy | 65.4 | 15.0 | 50.0 | 75.0 | 40.0 |\n',
  );
});

test('the range over the trials of a title is the largest of any cell, in points', () => {
  expect(largestRange(trials, columns)).toBeCloseTo(10, 9);
  expect(largestRange(trials, ['head'])).toBe(0);
  expect(largestRange(trials.slice(0, 1), columns)).toBe(0);
});

test('words are kept whole and in order', () => {
  expect(wrap('one two three four', 9)).toBe('one two\nthree\nfour\n');
});
