// The commands that the packages bring, as their READMEs show them.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Case, expectText, workFolder } from './case.ts';
import { succeed } from './execute.ts';
import { nodes } from './versions.ts';
import { newest, Unavailable, type World } from './world.ts';

const cli = join('node_modules', '@eqloss', 'conformance', 'dist', 'cli.js');

/** `init` writes a target that is green at once. */
export const commands: readonly Case[] = [
  ...['started', ...Object.keys(nodes)].map((version) => ({
    name: `commands/init/node-${version}`,
    always: version === 'started',
    run: async (world: World) => {
      const { folder, node } = await place(world, `init-${version}`, version);
      const { stdout } = await succeed(folder, node, join('..', '..', cli), 'init', 'adapter');
      const [, next] = /^next: npx @eqloss\/conformance run (\S+)$/m.exec(stdout) ?? [];
      // Node runs TypeScript from 22.18 on.
      const [major, minor] = (await succeed(folder, node, '-p', 'process.versions.node')).stdout.split('.').map(Number);
      const ending = major > 22 || (major === 22 && minor >= 18) ? 'ts' : 'js';
      expectText(stdout, `next: npx @eqloss/conformance run ./adapter/target.${ending}`);
      const judged = await succeed(folder, node, join('..', '..', cli), 'run', next);
      expectText(judged.stdout, 'PASSED', '1 of 1 target available');
    },
  })),
  {
    name: 'commands/init-python',
    always: true,
    run: async (world) => {
      if (spawnSync('python3', ['--version']).status !== 0) throw new Unavailable('there is no python3 here');
      const { folder, node } = await place(world, 'init-python', 'started');
      const { stdout } = await succeed(folder, node, join('..', '..', cli), 'init', '--python', 'adapter');
      expectText(stdout, 'next: npx @eqloss/conformance run --stdio "python3 adapter/target.py"\n');
      const args = ['run', '--validate', '--stdio', 'python3 adapter/target.py'];
      expectText((await succeed(folder, node, join('..', '..', cli), ...args)).stdout, 'PASSED');
    },
  },
];

async function place(world: World, name: string, version: string) {
  return { folder: workFolder(await world.installed(newest()), name), node: await world.node(version) };
}
