// Runs the commands of the rehearsal; none outlives it.

import { type ChildProcess, spawn } from 'node:child_process';
import { commandLine } from '../../run.mjs';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

const alive = new Set<ChildProcess>();

/** Runs a command to its end, whatever that is. */
export function attempt(
  folder: string,
  command: string,
  args: readonly string[],
  env = environment(),
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const { file, args: rest, shell } = commandLine(command, args);
    // A group of its own, so that what it starts ends with it.
    const options = { cwd: folder, env, shell, detached: process.platform !== 'win32' };
    const child = spawn(file, rest, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    alive.add(child);
    let [stdout, output] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      alive.delete(child);
      resolve({ code: code ?? 1, stdout, output });
    });
  });
}

/**
 * Runs a command that must succeed.
 *
 * @returns Its standard output.
 * @throws {Error} with the output when it fails.
 */
export async function must(
  folder: string,
  command: string,
  args: readonly string[],
  env = environment(),
): Promise<string> {
  const { code, stdout, output } = await attempt(folder, command, args, env);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`);
  return stdout;
}

/** The environment of all commands: nothing by which a real registry would take a package. */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const secrets = /^(GITHUB_|ACTIONS_|NODE_AUTH_TOKEN$|NPM_TOKEN$|NPM_ID_TOKEN$|SIGSTORE_ID_TOKEN$)/;
  const kept = Object.entries(process.env).filter(([name]) => !secrets.test(name));
  return { ...Object.fromEntries(kept), CI: 'true', npm_config_update_notifier: 'false', ...more };
}

/** Ends what still runs, at once. */
export function endAll(): void {
  for (const child of alive) {
    try {
      if (process.platform === 'win32') child.kill();
      else process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
