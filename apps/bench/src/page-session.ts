// A path in a page of a real Chromium, seen from its process. The page takes the time itself: what a message takes to get
// there and back does not count.

import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { Unavailable } from '@eqloss/conformance/protocol';
import { lookForBrowser } from '../../../scripts/browser.mjs';
import { launchBrowser, openPage } from '../../../scripts/page.mjs';
import { bundlePage, type PageServer, serveFiles } from '../../../scripts/page-server.mjs';
import type { PageReply, PageRequest } from './page-messages.ts';
import type { PathEntry } from './paths.ts';
import type { Session } from './session.ts';

/** Milliseconds for each step of starting: software GPUs share the processor with everything else. */
const START = 60_000;

/**
 * Opens the page in a browser of its own, and starts the path in it. The browser ends with this process, and with `end` it
 * leaves no file.
 *
 * @param address Of the page; without it, the page is bundled and served here. See {@link servePage}.
 * @throws {Unavailable} when there is no Chromium, it does not start, or the path says so.
 * @throws {Error} when the page cannot be bundled, or the path fails to start.
 */
export async function pageSession({ name }: PathEntry, address?: string): Promise<Session> {
  const { path, reason } = lookForBrowser();
  if (path === undefined) throw new Unavailable(reason);
  const url = address ?? (await servePage()).url;
  const browser = await launchBrowser(path, START).catch((error: Error) => {
    throw new Unavailable(error.message);
  });
  const page = await openPage(browser, `${url}?path=${encodeURIComponent(name)}`, START);
  // Who waits for an answer ends this process when it takes too long.
  const { signal } = new AbortController();
  const ask = async <T extends PageReply['type']>(request: PageRequest, type: T) => {
    const reply = (await page.exchange(request, signal)) as PageReply;
    if (reply.type === 'unavailable') throw new Unavailable(reply.reason);
    if (reply.type !== type) throw new Error('reason' in reply ? reply.reason : `the page answered ${reply.type}`);
    return reply as Extract<PageReply, { readonly type: T }>;
  };
  const { environment } = await ask({ type: 'start' }, 'ready');
  return {
    environment: { ...environment, runtime: `Chromium ${page.version}` },
    open: async ({ of }, patience) => (await ask({ type: 'open', of, patience }, 'timed')).nanoseconds,
    outputs: () => ask({ type: 'outputs' }, 'outputs'),
    round: async (calls) => (await ask({ type: 'round', calls }, 'timed')).nanoseconds,
    close: async () => {
      await ask({ type: 'close' }, 'closed');
    },
    end: page.close,
  };
}

/**
 * Bundles the page of all paths, and serves it on this machine only.
 *
 * @throws {Error} when it cannot be bundled.
 */
export async function servePage(): Promise<PageServer> {
  return serveFiles(await bundle());
}

async function bundle() {
  try {
    return await bundlePage(fileURLToPath(new URL('../page', import.meta.url)));
  } catch (error) {
    // Vite draws where it went wrong, in colours: of that only what happened.
    const lines = stripVTControlCharacters((error as Error).message).split('\n');
    const words = lines.map((line) => line.trim()).filter((line) => line !== '');
    throw new Error(`the page cannot be bundled: ${words.slice(0, 2).join(' ')}`);
  }
}
