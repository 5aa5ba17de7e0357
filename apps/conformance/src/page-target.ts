// A target that runs in a page of a real Chromium.

import {
  type Reply,
  type Request,
  restartingTarget,
  type Session,
  type Target,
  Unavailable,
} from '@eqloss/conformance';
import { type Browser, chromium, type Page } from 'playwright-core';
import { browserFlags } from '../../../scripts/browser.mjs';

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
    const opened = await openPage(name, options);
    version = opened.version;
    return opened;
  };
  const target = await restartingTarget(open, options.timeout);
  return { ...target, environment: { ...target.environment, runtime: `Chromium ${version}` } };
}

/** A page, and the version of its browser. */
interface OpenPage extends Session {
  readonly version: string;
}

async function openPage(name: string, { browser: path, url, timeout }: PageOptions): Promise<OpenPage> {
  const browser = await launch(path, timeout);
  let alive = true;
  const close = async (): Promise<void> => {
    alive = false;
    await browser.close();
  };
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    const said = listen(page);
    await page.goto(`${url}?target=${encodeURIComponent(name)}`, { timeout });
    // Module scripts run after the document was read.
    await page.waitForFunction(() => 'answer' in globalThis, undefined, { timeout });
    return {
      version: browser.version(),
      get alive() {
        return alive;
      },
      async exchange(message, signal) {
        try {
          return await exchangeWith(page, said, message, signal);
        } catch (error) {
          // What still runs in the page, or in its GPU process, must not reach the next test.
          await close();
          throw error;
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function launch(executablePath: string, timeout: number): Promise<Browser> {
  try {
    // Signals are main's: it closes the browser together with everything else.
    const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    return await chromium.launch({ executablePath, args: browserFlags(), timeout, ...signals });
  } catch (error) {
    throw new Unavailable(`${executablePath} does not start: ${firstLine(error)}`);
  }
}

/** What the page complains about, the last few lines. */
function listen(page: Page): readonly string[] {
  const said: string[] = [];
  const hear = (text: string) => {
    said.push(text.slice(0, 300));
    if (said.length > 5) said.shift();
  };
  page.on('console', (message) => message.type() === 'error' && hear(message.text()));
  page.on('pageerror', (error) => hear(error.message));
  return said;
}

async function exchangeWith(
  page: Page,
  said: readonly string[],
  message: Request,
  signal: AbortSignal,
): Promise<unknown> {
  let stop = () => {};
  const broken = new Promise<never>((_, reject) => {
    const crash = () => reject(new Error(`the page crashed${said.length > 0 ? `; it said: ${said.join(' | ')}` : ''}`));
    const abort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('given up'));
    page.once('crash', crash);
    page.once('close', crash);
    signal.addEventListener('abort', abort, { once: true });
    stop = () => {
      page.off('crash', crash);
      page.off('close', crash);
      signal.removeEventListener('abort', abort);
    };
    if (signal.aborted) abort();
  });
  const answered = page.evaluate(
    (request) => (globalThis as unknown as { answer(request: Request): Promise<Reply> }).answer(request),
    message,
  );
  // When the other side wins the race, nobody else hears this one fail.
  answered.catch(() => {});
  try {
    return await Promise.race([answered, broken]);
  } finally {
    stop();
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
