// A process that runs one path, seen from the bench.

import { fileURLToPath } from 'node:url';
import { type Child, nodeCommand, startChild } from './child.ts';
import type { PathEntry } from './paths.ts';

/** A running path. */
export interface Worker extends Child {
  readonly entry: PathEntry;
}

/** A path that cannot run on this machine. */
export interface Missing {
  readonly entry: PathEntry;
  readonly unavailable: string;
}

/**
 * Starts a path in a process of its own, which ends with this one at the latest.
 *
 * @param python The Python for paths that need one.
 * @param page Address of the page for paths of Chromium; they bundle their own without it, which takes seconds.
 * @throws {Error} when the path fails to start.
 */
export async function startWorker(
  entry: PathEntry,
  python: string | undefined,
  page?: string,
): Promise<Worker | Missing> {
  const [program, args] = commandOf(entry, python, page);
  // A process with a browser ends it on the way; it computes nothing itself and so can always hear.
  const child = await startChild(program, args, entry.host === 'chromium' ? 'SIGTERM' : 'SIGKILL');
  return { entry, ...child };
}

function commandOf(
  { name, module, host, threads }: PathEntry,
  python: string | undefined,
  page: string | undefined,
): [string, string[]] {
  if (host === 'python')
    return [python ?? 'python3', [fileURLToPath(new URL('./pytorch.py', import.meta.url)), module, String(threads)]];
  return nodeCommand('host.ts', name, ...(page === undefined ? [] : [page]));
}
