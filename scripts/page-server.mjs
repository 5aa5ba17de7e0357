// Bundles a page and serves it on this machine only. Everything stays in memory: an interrupted run leaves no file.

import { createServer } from 'node:http';
import { build, defaultClientConditions } from 'vite';
import { contentTypeOf, listenOnLoopback } from './loopback.mjs';

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
 * Serves a page on 127.0.0.1, cross-origin isolated, so that threads and precise clocks work.
 *
 * @param {Bundle} files
 * @param {{ port?: number, plain?: boolean, headers?: Readonly<Record<string, string>> }} [options] `port`: a free one by
 * default. `plain`: without the headers of isolation, as many hosts of static files serve. `headers`: more of them.
 * @returns {Promise<PageServer>}
 * @throws {Error} when the port is taken.
 */
export async function serveFiles(files, { port: wanted = 0, plain = false, headers = {} } = {}) {
  const server = createServer((request, response) => {
    // Not by URL: it throws on `//`, and anybody on this machine can ask for that.
    const path = (request.url ?? '/').split('?')[0].slice(1) || 'index.html';
    const file = files.get(path);
    response.writeHead(file ? 200 : 404, {
      'content-type': contentTypeOf(path),
      ...(plain ? {} : isolation),
      ...headers,
    });
    response.end(file ?? `no ${path} here`);
  });
  const { port, close } = await listenOnLoopback(server, wanted);
  return { url: `http://127.0.0.1:${port}/`, close };
}

/**
 * Bundles the `index.html` of a folder for production with Vite. Packages of this workspace are taken from their sources.
 *
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} [alias] Packages to files that stand for them.
 * @param {{ minify?: boolean }} [options] `minify`: for pages that travel.
 * @returns {Promise<Bundle>}
 * @throws {Error} what Vite says, when a file cannot be bundled.
 */
export async function bundlePage(folder, alias = {}, { minify = false } = {}) {
  const built = await build({
    configFile: false,
    root: folder,
    base: './',
    logLevel: 'error',
    resolve: { conditions: ['@eqloss/source', ...defaultClientConditions], alias },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: { write: false, minify, target: 'esnext', assetsInlineLimit: 0, reportCompressedSize: false },
    // Modules, as the page itself: they load an engine when they need it.
    worker: { format: 'es' },
  });
  const outputs = [built].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []));
  return new Map(outputs.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]));
}

const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};
