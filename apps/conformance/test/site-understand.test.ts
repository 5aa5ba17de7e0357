// The second view of the page in a real browser: counts, λ by mouse and keys, bad and hostile text, narrow and wide.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserFlags, findBrowser } from '../../../scripts/browser.mjs';
import { type PageServer, serveFiles } from '../../../scripts/page-server.mjs';
import { bundleWithEngines } from '../src/page-server.ts';

const path = findBrowser();
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(!path)('the view', { timeout: 60_000 }, () => {
  let server: PageServer;
  let browser: Browser;
  /** One for all tests: the view beside this one looks for backends whenever the page is loaded. */
  let page: Page;
  /** What went wrong in the page. */
  const complaints: string[] = [];
  /** Every address elsewhere that the page asked for, and all that carries data along. */
  const asked: string[] = [];

  beforeAll(async () => {
    server = await serveFiles(await bundleWithEngines(new URL('../site/', import.meta.url)));
    browser = await chromium.launch({ executablePath: path, args: browserFlags() });
    page = await browser.newPage({ reducedMotion: 'reduce' });
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      return dialog.dismiss();
    });
    page.on('request', (request) => {
      const own = request.url().startsWith(server.url) && !request.url().includes('?') && request.method() === 'GET';
      if (!own && !/^(blob|data):/.test(request.url())) asked.push(request.url());
    });
    await page.goto(`${server.url}#understand?counts=zipf&seed=9`);
    await page.locator('.u-pressures').waitFor();
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    expect(complaints).toEqual([]);
    expect(asked).toEqual([]);
  });

  /** Waits for what comes after a pause and some work; others may work on this machine, too. */
  const eventually = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000 });

  /** What the page starts with, but for what is given. */
  async function show(words = '', width = 1280, scheme: 'light' | 'dark' = 'light'): Promise<void> {
    await page.mouse.move(0, 0); // a cell under it would be the one that is read out
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const start = 'counts=lvis&total=99388&lambda=0.0011&form=sigmoid&background=0.1&gamma=0.9&model=start&seed=1';
    const all = new URLSearchParams(start);
    for (const [name, value] of new URLSearchParams(words)) all.set(name, value);
    if (words.includes('counts=')) for (const name of ['total', 'lambda']) all.delete(name);
    await page.evaluate((hash) => {
      location.hash = '#understand';
      location.hash = hash;
    }, `#understand?${all}`);
    const rows = words.includes('wordnet') ? 'noun.motive' : 'category 1167';
    await eventually(pressures).toContain(rows);
  }

  /** What is to be read there; nothing when it is not there. */
  const textOf = async (place: Locator): Promise<string> => (await place.allInnerTexts()).join('\n').trim();
  const slider = (): Locator => page.getByRole('slider', { name: 'Threshold λ' });
  const tail = (): Promise<string> => textOf(page.locator('.u-tiles dd').first());
  const choose = (name: string): Promise<void> => page.locator('.understand').getByRole('radio', { name }).check();
  const judged = (): Promise<string> => textOf(page.locator('.u-own [aria-live]'));
  const pressures = (): Promise<string> => textOf(page.locator('.u-pressures'));

  /** Writes own counts and waits until they were judged. */
  async function write(text: string): Promise<void> {
    await choose('Your own');
    await page.locator('.understand textarea').fill('');
    await eventually(judged).not.toMatch(/[✓✗]/);
    await page.locator('.understand textarea').fill(text);
    await eventually(judged).toMatch(/[✓✗]/);
  }

  test('shows LVIS v1 with the facts of the spec, and each preset with its own', async () => {
    await show();
    expect(await tail()).toBe('815 of 1,203');
    await choose('WordNet glosses');
    expect(await tail()).toBe('12 of 45');
    await eventually(() => textOf(page.locator('.understand'))).toContain('noun.motive');
    await choose('Small synthetic tail');
    expect(await tail()).toMatch(/ of 40$/);
    // Every preset says where it comes from.
    await choose('LVIS v1');
    const text = await textOf(page.locator('.understand'));
    expect(text).toContain('CC BY 4.0');
  });

  test('λ moves by keys, one class boundary at a time, and says so', async () => {
    await show('counts=wordnet');
    await slider().focus();
    await page.keyboard.press('Home');
    expect(await tail()).toBe('0 of 45');
    await page.keyboard.press('ArrowUp');
    expect(await tail()).toBe('1 of 45'); // 42 glosses; the next class has 51
    expect(await slider().getAttribute('aria-valuetext')).toMatch(
      /^0\.000433: 1 of 45 classes are tail, .* Head begins at 51 glosses\.$/,
    );
    await page.keyboard.press('ArrowRight');
    expect(await tail()).toBe('2 of 45');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('PageUp');
    const paged = Number.parseInt(await tail(), 10);
    expect(paged).toBeGreaterThan(2);
    await page.keyboard.press('PageDown');
    expect(await tail()).toBe('1 of 45');
    await page.keyboard.press('End');
    expect(await tail()).toBe('45 of 45');
    expect(await textOf(page.locator('.u-warning').first())).toContain('D3');
  });

  test('λ moves by mouse, and everything follows', async () => {
    await show();
    const before = await pressures();
    const box = await slider().boundingBox();
    if (box === null) throw new Error('the slider is not there');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 40, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(x, y + 300); // moves nothing more
    const moved = Number.parseInt((await tail()).replace(',', ''), 10);
    expect(moved).toBeGreaterThan(400);
    expect(moved).toBeLessThan(815);
    const threshold = Number(await page.getByLabel('λ as a frequency').inputValue());
    expect(threshold).toBeLessThan(0.0011);
    expect(await textOf(page.locator('.copy-box code').first())).toContain(`{ threshold: ${threshold} }`);
    await eventually(pressures).not.toBe(before);
    await eventually(() => page.evaluate(() => location.hash)).toContain(`lambda=${threshold}`);
  });

  test('λ can be written, as a frequency and as images, and suggested', async () => {
    await show();
    await page.getByLabel('λ as a frequency').fill('-1');
    await eventually(() => textOf(page.locator('.understand .u-help .fail'))).toContain('THRESHOLD_RANGE');
    await page.getByLabel('λ as a frequency').fill('1.76e-3');
    expect(await tail()).toBe('876 of 1,203');
    await page.getByLabel('Fewest images of a head class').fill('110');
    expect(await tail()).toBe('815 of 1,203');
    await page.getByLabel('Wanted tail ratio').fill('2');
    await page.getByRole('button', { name: 'Suggest λ' }).click();
    expect(await textOf(page.locator('.u-tiles'))).toMatch(/1\.9\d\u00A0%/);
    await page.getByLabel('All images or samples').fill('100');
    await eventually(() => textOf(page.locator('.u-facts .fail'))).toContain('smaller than the largest count');
  });

  test('own counts are read, bad ones named with their place, and the plots wait for good ones', async () => {
    await show();
    await write('name;count\ncat;900\n"owl; barn";70\nnewt;30');
    expect(await judged()).toContain('Read 3 classes. Line 1 was taken as a header');
    expect(await tail()).toBe('1 of 3');
    await write('cat,900\ndog,-7\ncat,0.5');
    const said = await judged();
    expect(said).toContain('3 problems');
    expect(said).toContain('Line 2, column 2: came "-7", which is negative; wanted a whole number >= 0.');
    expect(await tail()).toBe('1 of 3');
    const csv = { name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from('a,5\nb,4\n') };
    await page.locator('.understand input[type=file]').setInputFiles(csv);
    await eventually(judged).toContain('Read 2 classes.');
    const many = Array.from({ length: 10_001 }, (_, j) => `c${j},1`).join('\n');
    await page.locator('.understand input[type=file]').setInputFiles({ ...csv, buffer: Buffer.from(many) });
    await eventually(judged).toContain('at most 10000');
    expect(await page.evaluate(() => location.hash)).not.toMatch(/cat|900|lambda/);
  });

  test('names are never executed, neither here nor in the CSV that is handed out', async () => {
    await show();
    await write('<img src=x onerror=alert(1)>,900\n"=HYPERLINK(""http://a"")",20\n"<script>alert(2)</script>",5');
    await eventually(pressures).toContain('<script>alert(2)</script>');
    await page.locator('.u-all').evaluate((all) => all.setAttribute('open', ''));
    expect(await textOf(page.locator('.u-all tbody'))).toContain('<img src=x onerror=alert(1)>');
    expect(await page.locator('.understand img, .understand script').count()).toBe(0);
    const wait = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as CSV' }).click();
    const text = await readFile(await (await wait).path(), 'utf8');
    expect(text.split('\n')).toHaveLength(5);
    expect(text).toContain('2,"\'=HYPERLINK(""http://a"")",20,');
  });

  test('the batch is walked with arrow keys, each entry with its reason', async () => {
    await show('counts=wordnet&form=sigmoid&background=0.1&seed=3');
    const cells = page.getByRole('gridcell');
    expect(await cells.count()).toBe(12 * 40);
    await page.locator('.u-heat td[tabindex="0"]').focus();
    await page.keyboard.press('End');
    const readout = page.locator('.u-heat-box + .u-readout');
    expect(await textOf(readout)).toMatch(
      /^Row 1, of .*; class noun\.motive \(42 glosses\): E = 1, T = 1, y = 0, so w = 0\. .*withholds/,
    );
    for (let k = 0; k < 15; k++) await page.keyboard.press('ArrowDown');
    expect(await textOf(readout)).toMatch(/^Row 12, background; class noun\.motive .*: E = 0, T = 1, y = 0, so w = 1/);
    await page.getByLabel('Background rows').selectOption('0');
    expect(await textOf(page.locator('.u-warning').first())).toContain('D1');
    await choose('softmax');
    await page.getByLabel('γ', { exact: true }).fill('1');
    expect(await textOf(page.locator('.u-warning').first())).toContain('D2');
    await choose('fixed');
    await page.getByLabel('β', { exact: true }).fill('0.75');
    expect(await textOf(page.locator('.understand'))).toContain('kept in part, w = 0.25');
  });

  test('what pushes a class: hundreds of times down without the loss, an eleventh of that with it', async () => {
    await show();
    // 1 of 360,952 occurrences: 0.001 (360,951 + 36,095) / 0.999, and 0.001 * 36,095 / 0.999.
    await eventually(pressures).toMatch(/rarest, tail\s+397 : 1\s+36.1 : 1/);
    await page.getByLabel('Background rows').selectOption('0');
    await eventually(pressures).toMatch(/rarest, tail\s+361 : 1\s+0 : 1/);
    await choose('comes to rest');
    await eventually(pressures).toMatch(/most frequent\s+1 : 1\s+1 : 1/);
    await page.getByLabel('Look at one class').focus();
    await page.keyboard.press('Home');
    expect(await textOf(page.locator('.u-look'))).toContain('Rank 1: category');
  });

  test('3,000 classes leave the page answering', async () => {
    await show();
    const text = Array.from({ length: 3000 }, (_, j) => `c${j},${Math.ceil(50_000 / (j + 1))}`).join('\n');
    await choose('Your own');
    const csv = { name: 'many.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
    await page.locator('.understand input[type=file]').setInputFiles(csv);
    // The sums take a quarter of a second or more: timers must run in between.
    const beats = await page.evaluate(async () => {
      let count = 0;
      const beat = setInterval(() => count++, 5);
      const pressures = document.querySelector('.u-pressures');
      while (!pressures?.textContent?.includes('c2999')) await new Promise((resolve) => setTimeout(resolve, 10));
      clearInterval(beat);
      return count;
    });
    expect(beats).toBeGreaterThan(15);
  });

  test.each([
    [360, 'light', ''],
    [360, 'dark', 'own'],
    [1280, 'light', 'own'],
    [1280, 'dark', ''],
  ] as const)('%i pixels, %s: no complaint of axe, no scrolling sideways %s', async (width, scheme, own) => {
    await show('', width, scheme);
    const wide = (): Promise<number> =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (own) {
      await choose('softmax');
      await choose('fixed');
      await write(`"${'long-name-'.repeat(30)}",900\n<b>,4`);
      expect(await wide()).toBeLessThanOrEqual(0);
      await write(`"${'long-name-'.repeat(30)}",900\nb,-1\n<b>,4`);
    }
    await page.locator('.u-all').evaluate((all) => all.setAttribute('open', ''));
    await page.locator('.u-all table').waitFor();
    expect(await wide()).toBeLessThanOrEqual(0);
    await page.evaluate(axe);
    expect(await violations(page)).toEqual([]);
  });
});

/** What axe finds, by rule and place. */
function violations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run('.understand');
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}
