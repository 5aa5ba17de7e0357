// What the command line says.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { vectorsFolder } from '@eqloss/conformance';
import { selectRuns, type TargetRun } from './targets.ts';

/** A run, as the command line asks for it. */
export interface Options {
  readonly runs: readonly TargetRun[];
  /** A vector file, or a folder of them. Absolute. */
  readonly vectors: string;
  /** Where the reports go. Absolute. */
  readonly out: string;
  readonly filter?: string;
}

/** How to call, in a few lines. */
export const usage = `usage: npm start -- [--targets core,tfjs-cpu] [--vectors PATH] [--out DIR] [--filter TEXT]

  --targets  names, separated by commas; default: all
  --vectors  a vector file or a folder of them; default: packages/conformance/vectors
  --out      folder of report.ndjson, junit.xml and index.html; default: apps/conformance/report
  --filter   only tests whose id contains TEXT, or that have it as a flag or clause
  --help     prints this`;

/**
 * Reads the command line.
 *
 * @param args Without the names of node and script.
 * @param folder What relative paths start from.
 * @returns The options, or 'help' when only the usage is wanted.
 * @throws {Error} for an unknown option or target, and for an option without its value.
 */
export function parseOptions(args: readonly string[], folder: string = process.cwd()): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: false,
    options: {
      targets: { type: 'string' },
      vectors: { type: 'string' },
      out: { type: 'string' },
      filter: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw new Error(`--${name} needs a value`);
  }
  const names = values.targets?.split(',').map((name) => name.trim());
  return {
    runs: selectRuns(names),
    vectors: values.vectors === undefined ? vectorsFolder() : resolve(folder, values.vectors),
    out: values.out === undefined ? fileURLToPath(new URL('../report', import.meta.url)) : resolve(folder, values.out),
    filter: values.filter,
  };
}
