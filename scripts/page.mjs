// A page in a real Chromium that answers messages: it has a global function `answer`, which takes one message and promises
// the reply.

import { chromium } from 'playwright-core';
import { browserFlags } from './browser.mjs';

/**
 * @typedef {object} OpenPage
 * @property {string} version Of the browser.
 * @property {boolean} alive False after a crash, a hang that was given up, or `close`.
 * @property {(message: unknown, signal: AbortSignal) => Promise<unknown>} exchange
 * @property {() => Promise<void>} close Ends the browser.
 */

/**
 * Starts a browser with a fresh profile: a hanging GPU process ends with it. Leaving this process ends it too.
 *
 * @param {string} executablePath
 * @param {number} timeout Milliseconds.
 * @throws {Error} when it does not start.
 */
export async function launchBrowser(executablePath, timeout) {
  try {
    // Signals are main's: it closes the browser together with everything else.
    const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    return await chromium.launch({ executablePath, args: browserFlags(), timeout, ...signals });
  } catch (error) {
    throw new Error(`${executablePath} does not start: ${firstLine(error)}`);
  }
}

/**
 * Opens a page in a browser that it has to itself, and waits until it can answer.
 *
 * @param {import('playwright-core').Browser} browser Closed when the page cannot be opened.
 * @param {string} url
 * @param {number} timeout Milliseconds for each step.
 * @returns {Promise<OpenPage>}
 */
export async function openPage(browser, url, timeout) {
  let alive = true;
  const close = async () => {
    alive = false;
    await browser.close();
  };
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    const said = listen(page);
    await page.goto(url, { timeout });
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
          // What still runs in the page, or in its GPU process, must not reach the next message.
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

/**
 * What the page complains about, the last few lines.
 *
 * @param {import('playwright-core').Page} page
 * @returns {readonly string[]}
 */
function listen(page) {
  const said = [];
  const hear = (text) => {
    said.push(text.slice(0, 300));
    if (said.length > 5) said.shift();
  };
  page.on('console', (message) => message.type() === 'error' && hear(message.text()));
  page.on('pageerror', (error) => hear(error.message));
  return said;
}

async function exchangeWith(page, said, message, signal) {
  let stop = () => {};
  const broken = new Promise((_, reject) => {
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
  const answered = page.evaluate((request) => globalThis.answer(request), message);
  // When the other side wins the race, nobody else hears this one fail.
  answered.catch(() => {});
  try {
    return await Promise.race([answered, broken]);
  } finally {
    stop();
  }
}

function firstLine(error) {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
