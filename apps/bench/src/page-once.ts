// The page of all paths of Chromium, bundled and served once a run, however many paths and groups need it.

import { lookForBrowser } from '../../../scripts/browser.mjs';
import type { PageServer } from '../../../scripts/page-server.mjs';

/** A page that is made when somebody first asks for it. */
export interface PageOnce {
  /**
   * Its address; undefined where there is no browser to open it: who is started then says so.
   *
   * @throws {Error} each time, when it cannot be bundled.
   */
  url(): Promise<string | undefined>;
  /** Ends the server, if there is one. */
  close(): Promise<void>;
}

/** A page that nobody has asked for yet. */
export function pageOnce(): PageOnce {
  let server: Promise<PageServer> | undefined;
  return {
    url: async () => {
      if (lookForBrowser().path === undefined) return undefined;
      // Loaded when it is needed: Vite is large.
      server ??= import('./page-session.ts').then(({ servePage }) => servePage());
      return (await server).url;
    },
    close: async () => {
      await server?.then(
        ({ close }) => close(),
        () => {},
      );
    },
  };
}
