// The runner of the matrix: how cases end, and what is said of them.

import { expect, test } from 'vitest';
import type { Case } from './case.ts';
import { withRequire } from './examples.ts';
import { renderOutcomes, runCases } from './run.ts';
import { Unavailable, type World } from './world.ts';

const world = {} as World;
const failing = (name: string, error: unknown, more: Partial<Case> = {}): Case => ({
  name,
  run: async () => {
    throw error;
  },
  ...more,
});

test('a case ends as passed, failed, noted or unavailable, and stops no other', async () => {
  const cases: Case[] = [
    failing('bad', new Error('first line\nsecond line')),
    failing('told', new Error('so it is'), { noted: true }),
    failing('absent', new Unavailable('no such machine')),
    { name: 'good', run: async () => {} },
  ];
  const said: string[] = [];
  const outcomes = await runCases(cases, world, { say: ({ name }) => said.push(name) });
  expect(outcomes.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    'bad failed',
    'told noted',
    'absent unavailable',
    'good passed',
  ]);
  expect(said.sort()).toEqual(['absent', 'bad', 'good', 'told']);
  const text = renderOutcomes(outcomes);
  expect(text).toContain('failed: bad\n    first line\n    second line\n');
  expect(text).toMatch(/\ngood {4}passed +0\.0\n1 passed, 1 failed, 1 noted, 1 unavailable$/);
});

test('an example becomes CommonJS, or the words that it does not', () => {
  const code = "import {\n  a,\n  b,\n} from 'x';\nimport * as y from 'y';\nimport 'z';\nawait a();\n";
  expect(withRequire({ code })).toBe(
    "(async () => {\nconst {\n  a,\n  b,\n} = require('x');\nconst y = require('y');\nrequire('z');\nawait a();\n\n})();\n",
  );
  expect(() => withRequire({ code: "import d from 'x';" })).toThrow("turn into require: import d from 'x';");
});
