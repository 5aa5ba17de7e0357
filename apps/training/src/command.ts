// The command of a training: what it is called with, what it prints and writes, and its exit code.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ParseArgsOptionsConfig } from 'node:util';
import { writeWhole } from '@eqloss/conformance';
import { type Columns, largestRange, renderMarkdown, renderTable, type Trial, wrap } from './table.ts';
import { integerOf, listOf, named, quoted } from './words.ts';

/** What every training is asked for. */
export interface CommonOptions<M> {
  readonly methods: readonly M[];
  /** One training of each method for each. */
  readonly seeds: readonly number[];
  readonly epochs: number;
  /** File for the results, `.md` or `.json`. Absolute. */
  readonly out?: string;
}

/** The same as `parseArgs` of Node takes it. */
export const commonArguments = {
  methods: { type: 'string' },
  seed: { type: 'string' },
  epochs: { type: 'string' },
  out: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

/** The same as `parseArgs` of Node gives it. */
export type CommonWords = { readonly [K in 'methods' | 'seed' | 'epochs' | 'out']?: string };

/**
 * Reads what every training is asked for.
 *
 * @param methods All, in the order of the table. @param epochs When nothing is said.
 * @param folder What relative paths start from.
 * @throws {Error} for an unknown method, a number out of range, a file of another kind.
 */
export function readCommon<M extends { readonly name: string }>(
  words: CommonWords,
  methods: readonly M[],
  epochs: number,
  folder: string,
): CommonOptions<M> {
  const { out } = words;
  if (out !== undefined && !/\.(md|json)$/.test(out)) {
    throw new Error(`--out ${quoted(out)} ends neither in .md nor .json`);
  }
  return {
    methods: listOf(words.methods)?.map((name) => named('method', name, methods)) ?? methods,
    seeds: (listOf(words.seed) ?? ['1']).map((seed) => integerOf('--seed', seed, 0)),
    epochs: integerOf('--epochs', words.epochs ?? String(epochs), 1),
    out: out === undefined ? undefined : resolve(folder, out),
  };
}

/** A training, as its command runs it. */
export interface Command<O> {
  readonly usage: string;
  /** @throws {Error} for a bad call. */
  readonly parse: (args: readonly string[]) => O | 'help';
  /** Trains whatever is asked for. */
  readonly train: (options: O) => Promise<Outcome>;
}

/** What came of it. */
export interface Outcome {
  readonly trials: readonly Trial[];
  /** Which scores are shown. */
  readonly columns: Columns;
  /** What stands below the table, as one line. */
  readonly legend: string;
  /** Decimals of the seconds that an epoch took. */
  readonly decimals: number;
  /** What a `.json` has. */
  readonly record: object;
}

/**
 * Runs a command: trains, prints the table, writes the file.
 *
 * @returns The exit code: 0, 1 for a training that failed or whose scores are no numbers, 2 for a bad call.
 */
export async function runCommand<O extends CommonOptions<unknown>>(
  { usage, parse, train }: Command<O>,
  args: readonly string[],
): Promise<number> {
  let options: O | 'help';
  try {
    options = parse(args);
    if (options === 'help') {
      process.stdout.write(`${usage}\n`);
      return 0;
    }
    if (options.out !== undefined) checkWritable(options.out);
  } catch (error) {
    say(error);
    return 2;
  }
  try {
    const outcome = await train(options);
    const { trials, columns, record } = outcome;
    process.stdout.write(`${renderTable(trials, columns)}\n${legendOf(outcome, options)}`);
    if (options.out !== undefined) {
      const table = options.out.endsWith('.md');
      writeWhole(options.out, table ? renderMarkdown(trials, columns) : `${JSON.stringify(record, undefined, 1)}\n`);
      say(`written to ${options.out}`);
    }
    return trials.every(({ scores }) => columns.every((name) => Number.isFinite(scores[name]))) ? 0 : 1;
  } catch (error) {
    say(error);
    return 1;
  }
}

/** A file that cannot be written is better found before the work than after it. Leaves no file where there was none. */
function checkWritable(path: string): void {
  const isNew = !existsSync(path);
  writeFileSync(path, '', { flag: 'a' });
  if (isNew) rmSync(path);
}

function legendOf({ trials, columns, legend, decimals }: Outcome, { seeds, epochs }: CommonOptions<unknown>): string {
  const parts = [legend, `An epoch took ${pace(trials, epochs, decimals)} s.`];
  if (seeds.length > 1)
    parts.push(`Means; seeds lie at most ${largestRange(trials, columns).toFixed(1)} points apart.`);
  return wrap(parts.join(' '), 80);
}

/** How long an epoch took: background rows, for one, take longer. */
function pace(trials: readonly Trial[], epochs: number, decimals: number): string {
  const times = trials.map(({ seconds }) => seconds / epochs);
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => time.toFixed(decimals));
  return least === most ? most : `${least} to ${most}`;
}

function say(words: unknown): void {
  process.stderr.write(`train: ${words instanceof Error ? words.message : String(words)}\n`);
}
