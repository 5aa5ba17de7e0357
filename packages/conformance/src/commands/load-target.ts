// TARGET of the command line to a factory: a module that is imported, or a program that is started.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TIMEOUT } from '../run.ts';
import { stdioTarget } from '../stdio.ts';
import type { Target } from '../target.ts';
import { UsageError, wordsOf } from './usage.ts';

/** What the command line says of a target. */
export interface TargetWish {
  /** A module's path; with `stdio` a program and its arguments, or both as one command line. */
  readonly words: readonly string[];
  readonly stdio?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
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
export function checkTarget({ words, stdio = false }: TargetWish): void {
  if (words.length === 0) throw new UsageError('TARGET is missing: the path of a module, or with --stdio a program');
  if (words.length > 1 && !stdio) throw new UsageError(`one TARGET, not ${words.length}; a program needs --stdio`);
}

/**
 * Loads a module, or gets ready to start a program.
 *
 * @throws {UsageError} when TARGET is missing, cannot be loaded, or exports no `createTarget`.
 */
export async function loadTarget(wish: TargetWish): Promise<LoadedTarget> {
  checkTarget(wish);
  const { words, stdio = false, timeout = TIMEOUT } = wish;
  const [first, ...rest] = words;
  const name = words.join(' ');
  if (stdio) {
    const createTarget = () => stdioTarget(first, rest, { shell: rest.length === 0, timeout });
    // A program has the same limit from stdioTarget, whose words tell more: what it printed, how it ended.
    return { name, createTarget, startTimeout: 2 * timeout };
  }
  return { name, createTarget: await importFactory(resolve(first)), startTimeout: timeout };
}

async function importFactory(path: string): Promise<() => Promise<Target>> {
  if (!existsSync(path)) throw new UsageError(`there is no module ${path}`);
  const module: { createTarget?: unknown } = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new UsageError(`cannot load ${path}: ${wordsOf(error)}${placeOf(error, path)}`);
  });
  const { createTarget } = module;
  if (typeof createTarget !== 'function') throw new UsageError(`${path} does not export a function createTarget`);
  return async () => (await createTarget()) as Target;
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
