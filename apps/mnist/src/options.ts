// What the command line says.

import { parseArgs } from 'node:util';
import { type CommonOptions, commonArguments, readCommon } from '@eqloss/training/command';
import { oneOf } from '@eqloss/training/words';
import type { GpuMode } from './gpu.ts';
import { type Method, methods } from './methods.ts';
import { modes, type PlaceName } from './place.ts';

/** A run, as the command line asks for it. */
export interface Options extends CommonOptions<Method> {
  /** What runs the trainings. */
  readonly place: PlaceName;
  /** Of gpu.js; one that the place has. */
  readonly mode: GpuMode;
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
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: false,
    options: {
      ...commonArguments,
      mode: { type: 'string' },
      browser: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  const place = values.browser ? 'chromium' : 'node';
  return {
    ...readCommon(values, methods, 12, folder),
    place,
    mode: oneOf<GpuMode>(place === 'node' ? 'mode in Node' : 'mode in Chromium', values.mode, modes[place]),
  };
}
