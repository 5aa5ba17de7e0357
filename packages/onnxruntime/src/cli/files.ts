// Files in and out: read whole, written beside and renamed.

import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './arguments.ts';

/** A file that cannot be read or written; the message is one line. */
export class FileError extends Error {}

/** @throws {FileError} */
export function readModelFile(path: string): Uint8Array {
  return attempt(`${path} cannot be read`, () => readFileSync(path));
}

/** @throws {FileError} also for what is no JSON */
export function readJson(path: string): unknown {
  const text = attempt(`${path} cannot be read`, () => readFileSync(path, 'utf8'));
  return attempt(`${path} is no JSON`, () => JSON.parse(text));
}

/**
 * @throws {UsageError} for a file that exists, without `force`
 * @throws {FileError} for a folder, or a folder that is not there
 */
export function checkTarget(path: string, force: boolean): void {
  if (!existsSync(dirname(path))) throw new FileError(`${path} cannot be written: ${dirname(path)} does not exist`);
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) throw new FileError(`${path} cannot be written: it is a folder`);
  if (!force) throw new UsageError(`${path} exists; --force replaces it`);
}

/**
 * Writes a file that is there whole or not at all.
 *
 * @throws {UsageError} for a file that has come to exist, without `force`
 * @throws {FileError}
 */
export function writeNew(path: string, bytes: Uint8Array, force: boolean): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    attempt(`${path} cannot be written`, () => writeFileSync(beside, bytes, { flag: 'wx' }));
    checkTarget(path, force);
    attempt(`${path} cannot be written`, () => renameSync(beside, path));
  } finally {
    rmSync(beside, { force: true });
  }
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new FileError(`${what}: ${line}`);
  }
}
