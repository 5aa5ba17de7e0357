import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

/** Specifiers of every import and re-export, types left out, reached from a file of this folder. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(new URL(file, import.meta.url), 'utf8');
  for (const [, types, specifier] of source.matchAll(/^(?:import|export)( type)?[^;]*? from '([^']+)';/gms)) {
    if (types) continue;
    if (specifier.startsWith('.')) importsOf(`./${posix.join(posix.dirname(file), specifier)}`, seen);
    else seen.add(specifier);
  }
  return seen;
}

test('what pages import needs no Node module, and of packages only two that pages can have', () => {
  const imports = importsOf('./protocol.ts');
  const own = ['./run.ts', './remote.ts', './compare.ts', './words.ts', './html/plots.ts', './badge/badge.ts'];
  expect([...imports]).toEqual(expect.arrayContaining(own));
  expect([...imports].filter((specifier) => !specifier.startsWith('./'))).toEqual([
    'decimal.js', // the oracle, for drawn batches
    'd3-scale', // the plots of the report
  ]);
  expect([...importsOf('./index.ts')]).toContain('node:child_process');
});
