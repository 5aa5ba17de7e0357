import { expect, test } from 'vitest';
import { CLAUSES } from './lint.ts';
import { clauseOf, readSpec } from './spec.ts';

const spec = readSpec();

test('a clause is its whole bullet, and nothing of the next', () => {
  expect(clauseOf(spec, 'S1')).toBe('w_ij = 1 - E_i T_j (1 - y_ij)');
  expect(clauseOf(spec, 'G6')).toBe('T, E, y and β are constants for the gradient.');
  expect(clauseOf(spec, 'X2')).toMatch(/^log D_i = .* A maximum over all entries underflows .* is the largest\.$/);
  expect(clauseOf(spec, 'G3')).toMatch(/published values disagree, see Facts\)\.$/);
});

test('an error code is its row of the table', () => {
  expect(clauseOf(spec, 'LABEL_RANGE')).toBe('a label that is no integer in the allowed range (G5, X6)');
});

test('every clause and code that a note may cite is there', () => {
  expect(CLAUSES.filter((clause) => !clauseOf(spec, clause))).toEqual([]);
});

test('what the specification does not have is undefined', () => {
  expect(clauseOf(spec, 'S9')).toBeUndefined();
});
