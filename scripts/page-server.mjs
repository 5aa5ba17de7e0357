// Bundles a page and serves it on this machine only. Everything stays in memory: an interrupted run leaves no file.

import { createServer } from 'node:http';
import { extname } from 'node:path';
import { build, defaultClientConditions } from 'vite';

/**
 * File names to contents.
 *
 * @typedef {ReadonlyMap<string, string | Uint8Array>} Bundle
 */

/**
 * @typedef {object} PageServer
 * @property {string} url Of the page, with a slash at the end.
 * @property {() => Promise<void>} close
 */

/**
 * Serves a page on a free port of 127.0.0.1, cross-origin isolated, so that threads and precise clocks work.
 *
 * @param {Bundle} files
 * @returns {Promise<PageServer>}
 */
export async function serveFiles(files) {
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
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => closeServer(server) };
}

/**
 * Bundles the `index.html` of a folder for production with Vite. Packages of this workspace are taken from their sources.
 *
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} [alias] Packages to files that stand for them.
 * @returns {Promise<Bundle>}
 * @throws {Error} what Vite says, when a file cannot be bundled.
 */
export async function bundlePage(folder, alias = {}) {
  const built = await build({
    configFile: false,
    root: folder,
    base: './',
    logLevel: 'error',
    resolve: { conditions: ['@eqloss/source', ...defaultClientConditions], alias },
    build: { write: false, minify: false, target: 'esnext', assetsInlineLimit: 0, reportCompressedSize: false },
  });
  const outputs = [built].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []));
  return new Map(outputs.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]));
}

/** @type {Readonly<Record<string, string>>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

function closeServer(server) {
  return new Promise((resolve) => {
    server.close(() => resolve(undefined));
    server.closeAllConnections();
  });
}
