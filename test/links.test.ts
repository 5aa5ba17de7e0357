// What scripts/links.mjs says of links in published Markdown, on packages of this repository.

import { expect, test } from 'vitest';
import { deadLinks } from '../scripts/links.mjs';
import { publishedPackages } from '../scripts/pack.mjs';

const repository = 'https://github.com/eqloss/eqloss';

/** The problems of a README of @eqloss/tfjs, which depends on core and not on conformance. */
function problemsOf(readme: string): string[] {
  const { folder } = publishedPackages().find(({ name }) => name === '@eqloss/tfjs')!;
  const files = new Map([
    ['README.md', Buffer.from(readme)],
    ['src/index.ts', Buffer.from('')],
  ]);
  const other = new Map([['SPEC.md', Buffer.from('')]]);
  return deadLinks({ folder, files, manifest: { dependencies: { '@eqloss/core': '1.0.0' } } }, () => other);
}

test.each([
  ['a file of the package', '[a](src/index.ts)'],
  ['a file of a package that it depends on', '[a](../core/SPEC.md)'],
  ['a heading', '## How fast?\n[a](#how-fast)'],
  ['the repository', `[a](${repository}/blob/main/docs/picking-an-adapter.md) [b](${repository}/tree/main/apps/mnist)`],
  ['another host', '[a](https://arxiv.org/abs/2003.05176)'],
  ['nothing, in code', '`[a](b)`\n```md\n[a](b.md)\n```\n'],
])('a link may lead to %s', (_, readme) => {
  expect(problemsOf(readme)).toEqual([]);
});

test.each([
  ['[a](src/gone.ts)', 'does not exist in the repository'],
  ['[a](src/host.test.ts)', 'is not in the tarball'],
  ['[a](../core/LICENSE)', `leads nowhere in node_modules; link to ${repository}/blob/main/packages/core/LICENSE`],
  ['[a](../conformance/README.md)', 'leads nowhere in node_modules'],
  ['[a](../../docs/picking-an-adapter.md)', 'leads nowhere in node_modules'],
  [`[a](${repository}/blob/main/docs/gone.md)`, 'does not exist in the repository'],
  [`[a](${repository}/blob/main/README.md#gone)`, 'has no heading gone'],
  ['[a](#gone)', 'has no heading'],
])('%s is told', (readme, why) => {
  expect(problemsOf(readme)).toEqual([expect.stringContaining(why)]);
});
