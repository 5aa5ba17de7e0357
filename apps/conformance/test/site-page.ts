// The page in a real browser, for its tests: opened as a visitor does, with everything written down that must not happen.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { browserFlags, lookForBrowser } from '../../../scripts/browser.mjs';
import { type Bundle, type PageServer, serveFiles } from '../../../scripts/page-server.mjs';

/** A page that a visitor has open. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly server: PageServer;
  /** Errors of the page and of its console, and requests to other origins. */
  readonly complaints: readonly string[];
  /** Every address that the page asked for; what its service worker asked on its behalf is not counted again. */
  readonly requests: readonly string[];
}

/** Starts a browser, or says why there is none. */
export async function startBrowser(): Promise<Browser> {
  const { path, reason } = lookForBrowser();
  if (path === undefined) throw new Error(reason);
  return chromium.launch({ executablePath: path, args: browserFlags() });
}

/**
 * Serves files without any header of isolation, as many hosts do, and opens them.
 *
 * @param options `hash`: of the address that is opened.
 */
export async function visit(browser: Browser, files: Bundle, { plain = true, hash = '' } = {}): Promise<Visit> {
  const server = await serveFiles(files, { plain });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const complaints: string[] = [];
  const requests: string[] = [];
  context.on('request', (request) => {
    if (request.serviceWorker() === null) requests.push(request.url());
    if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(server.url)) {
      complaints.push(`asked ${request.url()}`);
    }
  });
  await context.addInitScript(countWorkers);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  await page.goto(server.url + hash);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, context, server, complaints, requests };
}

/** How many workers of the page have been started and not ended. */
export async function liveWorkers(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { readonly liveWorkers: ReadonlySet<Worker> }).liveWorkers.size);
}

/** Waits until every target was started once. */
export async function waitForProbes(page: Page): Promise<void> {
  const open = page.locator('.targets .state', { hasText: /not started yet|starting it/ });
  await waitUntil(async () => (await open.count()) === 0, 60_000);
}

/** Waits until nothing runs any more. */
export async function waitForEnd(page: Page, milliseconds: number): Promise<string> {
  const line = page.locator('.progress p');
  const said = async () => (await line.textContent()) ?? '';
  await waitUntil(async () => /^(Finished|Cancelled)/.test(await said()), milliseconds);
  return said();
}

/** Chooses these targets and no other. */
export async function chooseOnly(page: Page, names: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'None' }).click();
  for (const name of names)
    await page
      .locator('.targets li', { hasText: new RegExp(`^${name} `) })
      .locator('input')
      .check();
}

/** What a line of the matrix shows, cell by cell, as a screen reader says it. */
export async function matrixRow(page: Page, name: string): Promise<readonly string[]> {
  const row = page.locator('.matrix tbody tr', {
    has: page.getByRole('rowheader', { name: new RegExp(`^${name}\\b`) }),
  });
  const cells = row.locator('td');
  return cells.evaluateAll((found) =>
    found.map((cell) => (cell.querySelector('.spoken') ?? cell).textContent?.trim() ?? ''),
  );
}

/**
 * What axe-core finds wrong, and what is too wide, one line a problem; in both schemes at a phone's and a desk's width.
 *
 * @param settled Waits until the page shows a scheme.
 */
export async function axeProblems(
  page: Page,
  settled: (page: Page) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const problems = new Set<string>();
  // Not by a script element: the page's policy forbids it, but not to whoever holds the browser.
  await page.evaluate(axe);
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) problems.add(`the page is ${wide} wide at ${width}`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      for (const line of await page.evaluate(runAxe)) problems.add(`${width} ${colorScheme}: ${line}`);
    }
  }
  await page.setViewportSize({ width: 360, height: 900 });
  // WCAG 1.4.4, on a phone even.
  const large = await page.evaluate(async () => {
    const { style } = document.documentElement;
    style.fontSize = '200%';
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const width = document.documentElement.scrollWidth;
    style.fontSize = '';
    return width;
  });
  if (large > 360) problems.add(`the page is ${large} wide at 360, when letters are twice as large`);
  await page.setViewportSize({ width: 1280, height: 900 });
  return [...problems];
}

/** Asks until the answer is yes. */
export async function waitUntil(ask: () => Promise<boolean>, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`it did not happen within ${milliseconds / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** In the page, before its own scripts. */
function countWorkers(): void {
  const live = new Set<Worker>();
  const { Worker: Original } = globalThis;
  class Counted extends Original {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(address, options);
      live.add(this);
    }
    override terminate(): void {
      live.delete(this);
      super.terminate();
    }
  }
  Object.assign(globalThis, { Worker: Counted, liveWorkers: live });
}

/** In the page. */
async function runAxe(): Promise<readonly string[]> {
  interface Axe {
    run(options: object): Promise<{ readonly violations: readonly Violation[] }>;
  }
  interface Violation {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }
  const { violations } = await (globalThis as unknown as { readonly axe: Axe }).axe.run({
    resultTypes: ['violations'],
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 120)} ${failureSummary.slice(0, 300)}`),
  );
}
