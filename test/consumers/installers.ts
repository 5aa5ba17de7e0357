// Other installers than npm: pnpm, which lets a package see only what it asks for, and yarn without node_modules.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './case.ts';
import { runExamples } from './examples.ts';
import { attempt, newest, succeed, type World, workspaceNode } from './world.ts';

const readmes = ['root', 'tfjs'];

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
      for (const readme of readmes) await runExamples(folder, readme, readme, await world.node('started'), 'import');
    },
  },
  {
    name: 'installers/yarn',
    run: async (world) => {
      const folder = world.empty('yarn');
      const { dependencies, overrides } = await wanted(world);
      const manifest = { name: 'consumer', private: true, type: 'module', dependencies, resolutions: overrides };
      writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
      const yarn = await world.tool(join('@yarnpkg', 'cli-dist', 'bin', 'yarn.js'));
      const settings = {
        enableScripts: false,
        enableTelemetry: false,
        nodeLinker: 'node-modules',
        globalFolder: join(folder, '.yarn'),
      };
      writeFileSync(join(folder, '.yarnrc.yml'), JSON.stringify(settings));
      writeFileSync(join(folder, 'yarn.lock'), '');
      const ran = await attempt(folder, workspaceNode, yarn, 'install', '--no-immutable');
      if (ran.code !== 0) throw new Error(`${ran.stdout}\n${ran.stderr}`);
      for (const readme of readmes) await runExamples(folder, readme, readme, await world.node('started'), 'import');
    },
  },
];

async function wanted(world: World) {
  const overrides = Object.fromEntries([...(await world.tarballs())].map(([name, path]) => [name, `file:${path}`]));
  return { dependencies: { ...overrides, ...newest() }, overrides };
}
