// Finding a browser and getting one, on machines made of folders.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findBrowser, findSoftwareVulkan, lookForBrowser } from '../../../scripts/browser.mjs';
import { ensureBrowser } from '../../../scripts/get-browser.mjs';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'eqloss-browser-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(process.platform === 'win32')('a browser', () => {
  test('is CHROME_PATH and nothing else when that is set', () => {
    const chosen = program('mine/browser');
    const PATH = dirname(program('bin/chromium'));
    expect(findBrowser({ env: { CHROME_PATH: chosen, PATH }, home })).toBe(chosen);
    expect(findBrowser({ env: { CHROME_PATH: join(home, 'none'), PATH }, home })).toBeUndefined();
    const bad = { env: { CHROME_PATH: join(home, 'none'), PATH }, home, root: home };
    expect(ensureBrowser(bad).reason).toMatch(/CHROME_PATH is .*none, which is no program/);
    expect(lookForBrowser(bad).reason).toMatch(/CHROME_PATH is .*none, which is no program/);
  });

  test('is found on the search path, Chromium before Chrome', () => {
    const chrome = program('one/google-chrome');
    const chromium = program('two/chromium');
    const PATH = [join(home, 'none'), dirname(chrome), dirname(chromium)].join(delimiter);
    expect(findBrowser({ env: { PATH }, home })).toBe(chromium);
    expect(findBrowser({ env: { PATH: dirname(chrome) }, home })).toBe(chrome);
  });

  test('is a program: neither a folder nor a file without the right to run', () => {
    mkdirSync(join(home, 'chromium'));
    expect(findBrowser({ env: { PATH: home }, home })).toBeUndefined();
    const file = program('bin/chromium');
    chmodSync(file, 0o644);
    expect(findBrowser({ env: { PATH: dirname(file) }, home })).toBeUndefined();
  });

  test("is found where macOS has it, and in Playwright's cache: the newest, a whole one first", () => {
    const nothing = { env: { PATH: '' }, home };
    const app = program('Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
    expect(findBrowser({ ...nothing, platform: 'darwin' })).toBe(app);
    const shell =
      '.cache/ms-playwright/chromium_headless_shell-1300/chrome-headless-shell-linux64/chrome-headless-shell';
    expect(findBrowser({ ...nothing, platform: 'linux' })).toBeUndefined();
    const only = program(shell);
    expect(findBrowser({ ...nothing, platform: 'linux' })).toBe(only);
    program('.cache/ms-playwright/chromium-999/chrome-linux/chrome');
    const whole = program('.cache/ms-playwright/chromium-1255/chrome-linux64/chrome');
    expect(findBrowser({ ...nothing, platform: 'linux' })).toBe(whole);
    expect(findBrowser({ env: { PATH: '', PLAYWRIGHT_BROWSERS_PATH: join(home, 'no') }, home })).toBeUndefined();
  });

  test('brings its software GPU along', () => {
    const browser = program('lib/chromium');
    const driver = join(dirname(browser), 'vk_swiftshader_icd.json');
    writeFileSync(driver, '{}');
    expect(findSoftwareVulkan(browser, { env: {}, home })).toBe(driver);
  });

  test('that is missing is downloaded', () => {
    const downloaded = join(home, '.cache/ms-playwright/chromium-1/chrome-linux64/chrome');
    const script = `
      const { mkdirSync, writeFileSync } = require('node:fs');
      mkdirSync(${JSON.stringify(dirname(downloaded))}, { recursive: true });
      writeFileSync(${JSON.stringify(downloaded)}, '#!/bin/sh\\nexit 0\\n', { mode: 0o755 });
      writeFileSync(${JSON.stringify(join(home, 'said'))}, process.argv.slice(2).join(' '));`;
    const root = playwright(script);
    const surroundings = { env: { PATH: '' }, home, root, platform: 'linux', isRoot: false } as const;
    expect(ensureBrowser(surroundings)).toEqual({ path: downloaded });
    expect(readFileSync(join(home, 'said'), 'utf8')).toMatch(/^install chromium/);
  });

  test('that can be got nowhere is a reason', () => {
    const root = playwright("console.error('Error: getaddrinfo ENOTFOUND cdn'); process.exit(1);");
    const found = ensureBrowser({ env: { PATH: '' }, home, root, platform: 'linux', isRoot: false });
    expect(found.path).toBeUndefined();
    expect(found.reason).toMatch(/no Chromium or Chrome on this machine \(Error: getaddrinfo ENOTFOUND cdn\)/);
  });

  test('that does not start is passed over, and asked only once', () => {
    const log = join(home, 'starts');
    program('one/chromium', `#!/bin/sh\necho stub >> '${log}'\nexit 1\n`);
    const works = program('two/google-chrome', `#!/bin/sh\necho chrome >> '${log}'\n`);
    const PATH = [join(home, 'one'), join(home, 'two')].join(delimiter);
    const options = { env: { PATH }, home, root: join(home, 'repository'), platform: 'linux', isRoot: false } as const;
    expect(ensureBrowser(options)).toEqual({ path: works });
    expect(ensureBrowser(options)).toEqual({ path: works });
    expect(readFileSync(log, 'utf8')).toBe('stub\nchrome\n');
    expect(ensureBrowser({ ...options, env: { PATH, CHROME_PATH: join(home, 'one/chromium') } }).reason).toMatch(
      /CHROME_PATH is .*chromium, which does not start/,
    );
    rmSync(works);
    expect(ensureBrowser(options).reason).toMatch(/one.chromium does not start/);
  });

  test('that the setup could not get is not looked for again', () => {
    const PATH = dirname(program('bin/chromium', '#!/bin/sh\nexit 1\n'));
    const env = { PATH, EQLOSS_NO_BROWSER: 'it does not start' };
    expect(lookForBrowser({ env, home })).toEqual({ reason: 'it does not start' });
    const chosen = { ...env, CHROME_PATH: join(home, 'none') };
    expect(lookForBrowser({ env: chosen, home }).reason).toMatch(/CHROME_PATH is/);
  });

  test('that cannot be got is tried for once, until something changes', () => {
    const log = join(home, 'tries');
    const root = playwright(`require('node:fs').appendFileSync(${JSON.stringify(log)}, 'try '); process.exit(1);`);
    const bin = join(home, 'bin');
    const options = { env: { PATH: bin }, home, root, platform: 'linux', isRoot: false } as const;
    const tries = () => readFileSync(log, 'utf8').trim().split(' ').length;
    const { reason } = ensureBrowser(options);
    expect(reason).toContain(`to try again, delete ${join(root, '.cache', 'browser.json')}`);
    expect(ensureBrowser(options).reason).toBe(reason);
    expect(tries()).toBe(1);
    expect(ensureBrowser({ ...options, dependencies: 'newer' }).path).toBeUndefined();
    expect(tries()).toBe(2);
    const browser = program('bin/chromium');
    expect(ensureBrowser({ ...options, dependencies: 'newer' })).toEqual({ path: browser });
    rmSync(browser);
    rmSync(join(root, '.cache'), { recursive: true });
    expect(ensureBrowser(options).path).toBeUndefined();
    expect(tries()).toBe(3);
  });

  const debian = existsSync('/etc/debian_version');
  test.runIf(debian)("that cannot be downloaded is installed from Debian's packages, by root", () => {
    const root = playwright('process.exit(1);');
    const installed = join(home, 'bin', 'chromium');
    const log = join(home, 'log');
    program(
      'bin/apt-get',
      `#!/bin/sh\necho "$@" >> '${log}'\n[ "$2" = update ] || printf '#!/bin/sh\\n' > '${installed}'\n[ "$2" = update ] || chmod +x '${installed}'\n`,
    );
    const env = { PATH: [join(home, 'bin'), '/usr/sbin', '/sbin'].join(delimiter) };
    // The fake needs chmod, which must not bring a real browser into sight.
    program('bin/chmod', '#!/bin/sh\nexec /bin/chmod "$@"\n');
    const options = { env, home, root, platform: 'linux' } as const;
    expect(ensureBrowser({ ...options, isRoot: false }).path).toBeUndefined();
    expect(ensureBrowser({ ...options, isRoot: true })).toEqual({ path: installed });
    expect(readFileSync(log, 'utf8')).toMatch(
      /^-q update\n-q install -y --no-install-recommends chromium libvulkan1\n$/,
    );
  });
});

function program(path: string, text = '#!/bin/sh\n'): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

/** A repository with an installed Playwright whose command line is this script. */
function playwright(script: string): string {
  const folder = join(home, 'repository', 'node_modules', 'playwright-core');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(folder, 'cli.js'), script);
  return join(home, 'repository');
}
