// From a target's name to the path that is timed: the same adapter on the same backend, as a user would call it, from
// ordinary arrays to ordinary arrays.

import type { Path, PathModule } from '../../../../bench/src/path.ts';
import { targets } from '../../../src/targets.ts';

/**
 * Makes the path of a target of the list.
 *
 * @throws {Unavailable | Error} when it does not start here.
 */
export async function loadPath(name: string): Promise<Path> {
  const entry = targets.find((candidate) => candidate.name === name);
  const load = modules[entry?.module ?? ''];
  if (!entry || !load) throw new RangeError(`no path for ${name}`);
  const { backend } = entry.options;
  return (await load()).createPath({ backend, threads: backend === 'threads' ? threadsHere() : 1 });
}

/** Threads to time with: those of the machine, up to four. */
function threadsHere(): number {
  return Math.max(2, Math.min(4, navigator.hardwareConcurrency || 2));
}

// One literal each: bundlers follow them.
const modules: Readonly<Record<string, () => Promise<PathModule>>> = {
  core: () => import('../../../../bench/src/paths/core.ts'),
  wasm: () => import('./wasm.ts'),
  tfjs: () => import('./tfjs.ts'),
  onnxruntime: () => import('./onnxruntime.ts'),
  gpujs: () => import('../../../../bench/src/paths/gpujs.ts'),
};
