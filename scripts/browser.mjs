// Finds a Chromium, or gets one. Plain Node 20 without dependencies: it runs before anything is installed.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What the search looks at; every field defaults to this process's own.
 *
 * @typedef {object} Surroundings
 * @property {Readonly<Record<string, string | undefined>>} [env]
 * @property {NodeJS.Platform} [platform]
 * @property {string} [home]
 */

const onPath = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/**
 * The path of a Chromium or Chrome: `CHROME_PATH` (it wins, and must exist), then the search path, then the usual places
 * of macOS and Windows, then what Playwright has downloaded.
 *
 * @param {Surroundings} [surroundings]
 * @returns {string | undefined}
 */
export function findBrowser(surroundings = {}) {
  const { env = process.env, platform = process.platform } = surroundings;
  if (env.CHROME_PATH) return isProgram(env.CHROME_PATH) ? env.CHROME_PATH : undefined;
  const names = platform === 'win32' ? onPath.map((name) => `${name}.exe`) : onPath;
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean);
  const candidates = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...usualPlaces(surroundings),
    ...playwrightBrowsers(surroundings),
  ];
  return candidates.find(isProgram);
}

/**
 * The path of a Chromium, downloaded or installed when there is none, or the reason why there is none. Says in one line
 * each on standard error what it does.
 *
 * @param {Surroundings & { root?: string, isRoot?: boolean }} [options] `root`: the repository.
 * @returns {{ path: string, reason?: undefined } | { path?: undefined, reason: string }}
 */
export function ensureBrowser(options = {}) {
  const { env = process.env, platform = process.platform, isRoot = process.getuid?.() === 0 } = options;
  const { root = fileURLToPath(new URL('..', import.meta.url)) } = options;
  const found = findBrowser(options);
  if (found) return { path: found };
  if (env.CHROME_PATH) return { reason: `CHROME_PATH is ${env.CHROME_PATH}, which is no program` };
  const failures = [];
  const playwright = join(root, 'node_modules', 'playwright-core', 'cli.js');
  if (existsSync(playwright)) {
    say("no Chromium found: downloading Playwright's");
    // The full browser: the headless shell alone has no dependable WebGPU.
    failures.push(run(process.execPath, [playwright, 'install', 'chromium', '--no-shell', '--no-progress'], env));
    const downloaded = startable(findBrowser(options), env, platform);
    if (downloaded) return { path: downloaded };
    failures[0] ||= "Playwright's Chromium does not start, libraries are missing";
  }
  if (isRoot && isDebian(platform)) {
    const apt = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
    say('updating the lists of packages: apt-get update');
    const update = run('apt-get', ['-q', 'update'], apt);
    say("installing Debian's: apt-get install chromium libvulkan1");
    const packages = ['chromium', 'libvulkan1'];
    const install = run('apt-get', ['-q', 'install', '-y', '--no-install-recommends', ...packages], apt);
    const installed = startable(findBrowser(options), env, platform);
    if (installed) return { path: installed };
    failures.push(update, install);
  }
  const tried = failures.filter(Boolean).join('; ') || 'nothing to install it with';
  return { reason: `no Chromium or Chrome on this machine (${tried}); install one or set CHROME_PATH` };
}

/**
 * The Vulkan driver (SwiftShader, in software) that comes with a browser, for WebGPU in Node: the value of
 * `VK_ICD_FILENAMES`.
 *
 * @param {string | undefined} browser What {@link findBrowser} gave.
 * @param {Surroundings} [surroundings]
 * @returns {string | undefined}
 */
export function findSoftwareVulkan(browser, surroundings = {}) {
  // The program on the search path is often a script in /usr/bin that starts the binary elsewhere.
  const folders = browser ? [dirname(browser), dirname(realpathSync(browser))] : [];
  folders.push('/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome');
  folders.push(...playwrightBrowsers(surroundings).map((path) => dirname(path)));
  return folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((path) => existsSync(path));
}

/**
 * What Chromium is started with: WebGPU also on a software device, and no traffic of its own. Playwright adds the rest.
 *
 * @returns {string[]}
 */
export function browserFlags() {
  return [
    '--enable-unsafe-webgpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
}

/** @param {Surroundings} surroundings */
function usualPlaces({ env = process.env, platform = process.platform, home = homedir() }) {
  if (platform === 'darwin') {
    return ['/Applications', join(home, 'Applications')].flatMap((folder) =>
      ['Google Chrome', 'Chromium'].map((name) => join(folder, `${name}.app`, 'Contents', 'MacOS', name)),
    );
  }
  if (platform !== 'win32') return [];
  return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => ['Google\\Chrome', 'Chromium'].map((name) => join(folder, name, 'Application', 'chrome.exe')));
}

/**
 * Full browsers first, newest first, then headless shells.
 *
 * @param {Surroundings} surroundings
 * @returns {string[]}
 */
function playwrightBrowsers({ env = process.env, platform = process.platform, home = homedir() }) {
  const caches = {
    darwin: join(home, 'Library', 'Caches'),
    win32: env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'),
  };
  const cache = env.PLAYWRIGHT_BROWSERS_PATH || join(caches[platform] ?? join(home, '.cache'), 'ms-playwright');
  const mac = (name) => join(`${name}.app`, 'Contents', 'MacOS', name);
  const programs = ['chrome', 'chrome.exe', mac('Google Chrome for Testing'), mac('Chromium')];
  programs.push('chrome-headless-shell', 'chrome-headless-shell.exe', 'headless_shell', 'headless_shell.exe');
  return list(cache)
    .filter((name) => /^chromium(_headless_shell)?-\d+$/.test(name))
    .sort((a, b) => Number(a.includes('shell')) - Number(b.includes('shell')) || revision(b) - revision(a))
    .flatMap((name) => list(join(cache, name)).map((build) => join(cache, name, build)))
    .flatMap((build) => programs.map((program) => join(build, program)))
    .filter(isProgram);
}

function revision(name) {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}

function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A fresh download may lack libraries. Only Linux has that, and only there `--version` opens no window. */
function startable(path, env, platform) {
  if (!path || platform !== 'linux') return path;
  return spawnSync(path, ['--version'], { env, stdio: 'ignore', timeout: 60_000 }).status === 0 ? path : undefined;
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

function say(line) {
  process.stderr.write(`eqloss: ${line}\n`);
}
