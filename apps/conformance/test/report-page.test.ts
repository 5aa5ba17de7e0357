// The HTML report in a real browser: nothing that a target said runs, axe finds nothing, and a phone need not scroll sideways.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { renderHtml, renderJunit } from '@eqloss/conformance';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runEverything } from '../../../packages/conformance/test/all-statuses.ts';
import { browserFlags, lookForBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';

const { path } = lookForBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Continuous integration leaves nothing out: there a missing browser is a failure.
describe.skipIf(!path && !isContinuousIntegration())('the HTML report in Chromium', { timeout: 120_000 }, () => {
  let browser: Browser;
  let page: Page;
  let html: string;
  let junit: string;
  const said: string[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    const record = await runEverything();
    html = renderHtml(record);
    junit = renderJunit(record);
    browser = await chromium.launch({ executablePath: path, args: browserFlags() });
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    page = await context.newPage();
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('dialog', (dialog) => {
      said.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('request', ({ url }) => asked.push(url()));
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
  });

  async function show(content: string): Promise<void> {
    await page.setContent(content, { waitUntil: 'load' });
    // What is closed is read too.
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
  }

  test.each(['with', 'without'])('runs nothing that a target said, %s its policy', async (policy) => {
    said.length = 0;
    asked.length = 0;
    const plain = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
    expect(plain).not.toBe(html);
    await show(policy === 'with' ? html : plain);
    // Links must not run either.
    const schemes = await page.evaluate(() => [...document.links].map(({ protocol }) => protocol));
    expect(schemes.filter((scheme) => scheme !== 'https:' && scheme !== 'about:')).toEqual([]);
    const elements = await page.evaluate(() => document.querySelectorAll('script, img, iframe, object, link').length);
    expect(elements).toBe(0);
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(said).toEqual([]);
    expect(asked.filter((url) => !url.startsWith('about:'))).toEqual([]);
  });

  test.each([360, 768, 1280])('is not wider than %d pixels, with everything open', async (width) => {
    await page.setViewportSize({ width, height: 740 });
    await show(html);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });

  test.each(['light', 'dark'] as const)('has nothing for axe to find, in %s', async (colorScheme) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme });
    await show(html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run();
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html: node }) => node.slice(0, 120)).join(' | ')}`,
      );
    });
    expect(found).toEqual([]);
  });

  test('is read by keyboard: to the verdict, through sections, into what is closed and what scrolls', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.setContent(html, { waitUntil: 'load' });
    const focused = () => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 60) ?? '');
    await page.keyboard.press('Tab');
    expect(await focused()).toContain('class="skip"');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineWidth);
    expect(outline).toBe('3px');
    await page.keyboard.press('Enter');
    expect(await focused()).toContain('<main');
    for (let links = 0; links < 8; links++) await page.keyboard.press('Tab');
    expect(await focused()).toContain('#vectors');
    await page.keyboard.press('Tab');
    expect(await focused()).toContain('class="scroll"');
    const scrolled = () => page.evaluate(() => (document.activeElement as Element).scrollLeft);
    await page.keyboard.press('ArrowRight');
    await expect.poll(scrolled).toBeGreaterThan(0);
    await page.keyboard.press('Tab');
    expect(await focused()).toContain('<summary');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.closest('details')?.open)).toBe(true);
  });

  test('stands beside a JUnit report that is well-formed', async () => {
    const cases = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'application/xml');
      return parsed.querySelector('parsererror')?.textContent ?? parsed.querySelectorAll('testcase').length;
    }, junit);
    expect(cases).toBe(33);
  });
});
