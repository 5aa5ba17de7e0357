// Each engine at the lowest version that the peer ranges let in, and at the newest: the vectors judge loss and gradient, and
// the examples of the READMEs run.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/run.mjs';
import { type Case, workFolder } from './case.ts';
import { runExamples } from './examples.ts';
import { programs, succeed, workspaceNode } from './execute.ts';
import { checkTypes } from './types.ts';
import { coming, lowest } from './versions.ts';
import { newest, type World } from './world.ts';

/** By adapter: its targets of apps/conformance that run in Node, and which vectors are enough. */
const targets = [
  { adapter: 'tfjs', module: 'tfjs', backend: 'cpu' },
  { adapter: 'gpujs', module: 'gpujs', backend: 'cpu' },
  { adapter: 'gpujs', module: 'gpujs', backend: 'webasm' },
  { adapter: 'onnxruntime', module: 'onnxruntime', backend: 'cpu' },
] as const;

const sets = { lowest: () => lowest, newest, coming: () => coming } as const;

/** The vectors with each set of engines; the examples and the types with the lowest. */
export const peers: readonly Case[] = [
  ...(['lowest', 'newest', 'coming'] as const).flatMap((set) =>
    targets.map(({ adapter, module, backend }) => ({
      name: `peers/${adapter}-${backend}/${set}/vectors`,
      noted: set === 'coming',
      run: async (world: World) => judge(await world.installed(sets[set]()), module, backend),
    })),
  ),
  ...['root', 'tfjs', 'gpujs', 'onnxruntime'].map((readme) => ({
    name: `peers/examples-${readme}/lowest`,
    run: async (world: World) =>
      runExamples(await world.installed(lowest), `peers-${readme}`, readme, await world.node('started'), 'import'),
  })),
  {
    name: 'peers/types/lowest',
    run: async (world) =>
      checkTypes(await world.installed(lowest), 'workspace', programs.tsc, 'node16', true, ['onnxruntime-node']),
  },
];

async function judge(installed: string, module: string, backend: string): Promise<void> {
  const folder = workFolder(installed, `judge-${module}-${backend}`);
  const targets = join(root, 'apps', 'conformance', 'src', 'targets');
  const sources = join(root, 'test', 'consumers', 'programs');
  const bundle = ['--bundle', '--format=esm', '--platform=node', '--packages=external', `--outdir=${folder}`];
  // The files of tfjs's wasm backend are for pages.
  await succeed(
    root,
    workspaceNode,
    programs.esbuild,
    join(targets, `${module}.ts`),
    ...bundle,
    '--external:../tfjs-wasm-files.ts',
    '--log-level=error',
  );
  // Not bundled: it finds the target beside itself.
  cpSync(join(sources, 'judge.mjs'), join(folder, 'judge.mjs'));
  await succeed(folder, workspaceNode, 'judge.mjs', module, backend);
}
