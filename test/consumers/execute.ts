// Programs that are run in the folders of the cases, out of sight of the workspace's packages.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { commandLine, root, workspaceEnvironment } from '../../scripts/run.mjs';

/** What a program did. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Installs as a user would, but for scripts of dependencies: onnxruntime-node's downloads from elsewhere. */
export async function npmInstall(folder: string, args: readonly string[]): Promise<Ran> {
  return succeed(folder, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...args);
}

/** Programs of the workspace, to be run by {@link workspaceNode}: the scripts of `.bin` let them see its packages. */
export const programs = {
  esbuild: join(root, 'node_modules', 'esbuild', 'bin', 'esbuild'),
  tsc: join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
  vite: join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
} as const;

/** The Node that runs this. */
export const workspaceNode = process.execPath;

/** Runs a program; nothing is thrown when it fails. */
export function attempt(folder: string, command: string, ...args: string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const line = commandLine(command, args);
    const env = { ...workspaceEnvironment(), ...quiet } as NodeJS.ProcessEnv;
    // Packages of the workspace, and what `npm --silent` passes on to the npm of a case.
    delete env.NODE_PATH;
    delete env.npm_config_loglevel;
    const child = spawn(line.file, line.args, {
      cwd: folder,
      env,
      shell: line.shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (said.stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

/** Runs a program that must succeed. */
export async function succeed(folder: string, command: string, ...args: string[]): Promise<Ran> {
  const ran = await attempt(folder, command, ...args);
  if (ran.code === 0) return ran;
  throw new Error(`${command} ${args.join(' ')} ended with ${ran.code}:\n${ran.stdout}\n${ran.stderr}`);
}

const quiet = { ONNXRUNTIME_NODE_INSTALL: 'skip', NO_COLOR: '1', FORCE_COLOR: '0' };
