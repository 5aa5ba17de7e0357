// Links as GitHub reads them, and what the site makes of them.

import { describe, expect, test } from 'vitest';
import { anchorOf } from '../../../scripts/links.mjs';
import { anchorClauses, linkClauses, turnLinks } from './links.ts';
import { repository } from './pages.ts';

const places = new Map([
  ['docs/reductions.md', 'guide/reductions'],
  ['apps/wordnet/README.md', 'measured/wordnet'],
]);
const turn = (text: string) =>
  turnLinks(text, { source: 'docs/quick-start.md', repository, placeOf: (file) => places.get(file) });

describe('a relative link', () => {
  test('to a page becomes a link of the site, anchor and all', () => {
    expect(turn('[a](reductions.md#classes-in-parts)')).toBe('[a](/guide/reductions.md#classes-in-parts)');
  });

  test('to a folder is one to its README', () => {
    expect(turn('[a](../apps/wordnet)')).toBe('[a](/measured/wordnet.md)');
  });

  test('written for npm, to a file on GitHub, is one to its page as well', () => {
    expect(turn('[a](https://github.com/eqloss/eqloss/tree/main/apps/wordnet#what-comes-out)')).toBe(
      '[a](/measured/wordnet.md#what-comes-out)',
    );
  });

  test('to what is no page leads to the repository', () => {
    expect(turn('[a](../LICENSE) [b](../scripts/)')).toBe(
      '[a](https://github.com/eqloss/eqloss/blob/main/LICENSE) [b](https://github.com/eqloss/eqloss/tree/main/scripts)',
    );
  });

  test.each(['gone.md', '../../outside.md'])(
    'to %s, which does not exist, is an error that names both files',
    (target) => {
      expect(() => turn(`[a](${target})`)).toThrow(`docs/quick-start.md: the link to ${target} leads nowhere`);
    },
  );

  test('in code, to elsewhere, or within the page stays as it is', () => {
    const text = '`[a](gone.md)` [b](https://arxiv.org/abs/2003.05176) [c](#here)\n\n```md\n[d](gone.md)\n```\n';
    expect(turn(text)).toBe(text);
  });
});

test('clauses after the word SPEC become links, but not in code or in a link', () => {
  expect(linkClauses('SPEC R1 to R5, G4. `SPEC G1` [SPEC D1](x.md)', 's')).toBe(
    'SPEC [R1](/s.md#r1) to [R5](/s.md#r5), [G4](/s.md#g4). `SPEC G1` [SPEC D1](x.md)',
  );
});

test('a clause of the specification gets its number as an anchor', () => {
  expect(anchorClauses('- **G1** `T_j = 1`')).toBe('- <span id="g1"></span>**G1** `T_j = 1`');
});

test.each([
  ['γ and β: how much is withheld', 'γ-and-β-how-much-is-withheld'],
  ['`T_j` in a heading', 't_j-in-a-heading'],
  ['C + 1 columns?', 'c--1-columns'],
])('the anchor of %j is that of GitHub', (heading, anchor) => {
  expect(anchorOf(heading)).toBe(anchor);
});
