// Short names must not hide where a target ran.

import { expect, test } from 'vitest';
import { shortLabel, starWords } from './labels.ts';

test('a star marks what ran outside Node, and the legend says where', () => {
  const node = { target: 'core', runtime: 'node' } as const;
  const chromium = { target: 'core', runtime: 'chromium' } as const;
  const other = { target: 'core', runtime: 'browser' } as const;
  expect([node, chromium, other].map(shortLabel)).toEqual(['core', 'core*', 'core*']);
  expect(starWords([node])).toBeUndefined();
  expect(starWords([node, chromium])).toBe('in Chromium');
  expect(starWords([chromium, other])).toBe('in a browser');
});
