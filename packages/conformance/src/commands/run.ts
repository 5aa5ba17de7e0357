// The command `run`: its options, and which piece of work they ask for.

import { Option } from 'commander';
import { DEFAULT_DRAW } from '../fuzz/fuzz.ts';
import type { Shard } from '../shard.ts';
import type { AddCommand } from './all.ts';
import { explain } from './explain.ts';
import { judgeTarget } from './judge-target.ts';
import { list } from './list.ts';
import { filterOption, readTimeout, shardOption, vectorsOption, wholeNumber } from './options.ts';
import { type ReportWish, readReports } from './reports.ts';

/** What the options of `run` say. */
export interface RunWishes {
  readonly stdio?: true;
  readonly vectors?: string;
  readonly filter?: string;
  readonly knownFailures?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly report?: readonly ReportWish[];
  /** The report in JSON on standard output, and nothing else there. */
  readonly json?: true;
  readonly shard?: Shard;
  readonly validate?: true;
  /** Megabytes. */
  readonly memory?: number;
  readonly list?: true;
  /** Batches to draw. */
  readonly fuzz?: number;
  readonly seed?: number;
  readonly fuzzOut?: string;
  /** An id. */
  readonly explain?: string;
}

/** `run TARGET`. */
export const addRun: AddCommand = (program, end) => {
  program
    .command('run')
    .usage('TARGET [options]')
    .summary('judges a target')
    .description(description)
    .argument('[TARGET...]')
    .option('--stdio', 'TARGET is a program')
    .option(...vectorsOption)
    .option(...filterOption)
    .option(...shardOption)
    .option('--known-failures <FILE>', knownFailuresHelp)
    .option('--timeout <SECONDS>', 'for one test, and for starting; default 20', readTimeout)
    .option('--memory <MB>', memoryHelp, wholeNumber('--memory', 1))
    .option('--validate', 'holds every message, both ways, to schema/messages.schema.json')
    .option('--report <LIST>', 'json=FILE,junit=FILE,html=FILE', readReports)
    .option('--json', 'the JSON report on standard output, and nothing else there')
    .option('--fuzz <N>', fuzzHelp, wholeNumber('--fuzz', 0))
    .option(
      '--seed <S>',
      'what is drawn; default with --fuzz: another one each time',
      wholeNumber('--seed', 0, 2 ** 32 - 1),
    )
    .option('--fuzz-out <FOLDER>', 'gets a vector file for each batch that fails, for --vectors')
    .addOption(new Option('--list', 'only lists the tests; TARGET may be missing').conflicts(drawing))
    .addOption(new Option('--explain <ID>', 'only explains one test; TARGET may be missing').conflicts(apart))
    .action(async (target: string[], wishes: RunWishes) => end(await run(target, wishes)));
};

/** One line for each piece of work that an option asks for. */
async function run(target: readonly string[], wishes: RunWishes): Promise<number> {
  if (wishes.explain !== undefined) return explain(wishes.explain, wishes.vectors);
  if (wishes.list) return list(wishes);
  return judgeTarget(target, wishes);
}

const description = `Judges a target.

TARGET is the path of a module that exports createTarget(), or with --stdio a
program that speaks the protocol on standard input and output: one quoted
command line, or the program and, after --, its arguments.`;

const knownFailuresHelp = `JSON: [{ target, runtime?, id, reason, link, clause, errors? }]; unless a part of the tests is chosen, each entry about TARGET must list a test`;

const fuzzHelp = `draws N batches more, within what TARGET claims, and shrinks what fails; default ${DEFAULT_DRAW.count}, or 0 when a part of the tests is chosen`;

const memoryHelp =
  'ends a program that holds more, with what it started; default: three quarters of the machine; on Linux';

const drawing = ['report', 'fuzz', 'seed', 'fuzzOut'];
const apart = [...drawing, 'list', 'json', 'filter', 'shard'];
