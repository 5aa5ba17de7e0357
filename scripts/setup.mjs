// Makes a fresh checkout ready, or sees in a moment that it is. Plain Node 20 without dependencies.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './get-browser.mjs';
import { root, run } from './run.mjs';

const { packageManager, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stampFile = join(root, 'node_modules', '.eqloss-setup');

/**
 * Installs the dependencies as the lockfile has them, when they are not, and finds or installs a browser: its path goes
 * on as `CHROME_PATH`, the reason why there is none as `EQLOSS_NO_BROWSER`.
 *
 * @returns {Promise<void>} Ends the process with 1 when the dependencies cannot be installed. A missing browser is only
 * said: whoever needs one reports it as unavailable, with the reason.
 */
export async function setup() {
  checkNode();
  const stamp = stampOfLockfile();
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
    say(`installing dependencies with ${packageManager}`);
    // Scripts of dependencies stay off but for the few that pnpm-workspace.yaml allows.
    const code = await runPnpm(['install', '--frozen-lockfile'], { quiet: true });
    if (code !== 0) {
      say('the dependencies could not be installed; what pnpm said stands above');
      process.exit(1);
    }
    writeFileSync(stampFile, stamp);
  }
  const browser = ensureBrowser({ dependencies: stamp });
  // What runs after this takes the same one, without looking again.
  if (browser.path) process.env.CHROME_PATH = browser.path;
  else {
    process.env.EQLOSS_NO_BROWSER = browser.reason;
    say(browser.reason);
  }
}

/** Runs the pnpm that package.json pins: the workspace's own, or before there is one, fetched by npm. */
export function runPnpm(args, options) {
  const installed = existsSync(join(root, 'node_modules', '.bin', 'pnpm'));
  return installed ? run('pnpm', args, options) : run('npx', ['--yes', packageManager, ...args], options);
}

function checkNode() {
  const wanted = engines.node.replace('>=', '').split('.').map(Number);
  const here = process.versions.node.split('.').map(Number);
  if (here[0] > wanted[0] || (here[0] === wanted[0] && here[1] >= wanted[1])) return;
  say(`Node ${process.versions.node} is too old; Node ${engines.node} is needed`);
  process.exit(1);
}

function stampOfLockfile() {
  const hash = createHash('sha256').update(process.platform).update(process.arch);
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

function say(line) {
  process.stderr.write(`eqloss: ${line}\n`);
}
