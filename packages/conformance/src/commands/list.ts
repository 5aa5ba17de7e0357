// The command `list`, and `run --list`: the tests that would run.

import { loadVectors } from '../load.ts';
import { type Shard, shardOf } from '../shard.ts';
import { listTests, nothingMatches, type SuiteFile, type SuiteTest } from '../suite.ts';
import type { AddCommand } from './all.ts';
import { filterOption, shardOption, vectorsOption } from './options.ts';
import { beforehand } from './usage.ts';

/** What is listed, and how. */
export interface ListWishes {
  readonly vectors?: string;
  readonly filter?: string;
  readonly shard?: Shard;
  /** One JSON object a line. */
  readonly json?: true;
}

/** `list`. */
export const addList: AddCommand = (program, end) => {
  program
    .command('list')
    .summary('lists the tests')
    .description('Lists the tests that run would run: id, form and clauses of each.')
    .option(...vectorsOption)
    .option(...filterOption)
    .option(...shardOption)
    .option('--json', 'one JSON object a line: id, form, dtypes, flags, clauses')
    .action(async (wishes: ListWishes) => end(await list(wishes)));
};

/**
 * Prints one test a line. A target is not asked what it claims.
 *
 * @returns The exit code: 0, or 1 when there is none.
 * @throws {UsageError} for vectors that cannot be read.
 */
export async function list(wishes: ListWishes): Promise<number> {
  const { filter, shard, json } = wishes;
  const all = await beforehand(() => loadVectors(wishes.vectors));
  const empty = whyEmpty(all, wishes);
  if (empty) throw new Error(empty);
  const tests = listTests(shard ? shardOf(all, filter, shard) : all, filter);
  const lines = json ? tests.map(jsonLine) : columns(tests);
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

/** Why no test is left, or undefined when one is. */
export function whyEmpty(files: readonly SuiteFile[], { filter, shard }: ListWishes): string | undefined {
  const found = listTests(files, filter).length;
  if (found === 0) return nothingMatches(filter ?? '');
  if (!shard || shard.index <= found) return undefined;
  const those = filter === undefined ? 'there are' : `the filter ${JSON.stringify(filter)} leaves`;
  return `shard ${shard.index}/${shard.count} holds no test: ${those} only ${found}`;
}

function columns(tests: readonly SuiteTest[]): string[] {
  const width = Math.max(...tests.map(({ test }) => test.id.length));
  return tests.map(({ test, form, clauses }) => `${test.id.padEnd(width)}  ${form}  ${clauses.join(' ')}`);
}

function jsonLine({ test, form, clauses }: SuiteTest): string {
  const { id, dtypes, flags } = test;
  return JSON.stringify({ id, form, dtypes, flags, clauses });
}
