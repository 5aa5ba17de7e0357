// A target that runs in a child process with Node.

import { fileURLToPath } from 'node:url';
import { stdioTarget, type Target } from '@eqloss/conformance';

/**
 * Starts `host.ts` for a target of the list.
 *
 * @param timeout Milliseconds for starting.
 * @throws {Unavailable} when the target says so.
 */
export async function nodeTarget(name: string, timeout: number): Promise<Target> {
  const host = fileURLToPath(new URL('./host.ts', import.meta.url));
  const args = ['--conditions=@eqloss/source', '--disable-warning=ExperimentalWarning', host, name];
  const target = await stdioTarget(process.execPath, args, { timeout });
  return { ...target, environment: { ...target.environment, runtime: `Node ${process.versions.node}` } };
}
