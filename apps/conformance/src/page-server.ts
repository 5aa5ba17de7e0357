// Pages that load targets, bundled; and that of the Chromium targets, served.

import { fileURLToPath } from 'node:url';
import { type Bundle, bundlePage, type PageServer, serveFiles } from '../../../scripts/page-server.mjs';
import { engines } from './targets.ts';

export type { PageServer };

/**
 * Bundles `page/index.html` and serves it on a free port of 127.0.0.1.
 *
 * @param bundle Makes the files; by default with Vite.
 * @throws {Error} what Vite says, when a target's file cannot be bundled.
 */
export async function servePage(bundle: () => Promise<Bundle> = bundleTargets): Promise<PageServer> {
  return serveFiles(await bundle());
}

/**
 * Bundles the `index.html` of a folder that loads targets.
 *
 * @param folder With a slash at the end.
 * @param options `minify`: for pages that travel.
 * @throws {Error} what Vite says, when a file cannot be bundled.
 */
export function bundleWithEngines(folder: URL, options: { readonly minify?: boolean } = {}): Promise<Bundle> {
  const nothing = fileURLToPath(new URL('./nothing.ts', import.meta.url));
  // A target asks for these in Node only, but the bundler follows every import.
  const alias = Object.fromEntries(engines.nodeOnly.map((name) => [name, nothing]));
  return bundlePage(fileURLToPath(folder), alias, options);
}

function bundleTargets(): Promise<Bundle> {
  return bundleWithEngines(new URL('../page/', import.meta.url));
}
