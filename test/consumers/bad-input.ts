// What docs/troubleshooting.md says of what goes wrong: each message is provoked, and is the one that stands there.

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/run.mjs';
import { type Case, workFolder } from './case.ts';
import { troublesInPages } from './troubles-in-pages.ts';
import { twoCores } from './two-cores.ts';
import { attempt, newest, npmInstall, programs, type Ran, succeed, type World, workspaceNode } from './world.ts';

/** One entry of the page. */
export interface Trouble {
  /** Its heading. */
  readonly heading: string;
  readonly always?: boolean;
  /** Provokes it; what was printed. */
  came(world: World): Promise<string>;
}

const troubles: readonly Trouble[] = [
  {
    heading: 'Node is too old, says npm',
    came: async (world) => {
      const core = (await world.tarballs()).get('@eqloss/core')!;
      const npm = await world.tool(join('npm', 'bin', 'npm-cli.js'));
      return words(await attempt(world.empty('old-node'), await world.node('18'), npm, 'install', '--no-audit', core));
    },
  },
  {
    heading: 'An engine is outside the tested versions',
    came: async (world) => {
      const tarballs = await world.tarballs();
      const own = ['core', 'wasm', 'tfjs'].map((name) => tarballs.get(`@eqloss/${name}`)!);
      const args = ['install', '--ignore-scripts', '--no-audit', '--prefer-offline', '@tensorflow/tfjs-core@3.21.0'];
      return words(await attempt(world.empty('out-of-range'), 'npm', ...args, ...own));
    },
  },
  {
    heading: 'A command needs a newer Node',
    came: async (world) => {
      const folder = await world.installed(newest());
      const said: string[] = [];
      for (const version of ['18', '20.9']) {
        for (const [name, command] of [
          ['conformance', 'eqloss-conformance'],
          ['onnxruntime', 'eqloss-onnx'],
        ]) {
          const ran = await attempt(
            folder,
            await world.node(version),
            join('node_modules', '@eqloss', name, 'dist', 'cli.js'),
            '--help',
          );
          const wanted = new RegExp(
            `^${command}: Node ${version}\\.\\d+(\\.\\d+)? is too old; Node >= 20.19 is needed\\n$`,
          );
          if (ran.code !== 2 || ran.stdout !== '' || !wanted.test(ran.stderr))
            throw new Error(`${command} on Node ${version} ended with ${ran.code}: ${words(ran)}`);
          said.push(words(ran));
        }
      }
      return said.join('');
    },
  },
  {
    heading: 'A package needs a newer Node',
    came: (world) => evaluate(world, '18', "import('@eqloss/conformance')"),
  },
  {
    heading: 'require() in an old Node',
    came: async (world) => {
      const folder = await world.installed(newest());
      // The remedy, in the same Node.
      await succeed(
        folder,
        await world.node('20.9'),
        '-e',
        "import('@eqloss/core').then((core) => core.createGate([1], { threshold: 0 }))",
      );
      return evaluate(world, '20.9', "require('@eqloss/core')");
    },
  },
  {
    heading: 'The engine is not installed',
    came: async (world) =>
      words(await attempt(await withoutPeers(world), await world.node('started'), '-e', "import('@eqloss/tfjs')")),
  },
  {
    heading: 'What was passed is no ONNX Runtime',
    always: true,
    came: (world) =>
      evaluate(
        world,
        'started',
        "import('@eqloss/onnxruntime').then(({ createLossSession }) => createLossSession({ default: {} }, { form: 'sigmoid' }))",
      ),
  },
  {
    heading: 'ONNX Runtime is too old',
    came: async (world) => {
      const folder = world.empty('old-runtime');
      const own = ['core', 'onnxruntime'].map(async (name) => (await world.tarballs()).get(`@eqloss/${name}`)!);
      await npmInstall(folder, [...(await Promise.all(own)), 'onnxruntime-node@1.16.3', '--legacy-peer-deps']);
      const program = `
        import * as ort from 'onnxruntime-node';
        import { createGate } from '@eqloss/core';
        import { createLossSession } from '@eqloss/onnxruntime';
        await createLossSession(ort, { form: 'sigmoid', gate: createGate([1], { threshold: 0 }) });`;
      return words(await attempt(folder, await world.node('started'), '--input-type=module', '-e', program));
    },
  },
  {
    heading: 'What was passed is no GPU of gpu.js',
    always: true,
    came: (world) =>
      evaluate(
        world,
        'started',
        "import('@eqloss/gpujs').then(({ createSigmoidEql }) => createSigmoidEql(class GPU {}, { rows: 1 }))",
      ),
  },
  {
    heading: 'Two copies of TensorFlow.js',
    came: async (world) => {
      const folder = workFolder(await world.installed(newest()), 'two-tensorflows');
      // A copy below the program; the adapter finds the one beside itself.
      const copy = join(folder, 'node_modules', '@tensorflow', 'tfjs-core');
      cpSync(join(folder, '..', '..', 'node_modules', '@tensorflow', 'tfjs-core'), copy, { recursive: true });
      const program = `
        import * as tf from '@tensorflow/tfjs-core';
        import '@tensorflow/tfjs-backend-cpu';
        import { createGate, sigmoidEql } from '@eqloss/tfjs';
        sigmoidEql([0], tf.tensor2d([[1]]), createGate([1], { threshold: 0 }));`;
      // The copy has no backend of its own: that of the other will do to hold a tensor.
      const backend =
        "import { KernelBackend, registerBackend } from '@tensorflow/tfjs-core'; registerBackend('held', () => Object.assign(new KernelBackend(), { write: () => ({}), numDataIds: () => 0, disposeData: () => true, incRef() {}, decRef() {} }));";
      writeFileSync(
        join(folder, 'program.mjs'),
        `${program.replace("import '@tensorflow/tfjs-backend-cpu';", backend)}`,
      );
      return words(await attempt(folder, await world.node('started'), 'program.mjs'));
    },
  },
  {
    heading: 'Two versions of @eqloss/core',
    always: true,
    came: (world) =>
      evaluate(
        world,
        'started',
        "import('@eqloss/core').then(({ createGate, sigmoidEql }) => sigmoidEql({ gate: { ...createGate([1], { threshold: 0 }), version: 2 }, logits: Float64Array.of(0), labels: [0] }))",
      ),
  },
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
  ...troublesInPages,
];

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

/** What a program in a folder with everything says. */
async function evaluate(world: World, version: string, program: string): Promise<string> {
  const folder = workFolder(await world.installed(newest()), 'evaluate', { 'package.json': '{}' });
  const ran = await attempt(folder, await world.node(version), '-e', program);
  if (ran.code === 0) throw new Error(`it went well:\n${program}`);
  return words(ran);
}

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

/** A folder in which no engine was installed. */
async function withoutPeers(world: World): Promise<string> {
  const folder = world.empty('without-peers');
  const own = ['core', 'wasm', 'tfjs'].map(async (name) => (await world.tarballs()).get(`@eqloss/${name}`)!);
  await npmInstall(folder, [...(await Promise.all(own)), '--legacy-peer-deps']);
  rmSync(join(folder, 'node_modules', '@tensorflow'), { recursive: true, force: true });
  return folder;
}

function words({ stdout, stderr }: Ran): string {
  return `${stdout}${stderr}`;
}
