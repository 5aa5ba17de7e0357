// Entries of docs/troubleshooting.md that an installer or Node shows.

import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workFolder } from './case.ts';
import { attempt, npmInstall, succeed } from './execute.ts';
import { evaluate, type Trouble, withoutPeers, words } from './trouble.ts';
import { newest } from './world.ts';

/** In the order of the page. */
export const troublesInNode: readonly Trouble[] = [
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
];
