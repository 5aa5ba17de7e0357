// The users' part: they install all packages or a few, run the examples, and upgrade in more than one way.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { integrityOf } from '../../tarball.mjs';
import { type Consumer, createConsumer } from './consumer.ts';
import type { Stage, Step } from './steps.ts';

/** Steps that install. */
export function installingSteps({ workspace, registry, outside, cache, versions }: Stage) {
  const names = workspace.packages().map(({ name }) => name);
  const readme = join(workspace.folder, 'README.md');
  const readmeOfWasm = join(workspace.folder, 'packages', 'wasm', 'README.md');
  /** Has all packages and engines. */
  let all: Consumer;
  /** Has two packages, which need no engine and nothing else. */
  let two: Consumer;

  const newConsumer = (name: string, engines: readonly string[] = []): Promise<Consumer> =>
    createConsumer(join(outside, name), registry.url, cache, engines);

  function checkCopies(consumer: Consumer, name: string, ...wanted: readonly string[]): void {
    const copies = consumer.installed(name).map(({ version }) => version);
    assert.deepEqual(copies.sort(), wanted, `copies of ${name}`);
  }

  /** Everything must be one version, unchanged from what was packed. */
  async function checkAll(version: string): Promise<string> {
    for (const name of names) {
      checkCopies(all, name, version);
      const [{ integrity }] = all.installed(name);
      assert.equal(integrity, integrityOf(workspace.tarball(name)), `${name} is installed as it was packed`);
    }
    return `${version}, one core, ${await all.runExamples(readme)} examples`;
  }

  const installAll: Step = {
    title: 'install all, run the examples',
    async run() {
      all = await newConsumer('all', enginesOf(workspace.folder));
      await all.npm('install', ...names);
      return checkAll(versions.first);
    },
  };

  const installTwo: Step = {
    title: 'install two without an engine',
    async run() {
      two = await newConsumer('two');
      await two.npm('install', '@eqloss/core', '@eqloss/wasm');
      checkCopies(two, '@eqloss/core', versions.first);
      checkCopies(two, '@eqloss/tfjs');
      return `nothing comes with them, ${await two.runExamples(readmeOfWasm)} examples`;
    },
  };

  const updateAll: Step = {
    title: 'upgrade all by npm update',
    async run() {
      await all.npm('update', ...names);
      return checkAll(versions.patch);
    },
  };

  const upgradeAll: Step = {
    title: 'upgrade all to latest',
    async run() {
      await all.npm('install', ...names.map((name) => `${name}@latest`));
      return checkAll(versions.minor);
    },
  };

  const upgradeOne: Step = {
    title: 'upgrade one by a patch',
    async run() {
      await two.npm('install', '@eqloss/wasm@latest');
      checkCopies(two, '@eqloss/wasm', versions.patch);
      checkCopies(two, '@eqloss/core', versions.patch);
      return 'core comes with it, once';
    },
  };

  const upgradeOneThenCore: Step = {
    title: 'upgrade one by a minor, then core',
    async run() {
      await two.npm('install', '@eqloss/wasm@latest');
      checkCopies(two, '@eqloss/wasm', versions.minor);
      // Before 1.0.0 a minor version may break, and a range does not reach over it.
      const alone = versions.minor.startsWith('0.') ? [versions.patch, versions.minor] : [versions.minor];
      checkCopies(two, '@eqloss/core', ...alone);
      await two.runExamples(readmeOfWasm);
      await two.npm('install', '@eqloss/core@latest');
      checkCopies(two, '@eqloss/core', versions.minor);
      await two.runExamples(readmeOfWasm);
      return alone.length === 1 ? 'one core' : 'two cores work together, then one';
    },
  };

  const takePrerelease: Step = {
    title: 'install the prerelease',
    async run() {
      await two.npm('update');
      checkCopies(two, '@eqloss/core', versions.minor);
      await two.npm('install', '@eqloss/core@next', '@eqloss/wasm@next');
      checkCopies(two, '@eqloss/core', versions.prerelease);
      return 'only who asks for next gets it';
    },
  };

  return { installAll, installTwo, updateAll, upgradeAll, upgradeOne, upgradeOneThenCore, takePrerelease };
}

/** The engines that the examples import, in the versions that the workspace tests with. */
function enginesOf(folder: string): string[] {
  const { catalog } = parse(readFileSync(join(folder, 'pnpm-workspace.yaml'), 'utf8'));
  const engines = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', 'onnxruntime-node', 'gpu.js'];
  return engines.map((name) => `${name}@${catalog[name]}`);
}
