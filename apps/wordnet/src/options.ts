// What the command line says.

import { parseArgs } from 'node:util';
import { type CommonOptions, commonArguments, readCommon } from '@eqloss/training/command';
import { listOf, oneOf, quoted } from '@eqloss/training/words';
import { type Method, methods } from './methods.ts';
import { type Backend, backends, type StackName, stackNames } from './stack.ts';

/** A run, as the command line asks for it. */
export interface Options extends CommonOptions<Method> {
  /** What trains. */
  readonly stack: StackName;
  /** One that the stack has. */
  readonly backend: Backend;
  /** To choose a learning rate on the validation part; the test is left alone then. */
  readonly rates?: readonly number[];
}

/** How to call, in a few lines. */
export const usage = `usage: npm run train -- [--methods ce,seql] [--seed 1,2,3] [--epochs N]
         [--stack NAME] [--backend NAME] [--rates 0.01,0.03,0.1]
         [--out FILE]

  --methods  ${names(methods.slice(0, 4))},
             ${names(methods.slice(4))}; default: all
  --seed     integers >= 0, separated by commas; of several, the mean is shown
             and the range; default: 1
  --epochs   passes over the training part; default: 4
  --stack    what trains: ${stackNames.join(', ')}; default: ${stackNames[0]}
  --backend  of tfjs: wasm, or cpu, which takes 50 times as long; of
             onnxruntime: cpu; default: the first
  --rates    tries these learning rates instead of each method's own, and
             judges them on the validation part
  --out      a file for the results: FILE.md, a table, or FILE.json;
             default: nothing is written
  --help     prints this`;

/**
 * Reads the command line.
 *
 * @param args Without the names of node and script.
 * @param folder What relative paths start from.
 * @returns The options, or 'help' when only the usage is wanted.
 * @throws {Error} for an unknown option, method, stack or backend, an option without its value, a number out of range.
 */
export function parseOptions(args: readonly string[], folder: string = process.cwd()): Options | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: false,
    options: {
      ...commonArguments,
      ...{ stack: text, backend: text, rates: text },
    },
  });
  if (values.help) return 'help';
  const stack = oneOf('stack', values.stack, stackNames);
  return {
    ...readCommon(values, methods, 4, folder),
    stack,
    backend: oneOf(`${stack} backend`, values.backend, backends[stack]),
    rates: listOf(values.rates)?.map(rateOf),
  };
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (text === '' || !(rate > 0 && rate < Number.POSITIVE_INFINITY)) {
    throw new Error(`--rates has ${quoted(text)}; wanted numbers > 0`);
  }
  return rate;
}

function names(some: readonly Method[]): string {
  return some.map(({ name }) => name).join(', ');
}
