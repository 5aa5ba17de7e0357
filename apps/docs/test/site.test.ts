// The whole site as GitHub Pages serves it: below a sub-path, without headers. The build itself fails on dead links.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { commandLine, root, workspaceEnvironment } from '../../../scripts/run.mjs';
import { axeProblems, startBrowser } from '../../conformance/test/site-page.ts';
import { deadLinks } from '../src/check-links.ts';
import { listPages } from '../src/pages.ts';
import { type SiteServer, serveSite } from '../src/serve.ts';

const base = '/eqloss/';
const folder = mkdtempSync(join(tmpdir(), 'eqloss-docs-'));
const out = join(folder, 'site');

// One build for all. It fails for an export without a comment, a dead link, and a page that no link leads to.
beforeAll(async () => {
  const done = await docs('--out', out, '--base', base);
  if (done.code !== 0) throw new Error(done.said);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every text of the repository has its page, and the conformance page lies inside', () => {
  for (const { place } of listPages()) expect(existsSync(join(out, `${place}.html`)), place).toBe(true);
  for (const name of ['index.html', 'service-worker.js']) expect(existsSync(join(out, 'conformance', name))).toBe(true);
});

test('a folder that is no site of ours is left alone, and a wrong base is wrong usage', async () => {
  const other = mkdtempSync(join(folder, 'other-'));
  writeFileSync(join(other, 'letter.txt'), 'dear');
  expect(await docs('--out', other)).toEqual({
    code: 1,
    said: `docs: ${other} holds something that is no site of ours; give an empty folder\n`,
  });
  expect(readFileSync(join(other, 'letter.txt'), 'utf8')).toBe('dear');
  expect(await docs('--base', 'eqloss')).toMatchObject({
    code: 2,
    said: expect.stringContaining('no path with a slash'),
  });
});

test('the link checker sees a dead page, a dead anchor, a lone page, and links to elsewhere that are malformed', async () => {
  const broken = mkdtempSync(join(folder, 'broken-'));
  const links = ['gone.html', '#gone', 'http://example.org/', 'https://localhost/', '/outside', 'https://arxiv.org/'];
  writeFileSync(
    join(broken, 'index.html'),
    `<!doctype html><title>a</title>${links.map((link) => `<a href="${link}">a</a>`).join('')}`,
  );
  writeFileSync(join(broken, 'lone.html'), '<!doctype html><title>b</title>');
  const problems = (await deadLinks(broken, base)).map((line) => line.replace(/127\.0\.0\.1:\d+/, 'HOST'));
  expect(problems).toHaveLength(6);
  for (const wanted of ['gone.html', '#gone', 'http:', 'no public host', 'it leaves /eqloss/', 'lone.html: no link']) {
    expect(problems.join('\n')).toContain(wanted);
  }
});

describe.skipIf(!findBrowser() && !isContinuousIntegration())('in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let server: SiteServer;
  let page: Page;
  /** Errors, and requests that leave the site. */
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await serveSite(out, { base });
    browser = await startBrowser();
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.url)) {
        complaints.push(`asked ${request.url()}`);
      }
    });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test.each(['', 'guide/from-pytorch.html', 'api/wasm.html'])(
    '%j is accessible, from 360 px to 1280 px, in light and dark',
    async (path) => {
      await page.goto(server.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await axeProblems(page, settled)).toEqual([]);
    },
  );

  test('the search finds an export by the keyboard alone', async () => {
    await page.goto(server.url);
    const box = page.getByRole('searchbox');
    // A page is seen before it listens.
    await expect
      .poll(
        async () => {
          await page.keyboard.press('Control+k');
          return box.isVisible();
        },
        { timeout: 30_000 },
      )
      .toBe(true);
    await box.fill('thresholdForTailRatio');
    await page.locator('.result.selected').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/thresholdfortailratio/);
    expect(await page.locator('#thresholdfortailratio').textContent()).toContain('thresholdForTailRatio');
  });

  test('a script that is not of the site does not run', async () => {
    const before = complaints.length;
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.head.append(script);
    });
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
    expect(complaints.splice(before).join(' ')).toContain('Content Security Policy');
  });

  test('the conformance page isolates itself, and its worker serves nothing outside its folder', async () => {
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Try it on your device' }).click();
    await page.waitForURL(`${server.url}conformance/`);
    await page.waitForFunction(() => crossOriginIsolated);
    const scopes = await page.evaluate(async () =>
      (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
    );
    expect(scopes).toEqual([`${server.url}conformance/`]);
    await page.goto(`${server.url}guide/quick-start.html`);
    expect(await page.evaluate(() => [navigator.serviceWorker.controller, crossOriginIsolated])).toEqual([null, false]);
  });

  test('nothing was asked of another host, and nothing went wrong', () => {
    expect(complaints).toEqual([]);
  });
});

/** The command, as a person starts it: VitePress builds something else where a test runner says that it is one. */
function docs(...args: string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const { NODE_ENV: _, VITEST: __, ...env } = workspaceEnvironment() as NodeJS.ProcessEnv;
  const line = commandLine('node', ['--conditions=@eqloss/source', 'apps/docs/src/main.ts', ...args]);
  const child = spawn(line.file, line.args, { cwd: root, env, shell: line.shell, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, said }));
  });
}

/** Colours fade into one another when the scheme changes. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frames = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await frames();
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    await frames();
  });
}
