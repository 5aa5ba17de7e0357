// TARGET of the command line to a factory: a module that is imported, or a program that is started.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, extname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createHandler } from '../handler.ts';
import { canMeasureMemory } from '../memory.ts';
import { createMessageCheck, type MessageCheck } from '../message-check.ts';
import { remoteTarget } from '../remote.ts';
import { TIMEOUT } from '../run.ts';
import { stdioTarget } from '../stdio.ts';
import type { Target } from '../target.ts';
import { moduleType, typeScriptAdvice } from './module-kind.ts';
import { UsageError, wordsOf } from './usage.ts';

/** What the command line says of a target. */
export interface TargetWish {
  /** A module's path; with `stdio` a program and its arguments, or both as one command line. */
  readonly words: readonly string[];
  readonly stdio?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Megabytes that a program may hold. */
  readonly memory?: number;
  /** Holds every message to its schema. */
  readonly validate?: boolean;
}

/** A target that can be made. */
export interface LoadedTarget {
  /** What it is called until it says so itself. */
  readonly name: string;
  readonly createTarget: () => Promise<Target>;
  /** Milliseconds that making it may take, for `runTarget`. */
  readonly startTimeout: number;
}

/**
 * Checks that there is one TARGET, before anything slow is done.
 *
 * @throws {UsageError}
 */
export function checkTarget({ words, stdio = false, memory }: TargetWish): void {
  if (words.length === 0) throw new UsageError('TARGET is missing: the path of a module, or with --stdio a program');
  if (words.length > 1 && !stdio) throw new UsageError(`one TARGET, not ${words.length}; a program needs --stdio`);
  if (memory === undefined) return;
  if (!stdio) throw new UsageError('--memory needs --stdio: the memory of a module is that of this process');
  if (!canMeasureMemory()) throw new UsageError(`--memory is unavailable on this platform (${process.platform})`);
}

/**
 * Loads a module, or gets ready to start a program.
 *
 * @throws {UsageError} when TARGET is missing, cannot be loaded, or exports no `createTarget`.
 */
export async function loadTarget(wish: TargetWish): Promise<LoadedTarget> {
  checkTarget(wish);
  const { words, stdio = false, timeout = TIMEOUT, memory, validate = false } = wish;
  const [first, ...rest] = words;
  const name = words.join(' ');
  const check = validate ? await createMessageCheck() : undefined;
  if (stdio) {
    const createTarget = () => stdioTarget(first, rest, { shell: rest.length === 0, timeout, memory, check });
    // A program has the same limit from stdioTarget, whose words tell more: what it printed, how it ended.
    return { name, createTarget, startTimeout: 2 * timeout };
  }
  const factory = await importFactory(resolve(first));
  return { name, createTarget: check ? () => overWire(factory, check) : factory, startTimeout: timeout };
}

/** A module as if it were a program: everything it says goes through JSON and is held to the schema. */
function overWire(createTarget: () => Promise<Target>, check: MessageCheck): Promise<Target> {
  const handle = createHandler(createTarget);
  return remoteTarget(async (message) => {
    check.request(message);
    const reply: unknown = JSON.parse(JSON.stringify(await handle(message)));
    check.reply(message, reply);
    return reply;
  });
}

async function importFactory(path: string): Promise<() => Promise<Target>> {
  if (!existsSync(path)) {
    // In a package of CommonJS `init` writes .mts or .mjs.
    const other = path.replace(/\.([jt]s)$/, '.m$1');
    const hint = other !== path && existsSync(other) ? `, but ${relative('.', other)}` : '';
    throw new UsageError(`there is no module ${path}${hint}`);
  }
  const module: { createTarget?: unknown } = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new UsageError(`cannot load ${path}: ${adviceFor(error, path) ?? wordsOf(error) + placeOf(error, path)}`);
  });
  const { createTarget } = module;
  if (typeof createTarget !== 'function') throw new UsageError(`${path} does not export a function createTarget`);
  return async () => (await createTarget()) as Target;
}

/** What to do where it is not the module's fault. */
function adviceFor(error: unknown, path: string): string | undefined {
  const ending = extname(path);
  const { code } = error as { readonly code?: unknown };
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /^\.m?ts$/.test(ending)) return typeScriptAdvice(relative('.', path));
  const isSyntax = error instanceof SyntaxError && /import statement|Unexpected token 'export'/.test(error.message);
  if (!isSyntax || !/^\.[jt]s$/.test(ending) || moduleType(dirname(path)) !== 'commonjs') return undefined;
  return `its package.json says "type": "commonjs"; rename it to ${basename(path, ending)}.m${ending.slice(1)}`;
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
