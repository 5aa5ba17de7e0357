// What an installed package holds, and what the peer ranges let in.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from '../../scripts/pack.mjs';
import { type Case, expectText } from './case.ts';
import { lowest } from './versions.ts';
import { newest } from './world.ts';

/** One case a package. */
export const contents: readonly Case[] = publishedPackages().map(({ name }) => ({
  name: `contents/${name}`,
  always: true,
  run: async (world) => {
    const folder = join(await world.installed(newest()), 'node_modules', name);
    const files = readdirSync(folder, { recursive: true }).map(String);
    const wanted = ['README.md', 'LICENSE', 'package.json', join('src', 'index.ts')];
    wanted.push(...['index.js', 'index.d.ts', 'index.js.map'].map((file) => join('dist', file)));
    if (name === '@eqloss/conformance') wanted.push(join('dist', 'SPEC.md'));
    const missing = wanted.filter((file) => !files.includes(file));
    if (missing.length > 0) throw new Error(`${name} lacks ${missing.join(', ')}`);
    const odd = files.filter((file) => /\.test\.|testing\.|\.tsbuildinfo/.test(file));
    if (odd.length > 0) throw new Error(`${name} holds ${odd.join(', ')}`);
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const local = /workspace:|catalog:|@eqloss\/source/.exec(text);
    if (local) throw new Error(`${name}: package.json says ${local[0]}`);
    const manifest = JSON.parse(text);
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
      if (manifest.scripts?.[script] !== undefined) throw new Error(`${name} runs a script at ${script}`);
    }
    for (const [peer, range] of Object.entries<string>(manifest.peerDependencies ?? {})) {
      const [from] = /\d+\.\d+\.\d+/.exec(range) ?? [];
      if (from !== lowest[peer]) throw new Error(`${name} takes ${peer} from ${from} on; ${lowest[peer]} is tested`);
      const tested = `${lowest[peer]} to ${newest()[peer]}`;
      expectText(readFileSync(join(folder, 'README.md'), 'utf8'), peer, tested);
    }
  },
}));
