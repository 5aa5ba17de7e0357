// Where the cases happen: empty folders far from this repository, with packages installed as a user would; programs run in
// them; and one Chromium.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { lookForBrowser } from '../../scripts/browser.mjs';
import { packAll } from '../../scripts/pack.mjs';
import { launchBrowser } from '../../scripts/page.mjs';
import { root } from '../../scripts/run.mjs';
import { npmInstall, workspaceNode } from './execute.ts';
import { lowest, nodes, oldNodes, tools, typescripts } from './versions.ts';

/** Thrown by a case that this machine cannot run. */
export class Unavailable extends Error {}

/** What cases are given. Everything in it is made when it is first asked for, once. */
export interface World {
  /** What is made under a key, when it is first asked for. */
  once<T>(key: string, what: () => Promise<T>): Promise<T>;
  /** Tarballs by the name of the package. */
  tarballs(): Promise<ReadonlyMap<string, string>>;
  /** An empty folder in which the published packages, and the given engines, were installed by npm. */
  installed(engines: Readonly<Record<string, string>>): Promise<string>;
  /** An empty folder. */
  empty(name: string): string;
  /** The Node of a version of versions.ts, or `started`: the one that started `npm test`. */
  node(version: string): Promise<string>;
  /** The file of a program that is not the workspace's. */
  tool(path: string): Promise<string>;
  browser(): Promise<Browser>;
  close(): Promise<void>;
}

/** @param keep Whether the folders stay. */
export function createWorld({ keep = false } = {}): World {
  let base: string | undefined;
  const remove = (): void => {
    if (base !== undefined && !keep) rmSync(base, { recursive: true, force: true });
  };
  const made = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, what: () => Promise<T>): Promise<T> => {
    if (!made.has(key)) made.set(key, what());
    return made.get(key) as Promise<T>;
  };
  const empty = (name: string): string => {
    if (base === undefined) {
      base = mkdtempSync(join(tmpdir(), 'eqloss-consumers-'));
      // Also when it is interrupted.
      process.once('exit', remove);
    }
    const folder = mkdtempSync(join(base, `${name}-`));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    return folder;
  };
  const world: World = {
    once,
    empty,
    tarballs: () =>
      once('tarballs', async () => new Map((await packAll()).map(({ name, tarball }) => [name, tarball] as const))),
    installed: (engines) =>
      once(JSON.stringify(engines), async () => {
        const folder = empty('installed');
        const wanted = Object.entries(engines).map(([name, version]) => `${name}@${version}`);
        // Prereleases lie outside of every range; whether ranges hold is a case of its own.
        const loose = Object.values(engines).some((version) => /-|latest/.test(version)) ? ['--legacy-peer-deps'] : [];
        await npmInstall(folder, [...(await world.tarballs()).values(), ...wanted, ...loose]);
        return folder;
      }),
    node: async (version) => {
      if (version === 'started') return process.env.EQLOSS_NODE ?? workspaceNode;
      const { platform, arch } = process;
      const system = platform === 'win32' ? 'win' : platform;
      // Node is published for the machines that have it.
      if (!['linux', 'darwin', 'win'].includes(system))
        throw new Unavailable(`no Node ${version} for ${platform} ${arch}`);
      const folder = await once('tools', toolsFolder);
      return join(folder, 'node_modules', `node-${version}`, 'bin', system === 'win' ? 'node.exe' : 'node');
    },
    tool: async (path) => join(await once('tools', toolsFolder), 'node_modules', path),
    browser: () =>
      once('browser', () => {
        const { path, reason } = lookForBrowser();
        if (path === undefined) throw new Unavailable(reason);
        return launchBrowser(path, 60_000);
      }),
    close: async () => {
      const browser = made.get('browser') as Promise<Browser> | undefined;
      await browser?.then((each) => each.close()).catch(() => {});
      remove();
    },
  };
  return world;
}

/** The workspace's version of each engine. */
export function newest(): Record<string, string> {
  return Object.fromEntries(Object.keys(lowest).map((name) => [name, versionOf(name)]));
}

/** The version of a package in the catalog. */
function versionOf(name: string): string {
  const [, catalog] = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split('catalog:\n');
  const line = catalog.split('\n').find((each) => each.trim().replaceAll('"', '').startsWith(`${name}: `));
  if (line === undefined) throw new Error(`${name} is not in the catalog`);
  return line.slice(line.lastIndexOf(': ') + 2);
}

/** Nodes, compilers and what else is not under test: kept until versions.ts changes. */
async function toolsFolder(): Promise<string> {
  const folder = join(root, '.cache', 'consumers');
  const { platform, arch } = process;
  const node = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
  const dependencies = {
    ...tools,
    ...named('node', { ...nodes, ...oldNodes }, node),
    ...named('typescript', typescripts, 'typescript'),
  };
  const wanted = JSON.stringify({ private: true, dependencies });
  const stamp = join(folder, 'installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), wanted);
  await npmInstall(folder, ['--legacy-peer-deps']);
  writeFileSync(stamp, wanted);
  return folder;
}

/** Several versions of one package, side by side. */
function named(prefix: string, versions: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(versions).map(([key, version]) => [`${prefix}-${key}`, `npm:${name}@${version}`]),
  );
}
