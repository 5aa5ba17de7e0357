// Trainings in a page of a real Chromium, seen from its process.

import { fileURLToPath } from 'node:url';
import { lookForBrowser } from '../../../scripts/browser.mjs';
import { launchBrowser, openPage } from '../../../scripts/page.mjs';
import { bundlePage, serveFiles } from '../../../scripts/page-server.mjs';
import type { PageReply, PageRequest } from './messages.ts';
import type { Place } from './place.ts';

/** Milliseconds for each step of starting. */
const START = 60_000;

/** A page that is asked instead of a process. */
export interface PagePlace extends Place {
  /** @throws {Error} (rejects) what failed in the page, or when it answers something else. */
  ask<T extends PageReply['type']>(request: PageRequest, type: T): Promise<Extract<PageReply, { readonly type: T }>>;
}

/**
 * Bundles a page, the digits in it, serves it on this machine only, and opens it in a browser of its own. Leaving this process
 * ends the browser.
 *
 * @param folder Of its `index.html`.
 * @throws {Error} when there is no Chromium, it does not start, or the page cannot be bundled.
 */
export async function openChromium(folder: URL = new URL('../page', import.meta.url)): Promise<PagePlace> {
  const { path, reason } = lookForBrowser();
  if (path === undefined) throw new Error(reason);
  const server = await serveFiles(await bundlePage(fileURLToPath(folder)));
  const page = await openPage(await launchBrowser(path, START), server.url, START);
  // A training takes the time that it takes.
  const { signal } = new AbortController();
  const ask: PagePlace['ask'] = async (request, type) => {
    const reply = (await page.exchange(request, signal)) as PageReply;
    if (reply.type !== type) throw new Error('reason' in reply ? reply.reason : `the page answered ${reply.type}`);
    return reply as Extract<PageReply, { readonly type: typeof type }>;
  };
  return {
    ask,
    runtime: `Chromium ${page.version}`,
    start: async ({ name }, options) => {
      await ask({ type: 'start', method: name, ...options }, 'started');
      return {
        epoch: async () => (await ask({ type: 'epoch' }, 'trained')).loss,
        scores: async () => (await ask({ type: 'scores' }, 'scored')).scores,
        close: async () => {
          await ask({ type: 'close' }, 'closed');
        },
      };
    },
    close: async () => {
      await page.close();
      await server.close();
    },
  };
}
