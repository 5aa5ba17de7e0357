// Arguments to a run, a run to reports and an exit code.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { checkKnownFailures, type KnownFailure } from './known-failures.ts';
import { loadVectors } from './load.ts';
import { renderNdjson } from './ndjson.ts';
import { runTarget } from './open.ts';
import { type RunRecord, recordRun } from './record.ts';
import { TIMEOUT } from './run.ts';
import { stdioTarget } from './stdio.ts';
import { listTests } from './suite.ts';
import type { Target } from './target.ts';
import { renderTerminal, wantsColor } from './terminal.ts';
import { makeFolder, writeWhole } from './whole.ts';

/** What the command line asks for. */
interface Wishes {
  /** A module's path; with `stdio` a program and its arguments. */
  readonly target: readonly string[];
  readonly stdio: boolean;
  readonly vectors?: string;
  readonly filter?: string;
  readonly knownFailures?: string;
  readonly timeout?: number;
  readonly reports: readonly { readonly render: (record: RunRecord) => string; readonly path: string }[];
}

const usage = `Usage: eqloss-conformance run TARGET [options]

TARGET is the path of a module that exports createTarget(), or with --stdio a
program that speaks the protocol on standard input and output: one quoted
command line, or the program and, after --, its arguments.

  --stdio                TARGET is a program
  --vectors PATH         a vector file or folder; default: those of this package
  --filter TEXT          only tests whose id contains TEXT, or that have it as a
                         flag or clause (N2, LABEL_RANGE, …)
  --known-failures FILE  JSON: [{ target, runtime?, id, reason, link, clause,
                         errors? }]; without --vectors and --filter, each entry
                         about TARGET must list a test
  --timeout SECONDS      for one test, and for starting; default 20
  --report json=FILE,junit=FILE,html=FILE

Exit code: 0 all passed; 1 a failure, no test was run, or a report could not be
written; 2 wrong usage, malformed vectors or no place for a report: nothing was
run; 129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM: no report was written.
`;

/**
 * Runs the command.
 *
 * @param args Without node and the script.
 * @returns The exit code. SIGINT, SIGTERM and SIGHUP end the process at once; programs that it started end with it.
 */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return 0;
  }
  const prepared = await prepare(args).catch((error: unknown) => wordsOf(error));
  if (typeof prepared === 'string') {
    process.stderr.write(`eqloss-conformance: ${prepared}\n`);
    return 2;
  }
  const { wishes, files, knownFailures, createTarget } = prepared;
  const ids = listTests(files, wishes.filter).map(({ test }) => test.id);
  let judged = 0;
  const release = exitOnSignals(
    () => `interrupted at ${ids[judged] ?? 'the end'}, ${judged} of ${ids.length} judged; no report was written`,
  );
  const onResult = () => {
    judged++;
    if (process.stderr.isTTY) process.stderr.write(`\r${judged} of ${ids.length} tests`);
  };
  try {
    const timeout = wishes.timeout === undefined ? undefined : wishes.timeout * 1000;
    // A program has the same limit from stdioTarget, whose words tell more: what it printed, how it ended.
    const startTimeout = wishes.stdio ? 2 * (timeout ?? TIMEOUT) : timeout;
    // Vectors of one's own may be a part of those that a list is about.
    const partial = wishes.vectors !== undefined;
    const options = { filter: wishes.filter, knownFailures, partial, timeout, startTimeout, onResult };
    const report = await runTarget(wishes.target.join(' '), createTarget, files, options);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    const record = recordRun([report], files);
    const look = { color: wantsColor(process.stdout), columns: process.stdout.columns };
    process.stdout.write(renderTerminal([report], record.failures, look));
    const others = [...new Set(knownFailures.map(({ target }) => target))].filter((name) => name !== report.target);
    // A list may serve many targets; but a typo should not go unseen either.
    if (others.length > 0) {
      process.stderr.write(`eqloss-conformance: known failures of other targets were not used: ${others.join(', ')}\n`);
    }
    for (const { render, path } of wishes.reports) writeWhole(path, render(record));
    return record.failures.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`eqloss-conformance: ${wordsOf(error)}\n`);
    return 1;
  } finally {
    release();
  }
}

