// Starts a program of the workspace in the foreground and ends as it ends. Plain Node 20 without dependencies.

import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The environment of everything that runs here: the workspace's own programs first, its own Node 24 among them. */
export function workspaceEnvironment() {
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  return { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1' };
}

/**
 * Runs a command of the workspace.
 *
 * Ctrl-C reaches the child from the terminal by itself; a signal sent to this process alone is passed on. Either way
 * this process stays until the child has cleaned up.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, quiet?: boolean }} [options] `quiet`: show the output only when the command fails.
 * @returns {Promise<number>} The exit code; 128 and more when a signal ended it.
 */
export function run(command, args, { cwd = root, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const windows = process.platform === 'win32';
    const child = spawn(command, args, {
      cwd,
      env: workspaceEnvironment(),
      shell: windows,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    const stay = () => {};
    const pass = () => child.kill('SIGTERM');
    process.on('SIGINT', stay);
    process.on('SIGTERM', pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', stay);
      process.off('SIGTERM', pass);
      if (quiet && code !== 0) process.stderr.write(Buffer.concat(output));
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}
