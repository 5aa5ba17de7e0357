// The code of the recommendations: the README's, changed for the backend, and run in a real browser.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { type PageServer, serveFiles } from '../../../scripts/page-server.mjs';
import { offeredTargets } from '../site/device/recommend.ts';
import { snippetOf, snippetTargets } from '../site/device/snippets.ts';
import { bundleWithEngines } from '../src/page-server.ts';
import { startBrowser } from './site-page.ts';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

test('every target that can be recommended has code', () => {
  expect([...snippetTargets()].sort()).toEqual([...offeredTargets].sort());
});

test.each([
  ['wasm', 'npm install @eqloss/core @eqloss/wasm'],
  ['core', 'npm install @eqloss/core'],
  ['tfjs-webgl', 'npm install @eqloss/tfjs @tensorflow/tfjs-core @tensorflow/tfjs-backend-webgl'],
  ['ort-web-webgpu', 'npm install @eqloss/core @eqloss/onnxruntime onnxruntime-web'],
  ['gpujs-webgl2', 'npm install @eqloss/core @eqloss/gpujs gpu.js'],
])('the install line of %s names what its code imports', (target, line) => {
  expect(snippetOf(target, readme).install).toBe(line);
});

test('a README that no longer has what is changed is an error, and so is one without the example', () => {
  expect(() => snippetOf('tfjs-webgpu', readme.replace('value.dataSync()', 'value.arraySync()'))).toThrow(
    'the example of @eqloss/tfjs does not have value.dataSync() once',
  );
  expect(() => snippetOf('wasm', readme.replace('### @eqloss/wasm', '### wasm'))).toThrow('no example of @eqloss/wasm');
  expect(() => snippetOf('torch', readme)).toThrow('no code for torch');
});

describe.skipIf(!findBrowser() && !isContinuousIntegration())('in a browser', { timeout: 60_000 }, () => {
  let folder: string;
  let browser: Browser;
  let server: PageServer;
  let page: Page;

  beforeAll(async () => {
    // Where the app's dependencies are found.
    folder = mkdtempSync(fileURLToPath(new URL('../node_modules/.snippets-', import.meta.url)));
    for (const name of snippetTargets())
      writeFileSync(join(folder, `${name}.js`), preludes(name) + snippetOf(name, readme).code);
    const imports = snippetTargets().map((name) => `${JSON.stringify(name)}: () => import('./${name}.js')`);
    writeFileSync(join(folder, 'main.js'), `globalThis.snippets = { ${imports.join(', ')} };`);
    writeFileSync(
      join(folder, 'index.html'),
      '<!doctype html><title>Snippets</title><script type="module" src="./main.js"></script>',
    );
    server = await serveFiles(await bundleWithEngines(pathToFileURL(`${folder}/`)));
    browser = await startBrowser();
    page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => 'snippets' in globalThis);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(snippetTargets())('the code of %s prints what it says', async (name) => {
    const expected = [...snippetOf(name, readme).code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line.trim());
    expect(expected.length).toBeGreaterThan(0);
    expect(await page.evaluate(runSnippet, name)).toEqual(expected);
  });
});

/** What the note beside the code asks for: where tfjs finds its WebAssembly. */
function preludes(name: string): string {
  if (name !== 'tfjs-wasm') return '';
  return `import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { wasmFiles } from '../../src/tfjs-wasm-files.ts';
setWasmPaths(wasmFiles);
`;
}

/** In the page. */
async function runSnippet(name: string): Promise<readonly string[]> {
  const { snippets } = globalThis as unknown as { readonly snippets: Readonly<Record<string, () => Promise<unknown>>> };
  const lines: string[] = [];
  const { log } = console;
  console.log = (...words: unknown[]) => lines.push(words.join(' '));
  try {
    await snippets[name]();
  } finally {
    console.log = log;
  }
  return lines;
}
