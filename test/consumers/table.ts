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

/** The cases with one of the texts in their name; all without texts. */
export function selectCases(only?: readonly string[]): readonly Case[] {
  return cases.filter(({ name }) => only?.some((text) => name.includes(text)) ?? true);
}
