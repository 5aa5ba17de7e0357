import { readdirSync, readFileSync } from 'node:fs';
import { checkKnownFailures } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import { selectRuns, targets } from './targets.ts';

describe('the list of targets', () => {
  test('names every target once', () => {
    const names = targets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('has a line for every target file, and a file for every line', () => {
    const files = readdirSync(new URL('./targets', import.meta.url))
      .filter((name) => name.endsWith('.ts') && name !== 'batch.ts')
      .map((name) => name.slice(0, -'.ts'.length));
    expect([...new Set(targets.map(({ module }) => module))].sort()).toEqual(files.sort());
  });

  test('holds every target of the known failures, in its runtime', () => {
    const file = new URL('./known-failures.json', import.meta.url);
    const entries = checkKnownFailures(JSON.parse(readFileSync(file, 'utf8')));
    const lost = entries.filter(({ target, runtime }) => {
      const entry = targets.find(({ name }) => name === target);
      return !entry || (runtime !== undefined && !entry.runtimes.includes(runtime));
    });
    expect(lost).toEqual([]);
  });

  test('runs the reference in both runtimes', () => {
    expect(selectRuns(['core']).map(({ runtime }) => runtime)).toEqual(['node', 'chromium']);
  });

  test('is run whole, every target in each of its runtimes, when nothing is named', () => {
    const wanted = targets.reduce((sum, { runtimes }) => sum + runtimes.length, 0);
    expect(selectRuns()).toHaveLength(wanted);
  });

  test('keeps its order, whatever the order of the names', () => {
    const names = selectRuns(['ort-cpu', 'core', 'core']).map(({ entry }) => entry.name);
    expect(names).toEqual(['core', 'core', 'ort-cpu']);
  });

  test.each([[['torch']], [['core', 'Core']], [['']]])('refuses %j and says what is known', (names) => {
    expect(() => selectRuns(names)).toThrow(/unknown target.*known: core, core-single,/);
  });
});
