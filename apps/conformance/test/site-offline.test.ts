// The page's service worker over time: a newer version on the host, and a host that has gone.

import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { bundleSite, siteFolder, WORKER, withServiceWorker } from '../src/site.ts';
import { startBrowser, type Visit, visit } from './site-page.ts';

describe.skipIf(!findBrowser() && !isContinuousIntegration())('a saved page', { timeout: 60_000 }, () => {
  /** What the host has now: changed on the way. */
  const host = new Map<string, string | Uint8Array>();
  let browser: Browser;
  let visitor: Visit;

  beforeAll(async () => {
    for (const [name, content] of await bundleSite()) host.set(name, content);
    browser = await startBrowser();
    visitor = await visit(browser, host);
    await visitor.page.getByText('Saved: this page works offline.').waitFor({ timeout: 30_000 });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await visitor?.server.close();
  });

  test('is not reloaded for isolation once own counts are written', async () => {
    const context = await visitor.context.browser()!.newContext();
    // The worker comes late, as over a slow network.
    await context.addInitScript(() => {
      const { serviceWorker } = navigator;
      const register = serviceWorker.register.bind(serviceWorker);
      const come = new Promise<void>((resolve) => Object.assign(globalThis, { come: resolve }));
      serviceWorker.register = async (...given) => {
        await come;
        return register(...given);
      };
    });
    const page = await context.newPage();
    await page.goto(`${visitor.server.url}#understand`);
    await page.getByRole('radio', { name: 'Your own' }).check();
    await page.getByRole('textbox', { name: 'Paste or type' }).fill('cat,5');
    await page.evaluate(() => (globalThis as unknown as { readonly come: () => void }).come());
    await page.getByText('Saved: this page works offline.').waitFor({ timeout: 30_000 });
    expect(await page.getByRole('textbox', { name: 'Paste or type' }).inputValue()).toBe('cat,5');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    // The next time it is isolated by itself.
    await page.reload();
    await page.waitForFunction(() => crossOriginIsolated);
    await context.close();
  });

  test('is not called saved when the host lacks a file, and is saved once it has it', async () => {
    const [name] = [...host.keys()].filter((file) => file.endsWith('.wasm')).sort();
    const content = host.get(name)!;
    host.delete(name);
    const context = await visitor.context.browser()!.newContext();
    const page = await context.newPage();
    await page.goto(`${visitor.server.url}#understand`);
    const words = `Not saved for offline use: the server answers 404 for ${name}`;
    await page.getByText(words).waitFor({ timeout: 30_000 });
    const kept = () => page.evaluate(async () => (await (await caches.open((await caches.keys())[0])).keys()).length);
    // The worker itself is none of them.
    expect(await kept()).toBe(host.size - 1);
    expect(await page.locator('.offline').textContent()).toBe(words);
    host.set(name, content);
    await page.reload();
    await page.getByText('Saved: this page works offline.').waitFor({ timeout: 30_000 });
    expect(await kept()).toBe(host.size - 1);
    await context.close();
  });

  test('stays what it is while it is open, and says that a newer one is ready', async () => {
    const { page } = visitor;
    host.delete(WORKER);
    host.set(
      'index.html',
      String(host.get('index.html')).replace('<html lang="en">', '<html lang="en" class="newer">'),
    );
    const worker = await readFile(new URL('offline/service-worker.js', siteFolder), 'utf8');
    for (const [name, content] of withServiceWorker(host, worker)) host.set(name, content);
    await page.reload();
    await page.getByText('A newer version comes when all its tabs are closed.').waitFor({ timeout: 30_000 });
    expect(await page.locator('html.newer').count()).toBe(0);
  });

  test('is the newer one when all its tabs were closed, without the host, and the older is forgotten', async () => {
    await visitor.server.close();
    await visitor.page.close();
    // The browser changes workers when it has seen that the last tab is gone: a busy one, a while after.
    const deadline = Date.now() + 30_000;
    let page = await visitor.context.newPage();
    for (;;) {
      await page.goto(visitor.server.url);
      if ((await page.locator('html.newer').count()) === 1 || Date.now() > deadline) break;
      await page.close();
      await new Promise((resolve) => setTimeout(resolve, 500));
      page = await visitor.context.newPage();
    }
    await page.getByText('Saved: this page works offline.').waitFor({ timeout: 30_000 });
    expect(await page.locator('html.newer').count()).toBe(1);
    expect(await page.evaluate(() => caches.keys())).toHaveLength(1);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  test('has made no error', () => {
    expect(visitor.complaints).toEqual([]);
  });
});
