// What the command line says.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { integerOf, listOf, named, oneOf, quoted } from '@eqloss/training/words';
import type { GpuMode } from './gpu.ts';
import { type Method, methods } from './methods.ts';
import { modes, type PlaceName } from './place.ts';

/** A run, as the command line asks for it. */
export interface Options {
  readonly methods: readonly Method[];
  /** One training of each method for each. */
  readonly seeds: readonly number[];
  readonly epochs: number;
  /** What runs the trainings. */
  readonly place: PlaceName;
  /** Of gpu.js; one that the place has. */
  readonly mode: GpuMode;
  /** File for the results, `.md` or `.json`. Absolute. */
  readonly out?: string;
}

/** How to call, in a few lines. */
export const usage = `usage: npm run train:mnist -- [--methods ce,seql] [--seed 1,2,3] [--epochs N]
         [--mode NAME] [--browser] [--out FILE]

  --methods  ${methods.map(({ name }) => name).join(', ')}; default: all
  --seed     integers >= 0, separated by commas; of several, the mean is shown
             and the range; default: 1
  --epochs   passes over the training part; default: 12
  --mode     of gpu.js, in Node: ${modes.node.join(', ')};
             in Chromium: ${modes.chromium.join(', ')};
             default: the first
  --browser  trains in a page of Chromium instead of Node
  --out      a file for the results: FILE.md, a table, or FILE.json;
             default: nothing is written
  --help     prints this`;

/**
 * Reads the command line.
 *
 * @param args Without the names of node and script.
 * @param folder What relative paths start from.
 * @returns The options, or 'help' when only the usage is wanted.
 * @throws {Error} for an unknown option, method or mode, an option without its value, a number out of range.
 */
export function parseOptions(args: readonly string[], folder: string = process.cwd()): Options | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: false,
    options: {
      ...{ methods: text, seed: text, epochs: text, mode: text, out: text },
      browser: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { out } = values;
  const place = values.browser ? 'chromium' : 'node';
  if (out !== undefined && !/\.(md|json)$/.test(out))
    throw new Error(`--out ${quoted(out)} ends neither in .md nor .json`);
  return {
    methods: listOf(values.methods)?.map((name) => named('method', name, methods)) ?? methods,
    seeds: (listOf(values.seed) ?? ['1']).map((seed) => integerOf('--seed', seed, 0)),
    epochs: integerOf('--epochs', values.epochs ?? '12', 1),
    place,
    mode: oneOf<GpuMode>(place === 'node' ? 'mode in Node' : 'mode in Chromium', values.mode, modes[place]),
    out: out === undefined ? undefined : resolve(folder, out),
  };
}
