// An entry of docs/troubleshooting.md, and what its cases share.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { workFolder } from './case.ts';
import { attempt, npmInstall, type Ran } from './execute.ts';
import { newest, type World } from './world.ts';

/** One entry of the page. */
export interface Trouble {
  /** Its heading. */
  readonly heading: string;
  readonly always?: boolean;
  /** Provokes it; what was printed. */
  came(world: World): Promise<string>;
}

/** What a program in a folder with everything says. */
export async function evaluate(world: World, version: string, program: string): Promise<string> {
  const folder = workFolder(await world.installed(newest()), 'evaluate', { 'package.json': '{}' });
  const ran = await attempt(folder, await world.node(version), '-e', program);
  if (ran.code === 0) throw new Error(`it went well:\n${program}`);
  return words(ran);
}

/** A folder in which no engine was installed. */
export async function withoutPeers(world: World): Promise<string> {
  const folder = world.empty('without-peers');
  const own = ['core', 'wasm', 'tfjs'].map(async (name) => (await world.tarballs()).get(`@eqloss/${name}`)!);
  await npmInstall(folder, [...(await Promise.all(own)), '--legacy-peer-deps']);
  rmSync(join(folder, 'node_modules', '@tensorflow'), { recursive: true, force: true });
  return folder;
}

/** All that a program printed. */
export function words({ stdout, stderr }: Ran): string {
  return `${stdout}${stderr}`;
}
