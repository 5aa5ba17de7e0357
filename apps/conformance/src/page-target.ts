// A target that runs in a page of a real Chromium.

import { restartingTarget, type Session, type Target, Unavailable } from '@eqloss/conformance';
import { launchBrowser, openPage } from '../../../scripts/page.mjs';

/** Where a page comes from, and how long it may take. */
export interface PageOptions {
  /** Path of the browser. */
  readonly browser: string;
  /** Of the served page. */
  readonly url: string;
  /** Milliseconds for starting the browser and the target. */
  readonly timeout: number;
}

/**
 * Opens a target of the list in a browser of its own, with a fresh profile: a hanging GPU process ends with it.
 *
 * A crash or hang is an error of the test it happened in; the browser is then started again, twice at most, and from
 * then on every test is the error `target is gone`.
 *
 * @throws {Unavailable} when the browser does not start, or the target says so.
 */
export async function pageTarget(name: string, options: PageOptions): Promise<Target> {
  let version = '';
  const open = async (): Promise<Session> => {
    const opened = await openTarget(name, options);
    version = opened.version;
    return opened;
  };
  const target = await restartingTarget(open, options.timeout);
  return { ...target, environment: { ...target.environment, runtime: `Chromium ${version}` } };
}

async function openTarget(name: string, { browser, url, timeout }: PageOptions) {
  const launched = await launchBrowser(browser, timeout).catch((error: Error) => {
    throw new Unavailable(error.message);
  });
  return openPage(launched, `${url}?target=${encodeURIComponent(name)}`, timeout);
}
