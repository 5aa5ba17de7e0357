// Starts a program of the workspace in the foreground and ends as it ends. Plain Node 20 without dependencies.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The environment of everything that runs here: the workspace's own programs first, its own Node 24 among them. What Node has
 * compiled once it keeps: hundreds of processes start in the tests, each with the same sources.
 */
export function workspaceEnvironment() {
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  const compiled = join(root, '.cache', 'compiled');
  return { NODE_COMPILE_CACHE: compiled, ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1' };
}

/**
 * What `spawn` takes to run a command of the workspace. Windows needs a shell for the scripts of `.bin`, but not for Node
 * itself, and a shell needs quotes.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ platform?: NodeJS.Platform, folder?: string }} [options] `folder`: the repository.
 * @returns {{ file: string, args: readonly string[], shell: boolean }}
 */
export function commandLine(command, args, { platform = process.platform, folder = root } = {}) {
  if (platform !== 'win32') return { file: command, args, shell: false };
  const node = join(folder, 'node_modules', 'node', 'bin', 'node.exe');
  if (command === 'node' && existsSync(node)) return { file: node, args, shell: false };
  return { file: [command, ...args].map(quote).join(' '), args: [], shell: true };
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
    const line = commandLine(command, args);
    const child = spawn(line.file, line.args, {
      cwd,
      env: workspaceEnvironment(),
      shell: line.shell,
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

/** As cmd.exe passes it on unchanged: what is special to it is not special in quotes, and a program reads `""` as one. */
function quote(text) {
  if (/^[\w@=:,./\\-]+$/.test(text)) return text;
  return `"${text.replace(/(\\*)"/g, '$1$1""').replace(/\\+$/, '$&$&')}"`;
}
