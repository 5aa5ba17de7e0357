// THE table of the matrix: every case, in the order in which they run.

import { badInput } from './bad-input.ts';
import type { Case } from './case.ts';
import { commands } from './commands.ts';
import { contents } from './contents.ts';
import { examples } from './examples.ts';
import { installers } from './installers.ts';
import { pages } from './pages.ts';
import { peers } from './peers.ts';
import { types } from './types.ts';

/** Every case. */
export const cases: readonly Case[] = [
  ...contents,
  ...commands,
  ...examples,
  ...types,
  ...pages,
  ...peers,
  ...installers,
  ...badInput,
];

/** The cases with a text in their name; all without one. */
export function selectCases(only?: string): readonly Case[] {
  return cases.filter(({ name }) => name.includes(only ?? ''));
}
