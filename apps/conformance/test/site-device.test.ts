// The page as a visitor has it: from a host that sends no headers, then without any network, by keyboard, over every
// adapter, to the saved report.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadVectors } from '@eqloss/conformance';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { countTests } from '../site/device/vectors.ts';
import { bundleSite } from '../src/site.ts';
import { targets } from '../src/targets.ts';
import {
  axeProblems,
  chooseOnly,
  liveWorkers,
  matrixRow,
  startBrowser,
  type Visit,
  visit,
  waitForEnd,
  waitForProbes,
  waitUntil,
} from './site-page.ts';

const conformance = new URL('../../../packages/conformance/', import.meta.url);
const names = targets.filter(({ runtimes }) => runtimes.includes('chromium')).map(({ name }) => name);

// In this order: the visit goes on from test to test.
describe.skipIf(!findBrowser() && !isContinuousIntegration())('the page', { timeout: 120_000 }, () => {
  let browser: Browser;
  let visitor: Visit;
  let page: Page;

  beforeAll(async () => {
    const files = await bundleSite();
    browser = await startBrowser();
    visitor = await visit(browser, files);
    page = visitor.page;
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await visitor?.server.close();
  });

  test('isolates itself where the host does not, by one reload', async () => {
    await waitUntil(() => page.evaluate(() => crossOriginIsolated).catch(() => false), 20_000);
    await page.getByText('Saved: this page works offline.').waitFor({ timeout: 60_000 });
    expect(visitor.requests.filter((address) => address === visitor.server.url)).toHaveLength(2);
  });

  test('needs no network and no host any more', async () => {
    await visitor.server.close();
    await visitor.context.setOffline(true);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Your device' }).waitFor();
    await waitForProbes(page);
    await page.getByText('Saved: this page works offline.').waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  test('says what this device has, with words where something is missing', async () => {
    const rows = await page.locator('.capabilities tbody tr').allInnerTexts();
    const lines: Readonly<Record<string, string>> = Object.fromEntries(rows.map((row) => row.split('\t')));
    for (const mode of ['cpu', 'webasm', 'webgl2', 'webgpu']) expect(lines).toHaveProperty(`gpu.js, mode ${mode}`);
    for (const provider of ['wasm', 'webgpu']) expect(lines).toHaveProperty(`onnxruntime-web, ${provider}`);
    for (const name of ['Relaxed SIMD', 'WebGL2', 'WebGPU']) expect(lines).toHaveProperty(name);
    expect(lines.Browser).toMatch(new RegExp(` ${browser.version().split('.')[0]}$`));
    expect(lines.Processor).toMatch(/^\d+ logical cores?$/);
    expect(lines['WebAssembly SIMD']).toMatch(/^✓ yes/);
    expect(lines['WebAssembly threads']).toMatch(/^✓ yes/);
    for (const [name, words] of Object.entries(lines)) expect(words.trim().length, name).toBeGreaterThan(3);
    expect(await axeProblems(page)).toEqual([]);
  });

  test('is used by keyboard alone', async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await press(page, 'Skip to the content');
    await press(page, 'None');
    await tabTo(page, 'core-single');
    await page.keyboard.press('Space');
    await tabTo(page, 'Quick');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, 'All (');
    await page.keyboard.press('ArrowUp');
    await press(page, 'Run and measure');
    expect(await waitForEnd(page, 60_000)).toMatch(/^Finished: 1 adapters?, 120 of 120 tests\./);
    expect(await matrixRow(page, 'core-single')).toContain('all 113 passed, 7 not judged');
    await press(page, 'To the recommendation');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Recommendation');
    // The other view and back: nothing is lost.
    await page.keyboard.press('Control+Home');
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await press(page, 'Understand the loss', 'Shift+Tab');
    const heading = page.locator('h1', { hasText: 'Your device' });
    await heading.waitFor({ state: 'hidden' });
    await press(page, 'Your device', 'Shift+Tab');
    await heading.waitFor();
    expect(await matrixRow(page, 'core-single')).toContain('all 113 passed, 7 not judged');
  });

  test('can be cancelled at once, recommends nothing then, and keeps what is whole', async () => {
    await page.getByRole('button', { name: 'All', exact: true }).click();
    // Both in one turn of the page: nothing can have been run to the end.
    await page.getByRole('button', { name: 'Run and measure' }).evaluate((button: HTMLButtonElement) => {
      button.click();
      requestAnimationFrame(() => button.click());
    });
    expect(await waitForEnd(page, 5000)).toMatch(/^Cancelled: 0 of \d+ adapters/);
    expect(await page.locator('section[aria-labelledby=recommendation] p').allTextContents()).toEqual([
      'No adapter was run to the end, so there is nothing to recommend from.',
    ]);
    await page.getByRole('button', { name: 'Run and measure' }).click();
    await page.locator('.progress p', { hasText: /[2-9] of \d+ adapters done/ }).waitFor({ timeout: 60_000 });
    expect(await liveWorkers(page)).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await waitForEnd(page, 5000)).toMatch(/^Cancelled: \d+ of \d+ adapters/);
    expect(await liveWorkers(page)).toBe(0);
    expect(await matrixRow(page, 'core')).toContain('all 118 passed, 2 not judged');
  });

  test('judges adapters by all vectors, and saves a report that the schema accepts', async () => {
    await chooseOnly(page, ['core-single', 'wasm']);
    await page.getByRole('radio', { name: /^All/ }).check();
    await page.getByLabel('Shape').selectOption({ label: '32 × 10: a small batch' });
    await page.getByRole('button', { name: 'Run and measure' }).click();
    const tests = 2 * countTests(await loadVectors());
    expect(await waitForEnd(page, 120_000)).toContain(`Finished: 2 adapters, ${tests} of ${tests} tests.`);
    const [whole] = await matrixRow(page, 'wasm');
    const [, passed, open] = /^all (\d+) passed, (\d+) not judged$/.exec(whole) ?? [];
    expect(2 * (Number(passed) + Number(open)), whole).toBe(tests);
    expect(Number(passed), whole).toBeGreaterThan(tests * 0.48);
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the data (NDJSON)' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toMatch(/^eqloss-report-[\d-]+T[\d-]+\.ndjson$/);
    const lines = readFileSync(await saved.path(), 'utf8')
      .trimEnd()
      .split('\n');
    const objects = lines.map((line) => JSON.parse(line));
    const validate = await reportValidator();
    for (const object of objects) expect(validate(object), JSON.stringify(validate.errors)).toBe(true);
    const [header] = objects;
    for (const { file, sha256 } of header.vectors) {
      const bytes = readFileSync(new URL(`vectors/${file}`, conformance));
      expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
    expect(header.vectors).toHaveLength(16);
    expect(header.targets).toMatchObject([
      { target: 'core-single', runtime: 'chromium', environment: { browser: expect.stringMatching(/ \d+$/) } },
      { target: 'wasm', runtime: 'chromium' },
    ]);
    expect(objects.filter(({ type }) => type === 'result')).toHaveLength(tests);
    expect(objects.at(-1)).toMatchObject({ type: 'footer', passed: true, failures: [] });
  });

  test('measures that shape again when asked, and another only then', async () => {
    const times = page.locator('.times tbody tr');
    expect(await times.count()).toBe(2);
    await page.getByLabel('rows', { exact: true }).fill('8');
    expect(await times.count()).toBe(0);
    await page.getByLabel('rows', { exact: true }).fill('0');
    expect(await page.locator('#shape-problem').textContent()).toContain('rows must be a whole number');
    expect(await page.getByRole('button', { name: 'Measure again' }).isDisabled()).toBe(true);
    await page.getByLabel('rows', { exact: true }).fill('8');
    await page.getByRole('button', { name: 'Measure again' }).click();
    await waitForEnd(page, 60_000);
    for (const cell of await times.locator('td').allTextContents())
      expect(cell).toMatch(/^[\d.]+ ± \d+ %$|^processor$/);
  });

  // Software GPUs on a busy machine take minutes: one target of each kind of GPU is enough to see that they are run and
  // timed. That the others start was seen above, and the suite of all targets judges them in pages, too.
  const leftOut = ['tfjs-webgpu', 'ort-web-webgpu', 'gpujs-webgl2'];

  test('runs adapters of every stack, and recommends one of them with its code', { timeout: 600_000 }, async () => {
    await page.getByRole('button', { name: 'All', exact: true }).click();
    for (const name of leftOut) {
      const box = page.getByRole('checkbox', { name: new RegExp(`^${name}\\b`) });
      // One that this machine lacks cannot be chosen.
      if (await box.isEnabled()) await box.uncheck();
    }
    await page.getByRole('radio', { name: /^Quick/ }).check();
    await page.getByRole('button', { name: 'Run and measure' }).click();
    expect(await waitForEnd(page, 290_000)).toMatch(/^Finished/);
    const shown = await page.locator('.matrix tbody th').allInnerTexts();
    // A machine may lack a GPU; where nobody reads it, nothing may be missing.
    if (isContinuousIntegration()) expect(shown).toEqual(names.filter((name) => !leftOut.includes(name)));
    expect(shown.length).toBeGreaterThan(5);
    for (const name of shown) {
      expect((await matrixRow(page, name))[0], name).toMatch(/^all \d+ passed|^– not available here: ./);
    }
    // What passed can be timed, too, also where a GPU is played.
    const times = await page.locator('.times tbody tr').allInnerTexts();
    expect(times.length).toBeGreaterThan(5);
    for (const line of times) expect(line).toMatch(/^[\w-]+(\t[\d.]+ ± \d+ %){2}\t./);
    expect(await page.locator('.choice .name').textContent()).toMatch(/^Take @eqloss\/\w+ \(.+\)$/);
    const choice = await page.locator('.choice').textContent();
    expect(choice).toMatch(/It passed all \d+ tests of the quick run.*At 8 × 10 it takes [\d.]+ ns a logit/);
    expect(choice).toMatch(/npm install @eqloss\//);
    const code = await page.locator('.choice pre').nth(1).textContent();
    expect(readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')).toContain(code?.split('\n').at(-1));
    expect(await axeProblems(page)).toEqual([]);
  });

  test('made no error and asked nobody else for anything', () => {
    expect(visitor.complaints).toEqual([]);
    expect(visitor.requests.length).toBeGreaterThan(20);
  });
});

async function reportValidator() {
  const { Ajv2020 } = createRequire(new URL('package.json', conformance))('ajv/dist/2020.js');
  const schema = JSON.parse(readFileSync(new URL('schema/report.schema.json', conformance), 'utf8'));
  return new Ajv2020({ strict: false }).compile(schema);
}

/** Presses Tab until the focus is on what has a text or label that begins so. */
async function tabTo(page: Page, text: string, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press(key);
    const found = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      return (element?.labels?.[0] ?? element)?.textContent?.trim() ?? '';
    });
    if (found.startsWith(text)) return;
  }
  throw new Error(`${text} cannot be reached by ${key}`);
}

async function press(page: Page, text: string, key?: string): Promise<void> {
  await tabTo(page, text, key);
  await page.keyboard.press('Enter');
}
