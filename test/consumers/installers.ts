// Other installers than npm: pnpm, which lets a package see only what it asks for, and yarn, which installs no peer by itself.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/run.mjs';
import type { Case } from './case.ts';
import { runExamples } from './examples.ts';
import { attempt, succeed, workspaceNode } from './execute.ts';
import { newest, type World } from './world.ts';

/** One case an installer. */
export const installers: readonly Case[] = [
  {
    name: 'installers/pnpm',
    run: async (world) => {
      const folder = world.empty('pnpm');
      const { dependencies, overrides } = await wanted(world);
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
      // The packages ask for one another by version, and nothing is published here.
      writeFileSync(
        join(folder, 'pnpm-workspace.yaml'),
        JSON.stringify({ packages: ['.'], overrides, pmOnFail: 'ignore' }),
      );
      await succeed(
        folder,
        'pnpm',
        'install',
        '--ignore-scripts',
        '--prefer-offline',
        '--config.strict-peer-dependencies=false',
      );
      for (const readme of ['root', 'tfjs']) {
        await runExamples(folder, readme, readme, await world.node('started'), 'import');
      }
    },
  },
  {
    name: 'installers/yarn',
    run: async (world) => {
      const folder = world.empty('yarn');
      const { dependencies, overrides } = await wanted(world, /tfjs|core|wasm/);
      const manifest = { name: 'consumer', private: true, type: 'module', dependencies, resolutions: overrides };
      writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
      const yarn = await world.tool(join('@yarnpkg', 'cli-dist', 'bin', 'yarn.js'));
      const settings = {
        enableScripts: false,
        enableTelemetry: false,
        nodeLinker: 'node-modules',
        globalFolder: join(root, '.cache', 'yarn'),
      };
      writeFileSync(join(folder, '.yarnrc.yml'), JSON.stringify(settings));
      writeFileSync(join(folder, 'yarn.lock'), '');
      const ran = await attempt(folder, workspaceNode, yarn, 'install', '--no-immutable');
      if (ran.code !== 0) throw new Error(`${ran.stdout}\n${ran.stderr}`);
      await runExamples(folder, 'tfjs', 'tfjs', await world.node('started'), 'import');
    },
  },
];

/** @param only Of the names of packages and engines. */
async function wanted(world: World, only = /./) {
  const chosen = (versions: Iterable<readonly [string, string]>): Record<string, string> =>
    Object.fromEntries([...versions].filter(([name]) => only.test(name)));
  const overrides = chosen([...(await world.tarballs())].map(([name, path]) => [name, `file:${path}`]));
  return { dependencies: { ...overrides, ...chosen(Object.entries(newest())) }, overrides };
}
