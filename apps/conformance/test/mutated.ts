// A copy of core with one text changed, as a target.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Target } from '@eqloss/conformance';
import { targetOf } from '../src/targets/core.ts';
import type { Mutant } from './mutants.ts';

/** Makes mutants in a folder of their own. */
export interface Mutator {
  /** @throws {Error} when the text to change does not stand exactly once in its file. */
  mutated(mutant: Mutant): Promise<Target>;
  /** Removes the folder. */
  clean(): void;
}

const source = fileURLToPath(new URL('../../../packages/core/src', import.meta.url));

/** Begins a folder for mutants, beside the sources, so that the copies are compiled like them. */
export function createMutator(): Mutator {
  const scratch = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), '.mutants-'));
  return {
    async mutated({ name, file, find, replace, precision }) {
      const folder = mkdtempSync(join(scratch, 'core-')); // a name used twice would load the first copy again
      cpSync(source, folder, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      if (text.split(find).length !== 2) {
        throw new Error(`the text of mutant "${name}" must stand exactly once in ${file}`);
      }
      writeFileSync(
        path,
        text.replace(find, () => replace),
      );
      return targetOf(await import(/* @vite-ignore */ pathToFileURL(join(folder, 'index.ts')).href), precision);
    },
    clean: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
