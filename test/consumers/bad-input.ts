// What docs/troubleshooting.md says of what goes wrong: each message is provoked, and is the one that stands there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/run.mjs';
import type { Case } from './case.ts';
import { troublesInBuilds } from './troubles-in-builds.ts';
import { troublesInNode } from './troubles-in-node.ts';
import { troublesInPages } from './troubles-in-pages.ts';
import { twoCores } from './two-cores.ts';
import type { World } from './world.ts';

const troubles = [...troublesInNode, ...troublesInBuilds, ...troublesInPages];

/** One case an entry, one that all entries have a case, and two versions of core that work together. */
export const badInput: readonly Case[] = [
  ...troubles.map(({ heading, always, came }) => ({
    name: `bad-input/${heading}`,
    always,
    run: async (world: World) => compareWords(await came(world), entries().get(heading)),
  })),
  {
    name: 'bad-input/every entry has a case',
    always: true,
    run: async () => {
      const documented = [...entries().keys()].join('\n');
      const provoked = troubles.map(({ heading }) => heading).join('\n');
      if (documented !== provoked)
        throw new Error(`docs/troubleshooting.md has\n${documented}\nprovoked are\n${provoked}`);
    },
  },
  twoCores,
];

/** Headings to messages. */
function entries(): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8');
  return new Map(
    [...text.matchAll(/^### (.*)\n+```text\n([\s\S]*?)\n```$/gm)].map(([, heading, message]) => [heading, message]),
  );
}

/** @throws unless the message is in what came, with anything in place of its `…`. */
function compareWords(came: string, message: string | undefined): void {
  if (message === undefined) throw new Error('docs/troubleshooting.md has no such entry');
  const literal = message.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (!new RegExp(literal.join('.*?')).test(came))
    throw new Error(`the page says\n${message}\nand what came is\n${came}`);
}
