// A training in a page of a real Chromium, with WebGL 2.

import { expect, test } from 'vitest';
import { lookForBrowser } from '../../../scripts/browser.mjs';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { openChromium } from '../src/chromium.ts';
import type { Counts } from './counting.ts';

const { reason } = lookForBrowser();

test.skipIf(reason !== undefined && !isContinuousIntegration())(
  'in Chromium it learns, reads one loss an epoch, and leaves no texture behind',
  { timeout: 180_000 },
  async () => {
    const place = await openChromium(new URL('page', import.meta.url));
    try {
      expect(place.runtime).toMatch(/^Chromium \d/);
      const epoch = async () => counted(await place.ask({ type: 'epoch' }, 'trained'));
      await place.ask({ type: 'start', method: 'seql', seed: 1, epochs: 2, mode: 'webgl2' }, 'started');
      const [first, second] = [await epoch(), await epoch()];
      expect(second.loss).toBeLessThan(first.loss);
      expect(first.held).toBeGreaterThan(10);
      expect(second.held).toBe(first.held);
      expect(second.reads - first.reads).toBe(1);
      const { scores } = await place.ask({ type: 'scores' }, 'scored');
      // Guessing finds 10 %.
      expect(scores.accuracy).toBeGreaterThan(0.5);
      expect(await place.ask({ type: 'close' }, 'closed')).toMatchObject({ held: 0 });
    } finally {
      await place.close();
    }
  },
);

/** The page of this test adds what its GPU holds. */
function counted<T extends object>(reply: T): T & Counts {
  return reply as T & Counts;
}
