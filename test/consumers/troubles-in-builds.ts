// Entries of docs/troubleshooting.md that a compiler or a bundler shows.

import { join } from 'node:path';
import { workFolder } from './case.ts';
import { attempt, programs, workspaceNode } from './execute.ts';
import { type Trouble, withoutPeers, words } from './trouble.ts';
import { newest, type World } from './world.ts';

/** In the order of the page. */
export const troublesInBuilds: readonly Trouble[] = [
  { heading: 'A CommonJS file imports an ES module', came: (world) => compile(world, '5.9', { module: 'node16' }) },
  {
    heading: 'The resolution of modules is too old',
    came: (world) => compile(world, '5.9', { module: 'commonjs', moduleResolution: 'node10' }),
  },
  {
    heading: 'TypeScript is older than 5.7',
    came: async (world) => {
      const options = { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: false };
      return compile(world, '5.0', options, "import { createKernels } from '@eqloss/wasm'; createKernels();");
    },
  },
  {
    heading: 'The declarations of TensorFlow.js have errors',
    came: async (world) => {
      const options = { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: false };
      return compile(
        world,
        '5.9',
        options,
        "import { createGate } from '@eqloss/tfjs'; createGate([1], { threshold: 0 });",
      );
    },
  },
  {
    heading: 'esbuild does not find the engine',
    came: async (world) => {
      const folder = workFolder(await withoutPeers(world), 'bundle', { 'main.js': "export * from '@eqloss/tfjs';" });
      return words(
        await attempt(
          folder,
          workspaceNode,
          programs.esbuild,
          'main.js',
          '--bundle',
          '--format=esm',
          '--outfile=out.js',
        ),
      );
    },
  },
];

/** What a compiler says of a file of a CommonJS project. */
async function compile(
  world: World,
  version: string,
  options: object,
  code = "import { createGate } from '@eqloss/core'; createGate([1], { threshold: 0 });",
): Promise<string> {
  const folder = workFolder(await world.installed(newest()), `compile-${version}-${JSON.stringify(options)}`, {
    'package.json': '{}',
    'main.ts': code,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        lib: ['ES2022', 'DOM'],
        strict: true,
        noEmit: true,
        types: [],
        skipLibCheck: true,
        ...options,
      },
      include: ['main.ts'],
    }),
  });
  const compiler = await world.tool(join(`typescript-${version}`, 'bin', 'tsc'));
  return words(await attempt(folder, workspaceNode, compiler, '-p', '.'));
}
