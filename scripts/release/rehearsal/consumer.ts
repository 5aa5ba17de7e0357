// A folder of somebody who uses the packages.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { snippetsOf } from '../../../test/consumers/readme.ts';
import { environment, must } from './commands.ts';
import { npmrc } from './workspace.ts';

/** An installed package, as npm's lockfile has it. */
interface Installed {
  readonly version: string;
  readonly integrity: string;
}

export interface Consumer {
  readonly folder: string;
  /** `npm install …` or `npm update`. */
  npm(...args: string[]): Promise<string>;
  /** What is installed of a package: several, when one has its own copy. */
  installed(name: string): Installed[];
  /** Runs all examples of a README; throws when one prints other than it says. */
  runExamples(readme: string): Promise<number>;
}

/**
 * Makes an empty folder.
 *
 * @param cache For what comes from the registry of the rehearsal, so that the user's own cache keeps nothing of it.
 * @param engines Installed beforehand, from the user's registry and cache.
 */
export async function createConsumer(
  folder: string,
  registry: string,
  cache: string,
  engines: readonly string[] = [],
): Promise<Consumer> {
  const node = process.env.EQLOSS_NODE ?? process.execPath;
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  writeFileSync(join(folder, '.npmrc'), npmrc(registry));
  if (engines.length > 0) await must(folder, 'npm', ['install', '--prefer-offline', ...quiet, ...engines]);
  const env = environment({ npm_config_cache: cache });

  async function runExample(code: string, prints: readonly string[], index: number): Promise<void> {
    const file = `example-${index}.mjs`;
    writeFileSync(join(folder, file), code);
    const lines = (await must(folder, node, [file])).trimEnd().split('\n');
    if (lines.join('\n') === prints.join('\n')) return;
    throw new Error(`example ${index} printed\n${lines.join('\n')}\nbut its README says\n${prints.join('\n')}`);
  }

  return {
    folder,
    npm: (command, ...args) => must(folder, 'npm', [command, ...quiet, ...args], env),
    installed(name) {
      const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
      const places = Object.keys(packages).filter((place) => place.endsWith(`node_modules/${name}`));
      return places.map((place) => packages[place]);
    },
    async runExamples(readme) {
      const examples = snippetsOf(readme);
      await Promise.all(examples.map(({ code, prints }, index) => runExample(code, prints, index)));
      return examples.length;
    },
  };
}
