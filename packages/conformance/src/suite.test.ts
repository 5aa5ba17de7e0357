import { expect, test } from 'vitest';
import { suite } from '../test/fakes.ts';
import type { Form } from './format.ts';
import { loadVectors } from './load.ts';
import { familyOf } from './matrix.ts';
import { listTests } from './suite.ts';

test('a test is about no clause of the other form, though notes cite both', async () => {
  const tests = listTests(await loadVectors());
  for (const form of ['sigmoid', 'softmax'] as const) {
    const other: Form = form === 'sigmoid' ? 'softmax' : 'sigmoid';
    const ofForm = tests.filter((entry) => entry.form === form);
    const families = new Set(ofForm.flatMap(({ clauses }) => clauses.map(familyOf)));
    expect(families).toContain(form);
    expect(families).not.toContain(other);
  }
});

test('a filter finds a test by clauses of its own form only', () => {
  const [{ path, file }] = suite;
  const notes = { ...file.notes, plain: { catches: 'x', clauses: ['S2', 'X2'] } };
  const files = [{ path, file: { ...file, notes } }];
  expect(listTests(files, 'S2').map(({ test: { id } }) => id)).toEqual(['sum-one-row', 'mean-two-rows']);
  expect(listTests(files, 's2')).toHaveLength(2);
  expect(listTests(files, 'label_range')).toHaveLength(1);
  expect(listTests(files, 'X2')).toEqual([]);
});
