// A copy of a package with one text changed, ready to be judged.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Target } from '@eqloss/conformance';
import type * as core from '@eqloss/core';
import type * as wasm from '@eqloss/wasm';
import { targetOf } from '../src/targets/core.ts';
import { targetOf as wasmTargetOf } from '../src/targets/wasm.ts';
import type { Mutant } from './mutant.ts';

/** Makes mutants in a folder of their own. */
export interface Mutator {
  /** @throws {Error} when the text to change does not stand exactly once in its file. */
  target(mutant: Mutant): Promise<Target>;
  /** The mutant's generator. Throws as {@link target}. */
  drawBeta(mutant: Mutant): Promise<typeof core.drawBeta>;
  /** Removes the folder. */
  clean(): void;
}

/** Begins a folder for mutants, beside the sources, so that the copies are compiled like them. */
export function createMutator(): Mutator {
  const scratch = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), '.mutants-'));
  // By Node, which takes sources as they are: what is imported, Vitest compiles, every file of every copy.
  const load = createRequire(import.meta.url);
  const moduleOf = (mutant: Mutant): unknown => load(join(copyOf(mutant, scratch), 'index.ts'));
  return {
    async target(mutant) {
      const module = moduleOf(mutant);
      if (mutant.package === 'wasm') return wasmTargetOf((module as typeof wasm).createKernels, 'typescript');
      return targetOf(module as typeof core, mutant.precision);
    },
    drawBeta: async (mutant) => (moduleOf(mutant) as typeof core).drawBeta,
    clean: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

/** The folder of a changed copy. A name used twice would load the first copy again. */
function copyOf(mutant: Mutant, scratch: string): string {
  const { name, file, find, replace } = mutant;
  const owner = mutant.package ?? 'core';
  const folder = mkdtempSync(join(scratch, `${owner}-`));
  const source = fileURLToPath(new URL(`../../../packages/${owner}/src`, import.meta.url));
  cpSync(source, folder, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(find).length !== 2) {
    throw new Error(`the text of mutant "${name}" must stand exactly once in ${file} of ${owner}`);
  }
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  return folder;
}
