// The command line: from arguments to one of the commands in commands/, and from what it throws to words and an exit code.

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { commands } from './commands/all.ts';
import { UsageError, wordsOf } from './commands/usage.ts';
import { printable } from './terminal-text.ts';

/**
 * Runs the command.
 *
 * @param args Without node and the script.
 * @returns The exit code. SIGINT, SIGTERM and SIGHUP end a run at once; programs that it started end with it.
 */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = createProgram((ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const words = error instanceof CommanderError ? usageWords(error, program) : wordsOf(error);
    process.stderr.write(`eqloss-conformance: ${printable(words)}\n`);
    return error instanceof CommanderError || error instanceof UsageError ? 2 : 1;
  }
}

function createProgram(end: (code: number) => void): Command {
  const program = new Command('eqloss-conformance')
    .usage('run TARGET [options], or another command')
    .description('Proves an implementation of Equalization Loss against exact test vectors.')
    .version(version(), '--version', 'prints the version')
    .helpOption('-h, --help', 'prints this; after a command, the help of it')
    .helpCommand('help [COMMAND]', 'prints the help of a command')
    .addHelpText('after', exitCodes)
    // Errors are told by main(), which knows how they all sound.
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
  for (const add of commands) add(program, end);
  for (const command of program.commands)
    command.helpOption('-h, --help', 'prints this').addHelpText('after', exitCodes);
  return program;
}

/** Commander's words in the tone of the others. */
function usageWords({ code, message }: CommanderError, program: Command): string {
  if (code === 'commander.help') return `the command is missing\n\n${program.helpInformation()}`;
  const words = message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/, '; did you mean $1?');
  if (code !== 'commander.unknownCommand' || words !== message.replace(/^error: /, '')) return words;
  return `${words}; the commands are ${program.commands.map((command) => command.name()).join(', ')}`;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

const exitCodes = `
Exit code: 0 all passed; 1 a failure, no test was run, or a report could not be
written; 2 wrong usage, malformed vectors or no place for a report: nothing was
run; 129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM: no report was written.`;
