// The page about picking must not go stale: it is what its numbers make, and its numbers are those of the code now.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { labelOf, listTests, loadVectors } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import { root } from '../../../../scripts/run.mjs';
import { loadTarget } from '../load-target.ts';
import { selectRuns, targets } from '../targets.ts';
import type { Picking } from './extract.ts';
import { packageOf, packages } from './packages.ts';
import { renderPicking } from './page.ts';
import { measureSize } from './sizes.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const picking: Picking = JSON.parse(read('docs/picking.json'));
const again = 'npm run picking -- --measure writes it anew';

test('the page is what its numbers make', () => {
  expect(read('docs/picking-an-adapter.md'), again).toBe(renderPicking(picking));
});

test('the README leads to it', () => {
  expect(read('README.md')).toContain('(docs/picking-an-adapter.md)');
});

test('every target of the list is in it, and no other', () => {
  const listed = selectRuns().map(({ entry, runtime }) => labelOf({ target: entry.name, runtime }));
  expect(picking.targets.map(labelOf), again).toEqual(listed);
  for (const { name, module } of targets) {
    const found = picking.targets.find(({ target }) => target === name);
    expect(found?.package, name).toBe(packageOf({ module }).name);
  }
});

test('it is about as many vectors as there are', async () => {
  const tests = listTests(await loadVectors()).length;
  expect(picking.tests, again).toBe(tests);
  for (const { unavailable, passed, knownFailures, missing, ...target } of picking.targets) {
    if (unavailable !== undefined) continue;
    // A test may lack two things, but not none.
    const needs = Object.values(missing).reduce((sum, count) => sum + count, 0);
    expect(passed + knownFailures + needs, labelOf(target)).toBeGreaterThanOrEqual(tests);
  }
});

describe('what a target claims is what it claimed then', () => {
  // GPUs are not everywhere, and pages need a browser.
  const here = selectRuns().filter(({ entry, runtime }) => runtime === 'node' && !entry.name.endsWith('webgpu'));
  test.each(here.map(({ entry }) => entry.name))('%s', async (name) => {
    const target = await loadTarget(name);
    try {
      const found = picking.targets.find((each) => each.target === name && each.runtime === 'node');
      expect(found?.supports, again).toEqual(target.supports);
    } finally {
      await target.stop?.();
    }
  });
});

describe('the size of a package is what the page says, but for a hundredth', () => {
  test.each(packages)('$name', async (entry) => {
    const { gzip, minified } = await measureSize(entry);
    const told = picking.packages.find(({ name }) => name === entry.name);
    for (const [now, then] of [
      [gzip, told?.gzip],
      [minified, told?.minified],
    ]) {
      expect(Math.abs(now! / Number(then) - 1), 'npm run picking -- --sizes mends it').toBeLessThan(0.01);
    }
  });
});
