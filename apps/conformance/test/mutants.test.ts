// The suite must tell every wrong loss from the right one. A survivor means a missing vector.

import { readFileSync } from 'node:fs';
import { CLAUSES } from '@eqloss/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTarget } from '../src/targets/core.ts';
import { mutants } from './mutants.ts';
import { COMMAND, mutantsTable, TABLE } from './mutants-table.ts';
import { type Laboratory, openLaboratory } from './mutation.ts';

let laboratory: Laboratory;

beforeAll(async () => {
  laboratory = await openLaboratory();
}, 60_000);

afterAll(() => laboratory.close(), 60_000);

test('no two mutants share a name', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

test('every clause about a loss, and every error code that a vector can expect, has a mutant', () => {
  const broken = new Set(mutants.map(({ clause }) => clause));
  expect(CLAUSES.filter((clause) => !/^D\d$/.test(clause) && !broken.has(clause))).toEqual([]);
  expect([...broken].filter((clause) => !CLAUSES.includes(clause))).toEqual([]);
});

test.each(['double', 'single'])('core itself, in %s precision, is killed by nothing', async (backend) => {
  expect(await laboratory.failures(await createTarget({ backend }))).toEqual([]);
});

describe('a small vector kills', () => {
  test.each(mutants)('$clause: $name', async (mutant) => {
    const { killers } = await laboratory.judge(mutant);
    expect(killers, 'no vector kills this mutant').not.toEqual([]);
  });
});

// Last: every mutant has been judged by then, unless a filter left some out.
test('the table of mutants is what they came to', { timeout: 120_000 }, async () => {
  const table = await mutantsTable(laboratory);
  expect(readFileSync(TABLE, 'utf8') === table, `MUTANTS.md is stale; run: ${COMMAND}`).toBe(true);
});
