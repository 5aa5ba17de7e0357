// Bundles the page of the Chromium targets and serves it on this machine only. Everything stays in memory: an
// interrupted run leaves no file.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions } from 'vite';
import { engines } from './targets.ts';

/** File names to contents. */
export type Bundle = ReadonlyMap<string, string | Uint8Array>;

export interface PageServer {
  /** Of the page, with a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Bundles `page/index.html` for production with Vite and serves it on a free port of 127.0.0.1, cross-origin isolated,
 * so that threads and precise clocks work.
 *
 * @param bundle Makes the files; by default with Vite.
 * @throws {Error} what Vite says, when a target's file cannot be bundled.
 */
export async function servePage(bundle: () => Promise<Bundle> = bundlePage): Promise<PageServer> {
  const files = await bundle();
  const server = createServer((request, response) => {
    // Not by URL: it throws on `//`, and anybody on this machine can ask for that.
    const path = (request.url ?? '/').split('?')[0].slice(1) || 'index.html';
    const file = files.get(path);
    response.writeHead(file ? 200 : 404, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    });
    response.end(file ?? `no ${path} here`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => closeServer(server) };
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

async function bundlePage(): Promise<Bundle> {
  const nothing = fileURLToPath(new URL('./nothing.ts', import.meta.url));
  const built = await build({
    configFile: false,
    root: fileURLToPath(new URL('../page', import.meta.url)),
    base: './',
    logLevel: 'error',
    resolve: {
      conditions: ['@eqloss/source', ...defaultClientConditions],
      // A target asks for these in Node only, but the bundler follows every import.
      alias: Object.fromEntries(engines.nodeOnly.map((name) => [name, nothing])),
    },
    build: { write: false, minify: false, target: 'esnext', assetsInlineLimit: 0, reportCompressedSize: false },
  });
  const outputs = [built].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []));
  return new Map(outputs.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]));
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
