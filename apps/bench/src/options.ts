// What the command line says.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Form } from '@eqloss/core';
import { type Group, groupsOf, growthShapes, type Shape, standardShapes } from './cases.ts';
import { type PathEntry, selectPaths } from './paths.ts';
import { type Report, readReport } from './report.ts';
import { selectTasks, type TaskGroup } from './tasks.ts';

/** A run, as the command line asks for it. */
export interface Options {
  readonly entries: readonly PathEntry[];
  readonly groups: readonly Group[];
  /** Of the growth plot; none unless asked for. */
  readonly growth: { readonly groups: readonly Group[]; readonly entries: readonly PathEntry[] };
  readonly tasks: readonly TaskGroup[];
  readonly rounds: number;
  /** Milliseconds, see `Plan`. */
  readonly warmUp: number;
  readonly budget: number;
  /** Where report and plots go. Absolute. */
  readonly out: string;
  /** To compare with, already read. */
  readonly old?: Report;
}

/** How to call, in a few lines. */
export const usage = `usage: npm run bench -- [--quick] [--growth] [--paths wasm,torch-bce]
         [--tasks attach,head] [--shapes 512x1203] [--forms sigmoid,softmax]
         [--rounds N] [--warm-up MS] [--out DIR] [--compare OLD.json]

  --quick    512x1203 only, one layout of rows and classes, fewer rounds, and
             neither a GPU nor the naive loss of gpu.js unless named
  --growth   also how cost grows: 100 to 1,000,000 classes, 40,000 to 4 rows,
             the same number of logits
  --paths    names, separated by commas; default: all. copy always runs
  --tasks    names, separated by commas, or all: these, and paths only when they
             are named too. A run of everything has all tasks
  --shapes   rows x classes, separated by commas;
             default: 512x1203,4096x1203,64x100000
  --forms    sigmoid, softmax or both; default: both
  --rounds   how often each path is timed in each case; default: 9,
             with --quick 5
  --warm-up  milliseconds that each path runs in each case before it is timed;
             default: 150, with --quick 100
  --out      folder of report.json, plot.svg and growth.svg; default: apps/bench
  --compare  a report.json of another run: prints old, new and their ratio
  --help     prints this`;

/**
 * Reads the command line.
 *
 * @param args Without the names of node and script.
 * @param folder What relative paths start from.
 * @returns The options, or 'help' when only the usage is wanted.
 * @throws {Error} for an unknown option, path, form or shape, an option without its value, an old report that is none.
 */
export function parseOptions(args: readonly string[], folder: string = process.cwd()): Options | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: false,
    options: {
      ...{
        paths: text,
        tasks: text,
        shapes: text,
        forms: text,
        rounds: text,
        out: text,
        compare: text,
        'warm-up': text,
      },
      ...{ quick: flag, growth: flag, help: { type: 'boolean', short: 'h' } },
    },
  });
  if (values.help) return 'help';
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw new Error(`--${name} needs a value`);
  }
  const quick = values.quick === true;
  const names = list(values.paths);
  const entries = selectPaths(names).filter(({ named }) => names !== undefined || !quick || !named?.includes('quick'));
  const tasks = list(values.tasks);
  // Whoever asks for some of the work does not want the rest, which takes minutes.
  const some = quick || [names, values.shapes, values.forms].some((value) => value !== undefined);
  const withPaths = tasks === undefined || names !== undefined;
  const forms = formsOf(list(values.forms));
  const shapes = list(values.shapes)?.map(shapeOf) ?? (quick ? standardShapes.slice(0, 1) : standardShapes);
  return {
    entries,
    groups: withPaths ? groupsOf(shapes, forms, quick ? 'first' : 'all') : [],
    growth: {
      groups: values.growth ? groupsOf(growthShapes, forms, 'first') : [],
      // Two threads are another question.
      entries: entries.filter(({ threads, named }) => {
        return names !== undefined || (threads === 1 && !named?.includes('growth'));
      }),
    },
    tasks: selectTasks(tasks ?? (some ? [] : ['all'])),
    rounds: roundsOf(values.rounds ?? (quick ? '5' : '9')),
    warmUp: warmUpOf(values['warm-up'] ?? (quick ? '100' : '150')),
    budget: quick ? 500 : 700,
    out: values.out === undefined ? fileURLToPath(new URL('..', import.meta.url)) : resolve(folder, values.out),
    old: values.compare === undefined ? undefined : readReport(resolve(folder, values.compare)),
  };
}

function list(value: string | undefined): readonly string[] | undefined {
  return value?.split(',').map((part) => part.trim());
}

function formsOf(names: readonly string[] = ['sigmoid', 'softmax']): readonly Form[] {
  for (const name of names) {
    if (name !== 'sigmoid' && name !== 'softmax') throw new Error(`unknown form ${name}; known: sigmoid, softmax`);
  }
  return names as readonly Form[];
}

function shapeOf(text: string): Shape {
  const [, rows, classes] = /^([1-9]\d*)x([1-9]\d*)$/.exec(text)?.map(Number) ?? [];
  if (rows === undefined || classes === undefined || classes < 2) {
    throw new Error(`${JSON.stringify(text)} is no shape; wanted rows x classes, as 512x1203, two classes at least`);
  }
  // What every path can hold, with a gradient in double beside it.
  if (rows * classes > 2 ** 27) throw new Error(`${text} has more than ${2 ** 27} logits`);
  return { rows, classes };
}

function roundsOf(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 2 && rounds <= 1000) return rounds;
  throw new Error(`--rounds is ${text}; wanted an integer from 2 to 1000`);
}

function warmUpOf(text: string): number {
  const milliseconds = Number(text);
  if (Number.isInteger(milliseconds) && milliseconds >= 1 && milliseconds <= 60_000) return milliseconds;
  throw new Error(`--warm-up is ${text}; wanted milliseconds from 1 to 60000`);
}
