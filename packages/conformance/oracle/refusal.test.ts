// The rules for bad input against every case of the vectors, whose codes were written down one by one.

import { expect, test } from 'vitest';
import { refusalsOf } from '../src/oracle/refusal.ts';
import { allSuites } from './suites.ts';

const suites = await allSuites();
const cases = suites.flatMap(({ form, cases: own }) => own.map((given) => ({ form, given })));

test('a valid case may be refused with nothing', () => {
  const refused = cases.filter(({ form, given }) => given.error === undefined && refusalsOf(form, given).length > 0);
  expect(refused.map(({ form, given }) => `${form}-${given.id}`)).toEqual([]);
});

test('bad input may be refused with the code that its case has, and with no other', () => {
  const bad = cases.filter(({ given }) => given.error !== undefined);
  expect(bad.length).toBeGreaterThan(100);
  for (const { form, given } of bad) {
    expect(refusalsOf(form, given), `${form}-${given.id}`).toEqual([given.error]);
  }
});
