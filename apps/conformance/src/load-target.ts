// From a line of the list to a target. Runs in a child process and in the page alike.

import type { Target } from '@eqloss/conformance/protocol';
import { targets } from './targets.ts';

interface TargetModule {
  createTarget(options: { readonly backend: string }): Promise<Target>;
}

/**
 * Makes a target of the list.
 *
 * @throws {Unavailable} from the target's file, when this machine or runtime cannot run it.
 */
export async function loadTarget(name: string): Promise<Target> {
  const entry = targets.find((candidate) => candidate.name === name);
  if (!entry) throw new RangeError(`no target ${name} in the list`);
  // Bundlers read this line: it must start with a folder and end with the ending.
  const module: TargetModule = await import(`./targets/${entry.module}.ts`);
  const target = await module.createTarget(entry.options);
  if (target.name !== name) {
    throw new Error(`./targets/${entry.module}.ts made ${target.name} where the list has ${name}`);
  }
  return target;
}