/** Everything that can be wrong before a test is run is found here. */
async function prepare(args: readonly string[]) {
  const wishes = readArguments(args);
  for (const { path } of wishes.reports) checkReportPath(path);
  const files = await loadVectors(wishes.vectors);
  const knownFailures = wishes.knownFailures ? await readKnownFailures(wishes.knownFailures) : [];
  return { wishes, files, knownFailures, createTarget: await factoryOf(wishes) };
}

function readArguments(args: readonly string[]): Wishes {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      stdio: { type: 'boolean', default: false },
      vectors: { type: 'string' },
      filter: { type: 'string' },
      'known-failures': { type: 'string' },
      timeout: { type: 'string' },
      report: { type: 'string', multiple: true },
    },
  });
  const [command, ...target] = positionals;
  if (command !== 'run') throw new Error(`the command is run, not ${command ?? 'missing'}\n\n${usage}`);
  if (target.length === 0) throw new Error(`TARGET is missing\n\n${usage}`);
  if (target.length > 1 && !values.stdio) throw new Error(`one TARGET, not ${target.length}; a program needs --stdio`);
  const timeout = values.timeout === undefined ? undefined : Number(values.timeout);
  if (timeout !== undefined && !(timeout > 0 && timeout < 1e6)) throw new Error('--timeout takes seconds, more than 0');
  return {
    target,
    stdio: values.stdio,
    vectors: values.vectors,
    filter: values.filter,
    knownFailures: values['known-failures'],
    timeout,
    reports: (values.report ?? []).flatMap((list) => list.split(',')).map(readReport),
  };
}

function readReport(wish: string): Wishes['reports'][number] {
  const [kind, ...rest] = wish.split('=');
  const path = rest.join('=');
  const render = { json: renderNdjson, junit: renderJunit, html: renderHtml }[kind];
  if (!render || path === '') throw new Error(`--report takes json=FILE, junit=FILE or html=FILE, not "${wish}"`);
  return { render, path };
}

/** A report that cannot be written is told before the run, not after it. */
function checkReportPath(path: string): void {
  try {
    const folder = dirname(resolve(path));
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new Error(`the report ${path} cannot be written: ${wordsOf(error)}`);
  }
  if (existsSync(path) && statSync(path).isDirectory()) throw new Error(`the report ${path} is a folder`);
}

async function readKnownFailures(path: string): Promise<readonly KnownFailure[]> {
  try {
    return checkKnownFailures(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path}: ${wordsOf(error)}`);
  }
}

async function factoryOf({ target, stdio, timeout }: Wishes): Promise<() => Promise<Target>> {
  const [first, ...rest] = target;
  if (stdio) {
    const limit = timeout === undefined ? undefined : timeout * 1000;
    return () => stdioTarget(first, rest, { shell: rest.length === 0, timeout: limit });
  }
  const path = resolve(first);
  if (!existsSync(path)) throw new Error(`there is no module ${path}`);
  const module: { createTarget?: unknown } = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new Error(`cannot load ${path}: ${wordsOf(error)}${placeOf(error, path)}`);
  });
  const { createTarget } = module;
  if (typeof createTarget !== 'function') throw new Error(`${path} does not export a function createTarget`);
  return async () => (await createTarget()) as Target;
}

/** Leaving by `process.exit` lets every started program be killed; reports are renamed into place, never cut. */
function exitOnSignals(words: () => string): () => void {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  const handlers = Object.entries(codes).map(([signal, code]) => {
    const handler = () => {
      // At once: what is queued for a pipe would be lost.
      try {
        writeSync(process.stderr.fd, `\neqloss-conformance: ${words()}\n`);
      } finally {
        // Also when nobody reads it.
        process.exit(code);
      }
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

/** Where a module broke. The error of a syntax error does not tell; Node does when it checks the file. */
function placeOf(error: unknown, path: string): string {
  if (error instanceof SyntaxError) {
    const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' });
    const [place] = stderr.split('\n');
    return /:\d+$/.test(place) ? `\n  at ${place}` : '';
  }
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const frame = lines.find((line) => /^ +at /.test(line) && !line.includes('node:internal'));
  return frame ? `\n  ${frame.trim()}` : '';
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
