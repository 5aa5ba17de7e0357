// Finds a Python that has PyTorch.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A Python with PyTorch, or why there is none. */
export type Torch =
  | { readonly python: string; readonly version: string; readonly reason?: undefined }
  | { readonly python?: undefined; readonly reason: string };

/**
 * Asks `EQLOSS_PYTHON`, or when that is not set `python3` and `/usr/bin/python3`, for PyTorch.
 *
 * @param env Where `EQLOSS_PYTHON` stands.
 */
export async function findTorch(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Torch> {
  const candidates = env.EQLOSS_PYTHON ? [env.EQLOSS_PYTHON] : ['python3', '/usr/bin/python3'];
  const failures: string[] = [];
  for (const python of candidates) {
    try {
      const { stdout } = await ask(python, ['-c', 'import torch; print(torch.__version__)'], { timeout: 60_000 });
      return { python, version: stdout.trim() };
    } catch (error) {
      failures.push(`${python}: ${reasonOf(error)}`);
    }
  }
  return { reason: `no Python with torch (${failures.join('; ')})` };
}

const ask = promisify(execFile);

function reasonOf(error: unknown): string {
  const { code, stderr = '', message } = error as { code?: unknown; stderr?: string; message: string };
  if (code === 'ENOENT') return 'not found';
  return stderr.trim().split('\n').at(-1) || message;
}
