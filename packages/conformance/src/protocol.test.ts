import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/**
 * Every import and re-export, types left out, reached from a file of this folder: files as `./name.ts` from here, packages
 * by their names.
 */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const url = new URL(file, import.meta.url);
  const source = readFileSync(url, 'utf8');
  for (const [, types, specifier] of source.matchAll(/^(?:import|export)( type)?[^;]*? from '([^']+)';/gms)) {
    if (types) continue;
    if (specifier.startsWith('.')) {
      importsOf(new URL(specifier, url).href.replace(new URL('.', import.meta.url).href, './'), seen);
    } else seen.add(specifier);
  }
  return seen;
}

test('what pages import needs no Node module, and of packages only what draws the plots of the report', () => {
  const imports = importsOf('./protocol.ts');
  const own = ['./run.ts', './remote.ts', './compare.ts', './words.ts', './html/plots.ts', './badge/badge.ts'];
  expect([...imports]).toEqual(expect.arrayContaining(own));
  expect([...imports].filter((specifier) => !specifier.startsWith('./'))).toEqual(['d3-scale']);
  expect([...importsOf('./index.ts')]).toContain('node:child_process');
});

test('the fuzzer, too, needs no Node module, and of packages only the decimals of the oracle', () => {
  const imports = importsOf('./fuzz.ts');
  expect([...imports]).toEqual(expect.arrayContaining(['./fuzz/fuzz.ts', './oracle/oracle.ts', './run.ts']));
  expect([...imports].filter((specifier) => !specifier.startsWith('./'))).toEqual(['decimal.js']);
});
