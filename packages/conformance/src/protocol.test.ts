import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Specifiers of every import and re-export, types left out, reached from a file of this folder. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(new URL(file, import.meta.url), 'utf8');
  for (const [, types, specifier] of source.matchAll(/^(?:import|export)( type)?[^;]*? from '([^']+)';/gms)) {
    if (types) continue;
    if (specifier.startsWith('./')) importsOf(specifier, seen);
    else seen.add(specifier);
  }
  return seen;
}

test('what pages import needs no Node module and no package', () => {
  const imports = importsOf('./protocol.ts');
  expect([...imports]).toEqual(expect.arrayContaining(['./run.ts', './remote.ts', './compare.ts', './words.ts']));
  expect([...imports].filter((specifier) => !specifier.startsWith('./'))).toEqual([]);
  expect([...importsOf('./index.ts')]).toContain('node:child_process');
});
