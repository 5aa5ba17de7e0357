// The suite must tell every wrong loss from the right one. A survivor means a missing vector.

import { CLAUSES } from '@eqloss/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTarget } from '../src/targets/core.ts';
import { mutants } from './mutants.ts';
import { type Laboratory, openLaboratory } from './mutation.ts';

let laboratory: Laboratory;

beforeAll(async () => {
  laboratory = await openLaboratory();
});

afterAll(() => laboratory.close());

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
