// Finds a Chromium, and the software GPU that it brings along. Plain Node 20 without dependencies: it runs before
// anything is installed.

import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

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
 * The path of a Chromium or Chrome, or the reason why there is none: `CHROME_PATH` (it wins, and must exist), then what
 * the setup found out (`EQLOSS_NO_BROWSER`: no candidate starts), then the first of {@link browserCandidates}.
 *
 * @param {Surroundings} [surroundings]
 * @returns {{ path: string, reason?: undefined } | { path?: undefined, reason: string }}
 */
export function lookForBrowser(surroundings = {}) {
  const { env = process.env } = surroundings;
  const [first] = browserCandidates(surroundings);
  if (env.CHROME_PATH && !first) return { reason: `CHROME_PATH is ${env.CHROME_PATH}, which is no program` };
  if (env.EQLOSS_NO_BROWSER) return { reason: env.EQLOSS_NO_BROWSER };
  return first ? { path: first } : { reason: 'no Chromium or Chrome on this machine; install one or set CHROME_PATH' };
}

/**
 * The path that {@link lookForBrowser} gives.
 *
 * @param {Surroundings} [surroundings]
 * @returns {string | undefined}
 */
export function findBrowser(surroundings = {}) {
  return lookForBrowser(surroundings).path;
}

/**
 * Every Chromium and Chrome that is there, best first, whether it starts or not: only `CHROME_PATH` when that is set,
 * else the search path, then the usual places of macOS and Windows, then what Playwright has downloaded.
 *
 * @param {Surroundings} [surroundings]
 * @returns {string[]}
 */
export function browserCandidates(surroundings = {}) {
  const { env = process.env, platform = process.platform } = surroundings;
  if (env.CHROME_PATH) return [env.CHROME_PATH].filter(isProgram);
  const names = platform === 'win32' ? onPath.map((name) => `${name}.exe`) : onPath;
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean);
  const candidates = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...usualPlaces(surroundings),
    ...playwrightBrowsers(surroundings),
  ];
  return candidates.filter(isProgram);
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
