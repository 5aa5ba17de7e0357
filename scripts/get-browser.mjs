// Gets a Chromium that starts, once. Plain Node 20 without dependencies.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserCandidates, lookForBrowser } from './browser.mjs';

/**
 * The path of a Chromium that starts, downloaded or installed when there is none, or the reason why there is none. Says
 * in one line each on standard error what it does.
 *
 * Starting, downloading and installing take time: the outcome is kept in `.cache/browser.json` until the dependencies,
 * `CHROME_PATH` or the browsers on this machine change.
 *
 * @param {import('./browser.mjs').Surroundings & { root?: string, isRoot?: boolean, dependencies?: string }} [options]
 * `root`: the repository. `dependencies`: any text that tells one state of the lockfile from another.
 * @returns {{ path: string, reason?: undefined } | { path?: undefined, reason: string }}
 */
export function ensureBrowser(options = {}) {
  const { env = process.env, isRoot = process.getuid?.() === 0, dependencies = '' } = options;
  const { root = fileURLToPath(new URL('..', import.meta.url)) } = options;
  const file = join(root, '.cache', 'browser.json');
  const key = () => {
    const facts = [dependencies, isRoot, env.CHROME_PATH, browserCandidates(options)];
    return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
  };
  const known = readJson(file);
  if (known?.key === key()) return known.outcome;
  const outcome = getBrowser({ ...options, env, isRoot, root });
  if (outcome.reason && !env.CHROME_PATH) outcome.reason += `; to try again, delete ${file}`;
  // A bad CHROME_PATH is said at once, and may be mended at any time.
  if (outcome.path || !env.CHROME_PATH) {
    mkdirSync(dirname(file), { recursive: true });
    // The key of what is there now: the browser may be new.
    writeFileSync(file, JSON.stringify({ key: key(), outcome }));
  }
  return outcome;
}

function getBrowser(options) {
  const { env, platform = process.platform, isRoot, root } = options;
  const startable = () => browserCandidates(options).find((path) => starts(path, env, platform));
  const found = startable();
  if (found) return { path: found };
  if (env.CHROME_PATH) {
    const { reason } = lookForBrowser({ ...options, env: { ...env, EQLOSS_NO_BROWSER: '' } });
    return { reason: reason ?? `CHROME_PATH is ${env.CHROME_PATH}, which does not start` };
  }
  const failures = browserCandidates(options).map((path) => `${path} does not start`);
  const playwright = join(root, 'node_modules', 'playwright-core', 'cli.js');
  if (existsSync(playwright)) {
    say("no Chromium found: downloading Playwright's");
    // The full browser: the headless shell alone has no dependable WebGPU.
    const args = [playwright, 'install', 'chromium', '--no-shell', '--no-progress'];
    const failure = run(process.execPath, args, env);
    const downloaded = startable();
    if (downloaded) return { path: downloaded };
    failures.push(failure || "Playwright's Chromium does not start, libraries are missing");
  }
  if (isRoot && isDebian(platform)) {
    const apt = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
    say('updating the lists of packages: apt-get update');
    const update = run('apt-get', ['-q', 'update'], apt);
    say("installing Debian's: apt-get install chromium libvulkan1");
    const packages = ['chromium', 'libvulkan1'];
    const install = run('apt-get', ['-q', 'install', '-y', '--no-install-recommends', ...packages], apt);
    const installed = startable();
    if (installed) return { path: installed };
    failures.push(update, install);
  }
  const tried = failures.filter(Boolean).join('; ') || 'nothing to install it with';
  return { reason: `no Chromium or Chrome on this machine (${tried}); install one or set CHROME_PATH` };
}

/**
 * A fresh download may lack libraries, and a distribution's stub the browser itself. Only Linux has that, and only there
 * `--version` opens no window.
 */
function starts(path, env, platform) {
  if (platform !== 'linux') return true;
  return spawnSync(path, ['--version'], { env, stdio: 'ignore', timeout: 60_000 }).status === 0;
}

function isDebian(platform) {
  if (platform !== 'linux') return false;
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** Runs a command; what went wrong, in one line, or ''. */
function run(command, args, env) {
  const done = spawnSync(command, args, {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 900_000,
  });
  if (done.status === 0) return '';
  const lines = (done.stderr ?? '').split('\n').filter((line) => /\b(error|E:|failed|unable)/i.test(line));
  return (done.error?.message ?? lines.at(0) ?? `${command} failed`).trim();
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function say(line) {
  process.stderr.write(`eqloss: ${line}\n`);
}
