// The page for everybody's own device, bundled: every file that a static host needs.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Bundle } from '../../../scripts/page-server.mjs';
import { bundleWithEngines } from './page-server.ts';

/** Where the page's sources are. */
export const siteFolder: URL = new URL('../site/', import.meta.url);

/** The service worker's file: it lists all others. */
export const WORKER = 'service-worker.js';

/**
 * Bundles the page, with its service worker.
 *
 * @param folder Of its `index.html`; a test has another.
 * @throws {Error} what Vite says, when a file cannot be bundled.
 */
export async function bundleSite(folder: URL = siteFolder): Promise<Bundle> {
  // Not minified: tfjs turns functions of its own back into text, and then they must stand alone.
  const files = await bundleWithEngines(folder);
  const worker = await readFile(new URL('offline/service-worker.js', siteFolder), 'utf8');
  return withServiceWorker(files, worker);
}

/** Adds a service worker that knows the other files, and another name for each other content. */
export function withServiceWorker(files: Bundle, worker: string): Bundle {
  const names = [...files.keys()].sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name}\n`).update(files.get(name) ?? '');
  const version = hash.update(worker).digest('hex').slice(0, 16);
  const head = `const FILES = ${JSON.stringify(names)};\nconst VERSION = ${JSON.stringify(version)};\n`;
  return new Map([...files, [WORKER, head + worker]]);
}

/**
 * The files that a service worker of ours lists.
 *
 * @param text Of any file: nothing of it is trusted.
 * @returns Names below the worker's folder; none when it is no worker of ours.
 */
export function filesOfWorker(text: string): readonly string[] {
  const list = /^const FILES = (\[.*\]);\n/.exec(text)?.[1];
  if (list === undefined) return [];
  try {
    const names: unknown = JSON.parse(list);
    if (!Array.isArray(names)) return [];
    return names.filter(
      (name) => typeof name === 'string' && /^[\w.-]+(\/[\w.-]+)*$/.test(name) && !name.includes('..'),
    );
  } catch {
    return [];
  }
}
