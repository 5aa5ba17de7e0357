// The step that the README shows is the step that is taken.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the README shows the step as it is', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const shown = /```ts\n([\s\S]*?)```/.exec(read('../README.md'))?.[1] ?? '';
  const lines = (text: string) => text.split('\n').map((line) => line.trim());
  expect(lines(shown).length).toBeGreaterThan(8);
  expect(lines(read('../src/network.ts')).join('\n')).toContain(lines(shown).join('\n').trim());
});
