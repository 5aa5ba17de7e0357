// Files that are written whole or not at all. Node only.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Writes a report beside its place and renames it, so that there is never half a report. Synchronous, so that no signal
 * handler of this process can come between.
 */
export function writeWhole(path: string, text: string): void {
  makeFolder(dirname(resolve(path)));
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, path);
  } catch (error) {
    // The file that is named there is not the one that was asked for.
    throw new Error(`${path} cannot be written: ${error instanceof Error ? error.message.split(', ')[0] : error}`);
  } finally {
    rmSync(beside, { force: true });
  }
}

/**
 * Makes a folder and those above it. Level by level: where nothing can be made, as in /proc, Node's recursive mkdir
 * takes the answer for a missing parent and tries for ever.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(path)) throw error;
  }
}
