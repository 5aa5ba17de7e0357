// Pages that users' bundlers build from the installed packages, opened in Chromium. What they calculate is judged by vectors.

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { serveFiles } from '../../scripts/page-server.mjs';
import { root } from '../../scripts/run.mjs';
import { plainBatches } from './batches.ts';
import { type Case, workFolder } from './case.ts';
import { programs, succeed, workspaceNode } from './execute.ts';
import { lowest } from './versions.ts';
import { newest, type World } from './world.ts';

const source = join(root, 'test', 'consumers', 'page');

/** What a page calculates with. */
const engines = [
  'core',
  'wasm',
  'wasm-threads',
  'tfjs-cpu',
  'tfjs-webgl',
  'onnxruntime',
  'gpujs-cpu',
  'gpujs-webgl2',
  'worker',
] as const;

/** By bundler: the page is in the folder already, and is to be in its `dist`. */
const bundlers: Readonly<Record<string, (folder: string, world: World) => Promise<void>>> = {
  esbuild: async (folder) => {
    // It leaves workers and the files of engines to the user.
    const entries = ['main.js', 'worker.js'];
    await succeed(
      folder,
      workspaceNode,
      programs.esbuild,
      ...entries,
      '--bundle',
      '--splitting',
      '--format=esm',
      '--outdir=dist',
      '--log-level=error',
    );
    const runtime = join(folder, '..', '..', 'node_modules', 'onnxruntime-web', 'dist');
    for (const file of readdirSync(runtime).filter((name) => /^ort-wasm.*\.(wasm|mjs)$/.test(name))) {
      cpSync(join(runtime, file), join(folder, 'dist', file));
    }
    cpSync(join(folder, 'index.html'), join(folder, 'dist', 'index.html'));
  },
  vite: async (folder) => {
    await succeed(folder, workspaceNode, programs.vite, 'build', '--base=./', '--logLevel=error');
  },
  webpack: async (folder, world) => {
    cpSync(join(root, 'test', 'consumers', 'programs', 'webpack.mjs'), join(folder, 'webpack.mjs'));
    await succeed(folder, workspaceNode, 'webpack.mjs', await world.tool(join('webpack', 'lib', 'index.js')));
    const page = readFileSync(join(folder, 'index.html'), 'utf8').replace('type="module"', 'defer');
    writeFileSync(join(folder, 'dist', 'index.html'), page);
  },
};

/** One case for each bundler, with the newest engines; and one with the lowest. */
export const pages: readonly Case[] = [
  ...Object.keys(bundlers).map((bundler) => ({
    name: `pages/${bundler}/newest`,
    always: bundler === 'esbuild',
    run: (world: World) => checkPage(world, bundler, newest()),
  })),
  { name: 'pages/esbuild/lowest', run: (world) => checkPage(world, 'esbuild', lowest) },
];

/** Builds the page, once for each set of engines. */
export function buildPage(world: World, bundler: string, versions: Readonly<Record<string, string>>) {
  return world.once(`page of ${bundler} ${JSON.stringify(versions)}`, async () => {
    const folder = workFolder(await world.installed(versions), `page-${bundler}`);
    const dist = join(folder, 'dist');
    cpSync(source, folder, { recursive: true });
    await bundlers[bundler](folder, world);
    const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => join(entry.parentPath, entry.name));
    return new Map(paths.map((path) => [path.slice(dist.length + 1).replaceAll('\\', '/'), readFileSync(path)]));
  });
}

/** Opens a built page, and closes it after. */
export async function withPage<T>(
  world: World,
  files: ReadonlyMap<string, Uint8Array>,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly script?: string },
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const browser = await world.browser();
  const server = await serveFiles(files, { headers: options.headers });
  const context = await browser.newContext();
  const said: string[] = [];
  try {
    if (options.script) await context.addInitScript(options.script);
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(server.url);
    await page.waitForFunction(() => 'answer' in globalThis, undefined, { timeout: 20_000 });
    return await use(page);
  } catch (error) {
    if (said.length > 0) throw new Error(`${(error as Error).message}\nthe page said:\n${said.join('\n')}`);
    throw error;
  } finally {
    await context.close();
    await server.close();
  }
}

/** What a page's engine gives. */
export interface Answer {
  readonly loss: number;
  readonly gradient: readonly number[];
  /** What really ran, in the words of the package. */
  readonly engine: string;
  readonly error?: string;
}

/** Asks a page. */
export function ask(page: Page, message: object): Promise<Answer> {
  type Asked = { answer(message: object): Promise<Answer> };
  return page.evaluate((request) => (globalThis as unknown as Asked).answer(request), message);
}

async function checkPage(world: World, bundler: string, versions: Readonly<Record<string, string>>): Promise<void> {
  const files = await buildPage(world, bundler, versions);
  const batches = await plainBatches(2);
  const problems = await withPage(world, files, {}, async (page) => {
    const found: string[] = [];
    for (const engine of engines) {
      for (const { id, message, judge } of batches) {
        const answer = await ask(page, { ...message, engine });
        const problem = answer.error ?? judge(answer.loss, answer.gradient) ?? fellBack(engine, answer.engine);
        if (problem !== undefined) found.push(`${engine}: ${id}: ${problem}`);
      }
    }
    return found;
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** A package that gives right numbers by other means than it was asked for has not shown what it should. */
function fellBack(engine: string, ran: string): string | undefined {
  const wanted = {
    wasm: /simd/,
    'wasm-threads': /simd/,
    worker: /simd/,
    'tfjs-webgl': /^webgl$/,
    'gpujs-webgl2': /^webgl2$/,
  };
  const pattern = (wanted as Readonly<Record<string, RegExp>>)[engine];
  return pattern === undefined || pattern.test(ran) ? undefined : `it ran as ${ran}`;
}
