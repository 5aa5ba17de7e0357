// Every command. One more is one file, `NAME.ts`, that exports an `AddCommand`, and one line in the list below.
//
//   export const addBadge: AddCommand = (program, end) => {
//     program
//       .command('badge')
//       .summary('writes a badge')
//       .argument('<REPORT>', 'a report that run wrote')
//       .action(async (path: string) => end(await badge(path)));
//   };
//
// `badge` gives the exit code: 0, or 1 when the work found a failure. What is wrong before the work, and leaves nothing
// written, is a `UsageError`, or happens within `beforehand`: exit code 2. Anything else that is thrown is 1. main() in
// command.ts prints the words of all three on standard error, so a command throws and does not print them itself.
// Options that several commands take are in options.ts; a command that only adds to `run` is a line in run.ts.

import type { Command } from 'commander';
import { addExplain } from './explain.ts';
import { addInit } from './init.ts';
import { addList } from './list.ts';
import { addRun } from './run.ts';

/**
 * Adds one command to the program.
 *
 * @param end Takes the exit code when the work is done.
 */
export type AddCommand = (program: Command, end: (code: number) => void) => void;

/** In the order of the help. */
export const commands: readonly AddCommand[] = [addRun, addList, addExplain, addInit];
