import { expect, test } from 'vitest';
import { clausesIn, ratioWords, resultsOf, summarizeRatios } from './ratios.ts';
import type { TestResult } from './results.ts';

const result = (id: string, status: TestResult['status'], ratio?: number, clauses = ['S1']): TestResult => {
  return { id, form: 'sigmoid', status, clauses, ...(ratio !== undefined && { ratio }) };
};

test('the worst test is named, and the median lies between the middle ones', () => {
  const results = [result('a', 'pass', 0), result('b', 'fail', 8), result('c', 'pass', 0.5), result('d', 'pass', 0.25)];
  expect(summarizeRatios(results)).toEqual({ tests: 4, median: 0.375, worst: 8, worstId: 'b' });
  expect(summarizeRatios(results.slice(0, 3))).toEqual({ tests: 3, median: 0.5, worst: 8, worstId: 'b' });
});

test('tests without numbers do not count, known failures do', () => {
  expect(summarizeRatios([result('a', 'pass'), result('b', 'unsupported')])).toBeUndefined();
  const infinite = result('c', 'known-failure', Number.POSITIVE_INFINITY);
  expect(summarizeRatios([infinite])?.worst).toBe(Number.POSITIVE_INFINITY);
});

test('clauses come as in SPEC.md, unknown ones last', () => {
  const results = [result('a', 'pass', 0, ['Z9', 'RANK', 'N4']), result('b', 'pass', 0, ['X1', 'G1'])];
  const report = { target: 'x', runtime: 'node', results } as const;
  expect(clausesIn([report])).toEqual(['G1', 'X1', 'N4', 'RANK', 'Z9']);
  expect(resultsOf(report, 'X1').map(({ id }) => id)).toEqual(['b']);
});

test.each([
  [0, '0'],
  [0.0312, '0.031'],
  [4.24, '4.2'],
  [9999, '10000'],
  [123456, '1e5'],
  [1e-21, '1e-21'],
  [Number.POSITIVE_INFINITY, '∞'],
])('%d in words is %s', (ratio, words) => {
  expect(ratioWords(ratio)).toBe(words);
});
