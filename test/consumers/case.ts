// What a case of the matrix is.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { World } from './world.ts';

/** One thing that a user does with the installed packages. */
export interface Case {
  /** `group/what/on which`: what `--only` searches in. */
  readonly name: string;
  /** Whether `npm test` runs it, too. */
  readonly always?: boolean;
  /** Whether a failure is only told. */
  readonly noted?: boolean;
  /** @throws what is wrong; {@link Unavailable} when this machine cannot tell. */
  run(world: World): Promise<void>;
}

/** A folder for the files of one case, below one where packages are installed. */
export function workFolder(installed: string, name: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = join(installed, 'work', name.replaceAll(/[^\w.-]/g, '-'));
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

/** @throws with what came, unless all is in it. */
export function expectText(came: string, ...wanted: readonly string[]): void {
  for (const each of wanted) {
    if (!came.includes(each)) throw new Error(`wanted the text\n  ${each}\nin\n${came}`);
  }
}
