// The vectors on disk are what the oracle says today, and cover the specification.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeTensor } from '../src/decode.ts';
import type { EncodedTest } from '../src/format.ts';
import { CLAUSES } from '../src/lint.ts';
import { loadVectors, vectorsFolder } from '../src/load.ts';
import { differences, generate } from './generate.ts';

const files = await loadVectors();
const tests = files.flatMap(({ file }) => file.groups.flatMap((group) => group.tests));

test('regenerating changes nothing', { timeout: 120_000 }, async () => {
  expect(await differences(vectorsFolder(), await generate())).toEqual([]);
});

test('every clause about a loss, and every error code, has a test', () => {
  // D1 to D5 are advice and tools beside the loss: they have no outputs that a vector could hold.
  const wanted = CLAUSES.filter((clause) => !/^D\d$/.test(clause));
  for (const form of ['sigmoid', 'softmax'] as const) {
    const cited = new Set(
      files
        .filter(({ file }) => file.form === form)
        .flatMap(({ file }) => Object.values(file.notes).flatMap(({ clauses }) => clauses)),
    );
    const foreign = form === 'sigmoid' ? /^X|^BETA_RANGE$/ : /^S\d|^FOREGROUND_RANGE$/;
    expect(wanted.filter((clause) => !cited.has(clause) && !foreign.test(clause))).toEqual([]);
  }
});

test('there are at least 200 tests, nearly all of them in single precision too', () => {
  expect(tests.length).toBeGreaterThanOrEqual(200);
  expect(tests.filter(({ dtypes }) => dtypes.includes('float32')).length).toBeGreaterThan(0.9 * tests.length);
});

test('the folder stays below 12 MB', async () => {
  const names = await readdir(vectorsFolder());
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(vectorsFolder(), name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(12e6);
});

test.each(['sigmoid', 'softmax'])('%s: shards of rows add up to the whole', (form) => {
  const kinds = form === 'sigmoid' ? ['', 'weighted-'] : ['', 'weighted-', 'drawn-'];
  for (const kind of kinds) {
    const whole = find(`${form}-shard-rows-${kind}whole`);
    const parts = [1, 2, 3].map((part) => find(`${form}-shard-rows-${kind}part-${part}`));
    expect(parts.flatMap((part) => values(part, 'rowLosses'))).toEqual(values(whole, 'rowLosses'));
    expect(parts.flatMap((part) => values(part, 'gradient'))).toEqual(values(whole, 'gradient'));
    const sum = parts.reduce((total, part) => total + values(part, 'loss')[0], 0);
    expect(sum).toBeCloseTo(values(whole, 'loss')[0], 13);
  }
});

test('sigmoid: shards of classes add up to the whole', () => {
  for (const kind of ['', 'targets-']) {
    const [whole, ...parts] = ['whole', 'part-1', 'part-2'].map((part) => find(`sigmoid-shard-classes-${kind}${part}`));
    const sum = parts.reduce((total, part) => total + values(part, 'loss')[0], 0);
    expect(sum).toBeCloseTo(values(whole, 'loss')[0], 13);
    const [left, right] = parts.map((part) => values(part, 'gradient'));
    const joined = [0, 1, 2, 3].flatMap((row) => {
      return [...left.slice(2 * row, 2 * row + 2), ...right.slice(3 * row, 3 * row + 3)];
    });
    expect(joined).toEqual(values(whole, 'gradient'));
  }
});

function find(id: string): EncodedTest {
  const found = tests.find((entry) => entry.id === id);
  if (!found) throw new Error(`no test ${id}`);
  return found;
}

function values(entry: EncodedTest, output: 'loss' | 'rowLosses' | 'gradient'): number[] {
  const tensor = 'error' in entry.expected ? undefined : entry.expected[output];
  if (!tensor) throw new Error(`${entry.id} has no ${output}`);
  return Array.from(decodeTensor(tensor).data);
}
