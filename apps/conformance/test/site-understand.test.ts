// The second view of the page in a real browser: counts, λ by mouse and keys, bad and hostile text, narrow and wide.

import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { bundleSite } from '../src/site.ts';
import { axeProblems, startBrowser, type Visit, visit } from './site-page.ts';

// One visit for all tests.
describe.skipIf(!findBrowser() && !isContinuousIntegration())('the view', { timeout: 60_000 }, () => {
  let browser: Browser;
  let visitor: Visit;
  let page: Page;
  let dialogs = 0;

  beforeAll(async () => {
    const files = await bundleSite();
    browser = await startBrowser();
    visitor = await visit(browser, files, { plain: false, hash: '#understand' });
    page = visitor.page;
    page.on('dialog', (dialog) => {
      dialogs++;
      return dialog.dismiss();
    });
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await visitor?.server.close();
  });

  /** Waits for what comes after a pause and some work; others may work on this machine, too. */
  const eventually = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000 });

  /** What the view starts with, but for what is given. */
  async function show(words = ''): Promise<void> {
    await page.mouse.move(0, 0); // a cell under it would be the one that is read out
    const start = 'counts=lvis&total=99388&lambda=0.0011&form=sigmoid&background=0.1&gamma=0.9&model=start&seed=1';
    const all = new URLSearchParams(start);
    for (const [name, value] of new URLSearchParams(words)) all.set(name, value);
    if (words.includes('counts=')) for (const name of ['total', 'lambda']) all.delete(name);
    await page.evaluate((hash) => {
      location.hash = '#understand';
      location.hash = hash;
    }, `#understand?${all}`);
    const rarest = words.includes('wordnet') ? 'noun.motive' : 'category 1167';
    await eventually(pressures).toContain(rarest);
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

  test('in forced colours, what is withheld can still be told from what is kept', async () => {
    await show();
    await page.emulateMedia({ forcedColors: 'active' });
    const patterns = await page
      .locator('.u-heat td.u-cell:not(.u-label)')
      .evaluateAll((cells) => [...new Set(cells.map((cell) => getComputedStyle(cell).backgroundImage))]);
    await page.emulateMedia({ forcedColors: 'none' });
    expect(patterns).not.toContain('none');
    expect(patterns.length).toBeGreaterThan(1);
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

  test('axe has no complaint and nothing scrolls sideways, narrow and wide, light and dark', async () => {
    await show();
    await page.locator('.u-all').evaluate((all) => all.setAttribute('open', ''));
    await page.locator('.u-all table').waitFor();
    expect(await axeProblems(page)).toEqual([]);
  });

  test('nor with own counts that have long names, nor with bad ones', async () => {
    await show('form=softmax&beta=0.9');
    await write(`"${'long-name-'.repeat(30)}",900\n<b>,4`);
    const wide = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);
    await page.setViewportSize({ width: 360, height: 900 });
    expect(await wide()).toBeLessThanOrEqual(360);
    await write(`"${'long-name-'.repeat(30)}",900\nb,-1\n<b>,4`);
    expect(await axeProblems(page)).toEqual([]);
  });

  test('in all this, nothing was executed, complained of, or sent', () => {
    expect(dialogs).toBe(0);
    expect(visitor.complaints).toEqual([]);
    expect(visitor.requests.filter((address) => address.includes('?'))).toEqual([]);
  });

  test('the other view has not looked for backends: it begins when it is first shown, and then stays', async () => {
    const workers = (): number => visitor.requests.filter((address) => address.includes('target-worker')).length;
    expect(workers()).toBe(0);
    expect(await page.locator('.device').count()).toBe(0);
    await page.getByRole('link', { name: 'Your device' }).click();
    await page.locator('.capabilities').waitFor();
    await eventually(async () => workers()).toBeGreaterThan(0);
    await page.getByRole('link', { name: 'Understand the loss' }).click();
    expect(await page.locator('.device').count()).toBe(1);
  });

  test('the focus is in the view that is shown, after the browser went back', async () => {
    await slider().focus();
    await page.goBack();
    await page.locator('.device').waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    await page.goForward();
    await slider().waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
  });
});
