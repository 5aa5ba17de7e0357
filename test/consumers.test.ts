// The part of the matrix that every run pays for: one Node, one compiler, one bundler. `npm run consumers` runs all of it.

import { afterAll, expect, test } from 'vitest';
import { isContinuousIntegration } from '../scripts/ci.mjs';
import { runCases } from './consumers/run.ts';
import { cases } from './consumers/table.ts';
import { createWorld } from './consumers/world.ts';

const world = createWorld();

// What was installed is large, and deleting it takes a busy disk a while.
afterAll(() => world.close(), 120_000);

test.each(cases.filter(({ always }) => always))(
  '$name',
  async (each) => {
    const [{ verdict, words }] = await runCases([each], world);
    // Where nobody reads the reasons, nothing may be missing.
    expect(isContinuousIntegration() ? ['passed'] : ['passed', 'unavailable'], words).toContain(verdict);
  },
  300_000,
);

test('no two cases have the same name', () => {
  const names = cases.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
