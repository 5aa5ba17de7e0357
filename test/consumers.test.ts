// The part of the matrix that every run pays for: one Node, one compiler, one bundler. `npm run consumers` runs all of it.

import { afterAll, expect, test } from 'vitest';
import { runCases } from './consumers/run.ts';
import { cases } from './consumers/table.ts';
import { createWorld } from './consumers/world.ts';

const world = createWorld();

afterAll(() => world.close());

test.each(cases.filter(({ always }) => always))(
  '$name',
  async (each) => {
    const [{ verdict, words }] = await runCases([each], world);
    expect(['passed', 'unavailable'], words).toContain(verdict);
  },
  300_000,
);

test('no two cases have the same name', () => {
  const names = cases.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
