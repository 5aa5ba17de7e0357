// How npm publishes here: with provenance and without a token where GitHub vouches for the workflow, plainly elsewhere.

import { execFileSync } from 'node:child_process';
import { commandLine, root, run, workspaceEnvironment } from '../run.mjs';

/** The first npm that exchanges an identity of GitHub for the right to publish. */
const TRUSTED = '11.5.1';

/**
 * The registry that npm would publish to: that of the scope, if it has its own.
 *
 * @param {string} scope
 * @returns {string}
 */
export function registryOf(scope) {
  const own = npmSays('config', 'get', `${scope}:registry`);
  return own === 'undefined' ? npmSays('config', 'get', 'registry') : own;
}

/** The version of the npm that runs. */
export function npmVersion() {
  return npmSays('--version');
}

/**
 * The arguments of `npm publish` that depend on where it runs.
 *
 * @param {{ env: Readonly<Record<string, string | undefined>>, npm: string, registry: string }} place
 * @returns {string[]}
 * @throws {Error} when GitHub is to vouch for the release but cannot.
 */
export function publishArguments({ env, npm, registry }) {
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(registry).hostname);
  if (env.GITHUB_ACTIONS !== 'true' || local) return [];
  if (!env.ACTIONS_ID_TOKEN_REQUEST_URL) {
    throw new Error('GitHub gives this job no identity: it needs `permissions: id-token: write`');
  }
  if (npm.localeCompare(TRUSTED, 'en', { numeric: true }) < 0) {
    throw new Error(
      `npm ${npm} is too old for trusted publishing: npm ${TRUSTED} is needed (npm install -g npm@latest)`,
    );
  }
  return ['--provenance'];
}

/**
 * Publishes one tarball.
 *
 * @param {string} tarball
 * @param {readonly string[]} args
 * @returns {Promise<boolean>} Whether npm says that it did. What it says otherwise is on standard error.
 */
export async function npmPublish(tarball, args) {
  // npm asks for the second factor where somebody can answer.
  const quiet = !(process.stdin.isTTY && process.stdout.isTTY);
  return (await run('npm', ['publish', tarball, '--access', 'public', ...args], { quiet })) === 0;
}

function npmSays(...args) {
  const line = commandLine('npm', args);
  const options = { cwd: root, env: workspaceEnvironment(), shell: line.shell, encoding: 'utf8' };
  return execFileSync(line.file, line.args, options).trim();
}
