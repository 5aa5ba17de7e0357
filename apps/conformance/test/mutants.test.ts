// The suite must tell every wrong loss from the right one. A survivor means a missing vector.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isFailure, loadVectors, runSuite, type SuiteFile, type Target } from '@eqloss/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTarget, targetOf } from '../src/targets/core.ts';
import { type Mutant, mutants } from './mutants.ts';

const source = fileURLToPath(new URL('../../../packages/core/src', import.meta.url));
// Beside the sources, so that the copies are compiled like them.
const scratch = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), '.mutants-'));
let files: SuiteFile[];

/** Small vectors only: a rule that only a large batch proves would be hard to learn from. */
const LARGEST = 2000;

beforeAll(async () => {
  files = (await loadVectors()).map(({ path, file }) => ({
    path,
    file: {
      ...file,
      groups: file.groups.map((group) => ({
        ...group,
        tests: group.tests.filter((each) => each.inputs.logits.shape.reduce((a, b) => a * b, 1) <= LARGEST),
      })),
    },
  }));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function mutated({ name, file, find, replace, precision }: Mutant): Promise<Target> {
  const folder = mkdtempSync(join(scratch, 'core-')); // a name used twice would load the first copy again
  cpSync(source, folder, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text.split(find), `the text of mutant "${name}" must stand exactly once in ${file}`).toHaveLength(2);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  return targetOf(await import(/* @vite-ignore */ pathToFileURL(join(folder, 'index.ts')).href), precision);
}

/** The vectors that a target fails. The smoke test is answered for it: only a vector counts. */
async function killersOf(target: Target): Promise<string[]> {
  const right = await createTarget();
  const run: Target['run'] = (each) => (each.id.startsWith('smoke-') ? right : target).run(each);
  const { results } = await runSuite({ ...target, run }, files);
  return results.filter(isFailure).map((result) => result.id);
}

test('no two mutants share a name', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

test.each(['double', 'single'])('core itself, in %s precision, is killed by nothing', async (backend) => {
  expect(await killersOf(await createTarget({ backend }))).toEqual([]);
});

describe('a small vector kills', () => {
  test.each(mutants)('$clause: $name', async (mutant) => {
    const killers = await killersOf(await mutated(mutant));
    expect(killers, 'no vector kills this mutant').not.toEqual([]);
    console.log(`${mutant.clause} ${mutant.name}: killed by ${killers.length}, first ${killers[0]}`);
  });
});
