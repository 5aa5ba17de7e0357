// Adapters that are wrong, hang, crash, do not start or are not there, as the page shows them.

import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { bundleSite } from '../src/site.ts';
import { axeProblems, matrixRow, startBrowser, type Visit, visit, waitForEnd, waitForProbes } from './site-page.ts';

describe.skipIf(!findBrowser() && !isContinuousIntegration())('a failing adapter', { timeout: 60_000 }, () => {
  let browser: Browser;
  let visitor: Visit;

  beforeAll(async () => {
    const files = await bundleSite(new URL('./site/', import.meta.url));
    browser = await startBrowser();
    // Isolated by the server: this page has no service worker.
    visitor = await visit(browser, files, { plain: false });
    await waitForProbes(visitor.page);
    await visitor.page.getByRole('button', { name: 'Run and measure' }).click();
    await waitForEnd(visitor.page, 60_000);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await visitor?.server.close();
  });

  test('does not keep a right one from passing', async () => {
    expect(await matrixRow(visitor.page, 'core')).toContain('all 118 passed, 2 not judged');
  });

  test.each([
    ['wrong', /^\d+ of 118 failed/, 'beyond tolerance'],
    ['hanging', /^\d+ of 118 failed/, 'no answer within 1 s'],
    ['crashing', /^\d+ of 118 failed/, 'the worker crashed: Uncaught Error: crashed on purpose'],
    ['scripting', /^6 of 118 failed/, '<script>globalThis.broken = 1</script>'],
    ['broken', /^✗ your harness is wrong: .*its engine does not load/, 'its engine does not load'],
  ])('that is %s is shown so, with its reason', async (name, words, reason) => {
    const { page } = visitor;
    expect((await matrixRow(page, name))[0]).toMatch(words);
    const fold = page.locator('.failures details', {
      has: page.locator('strong', { hasText: new RegExp(`^${name}$`) }),
    });
    await fold.first().locator('summary').click();
    expect(await fold.first().locator('.reason').textContent()).toContain(reason);
  });

  test('that was restarted too often is gone, and says so', async () => {
    const { page } = visitor;
    const fold = page.locator('.failures details', { hasText: 'hanging' });
    expect(await fold.nth(4).locator('.reason').textContent()).toMatch(/target is gone: it was restarted 2 times/);
  });

  test('shows its worst elements with bits and ratio', async () => {
    const cells = visitor.page.locator('.failures details', { hasText: 'wrong' }).first().locator('tbody tr').first();
    const [ratio, , , actual, expected] = await cells.locator('td').allTextContents();
    // The slopes are 1e-9 too large, a thousand times what 1e-12 allows.
    expect(Number(ratio)).toBeGreaterThan(500);
    expect(Number(ratio)).toBeLessThanOrEqual(1000);
    expect(actual).toMatch(/^[0-9a-f]{16}$/);
    expect(actual).not.toBe(expected);
  });

  test('that is not there is neither chosen nor run', async () => {
    const line = visitor.page.locator('.targets li', { hasText: 'absent' });
    expect(await line.textContent()).toContain('not here: no GPU <b>of this kind</b>');
    expect(await line.locator('input').isDisabled()).toBe(true);
    expect(await matrixRow(visitor.page, 'absent')).toEqual([]);
  });

  test('is neither timed nor recommended', async () => {
    const { page } = visitor;
    const timed = await page.locator('.times tbody th').allTextContents();
    expect(timed).toEqual(['core', 'core-single']);
    expect(await page.locator('.choice .name').textContent()).toMatch(/^Take @eqloss\/core \(plain JavaScript/);
    const excluded = page.locator('details', { hasText: 'Not recommended, and why' });
    for (const name of ['wrong', 'hanging', 'crashing', 'scripting', 'broken']) {
      expect(await excluded.textContent()).toContain(`${name}: `);
    }
  });

  test('cannot run what it says: neither here, nor in the report, opened or saved', async () => {
    const { page, context } = visitor;
    const opened = context.waitForEvent('page');
    await page.getByRole('button', { name: 'Open the full report' }).click();
    const report = await opened;
    await report.getByRole('heading', { name: 'Failures', exact: true }).waitFor();
    const broken = () => 'broken' in globalThis;
    expect(await report.locator('body').textContent()).toContain('<script>globalThis.broken = 1</script>');
    // Its own style has been read, and no script would be.
    expect(
      await report
        .locator('table')
        .first()
        .evaluate((table) => getComputedStyle(table).borderCollapse),
    ).toBe('collapse');
    const ran = await report.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.broken = 1';
      document.body.append(script);
      return 'broken' in globalThis;
    });
    expect(ran).toBe(false);
    expect(await report.evaluate(broken)).toBe(false);
    expect(await page.evaluate(broken)).toBe(false);
    await report.close();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save it (HTML)' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toMatch(/^eqloss-report-[\d-]+T[\d-]+\.html$/);
    expect(readFileSync(await saved.path(), 'utf8')).not.toMatch(/<script|<img/);
  });

  test('is told to everybody: axe-core finds nothing, at a phone and at a desk, light and dark', async () => {
    expect(await axeProblems(visitor.page)).toEqual([]);
  });

  test('costs the page no error', () => {
    expect(visitor.complaints).toEqual([]);
  });
});
