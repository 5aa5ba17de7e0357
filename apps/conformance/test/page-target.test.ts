// Pages that crash or hang: an error of that test, and a new browser for the next.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runSuite } from '@eqloss/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browser.mjs';
import { pageTarget } from '../src/page-target.ts';
import { tinySuite } from './tiny-suite.ts';

const browser = findBrowser();
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><script>(${page})()</script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(() => {
  server.close();
});

describe.skipIf(!browser)('a page', { timeout: 120_000 }, () => {
  test('that hangs or goes away is opened again, twice at most', async () => {
    const target = await pageTarget('hang:1 leave:3 leave:5', { browser: browser ?? '', url, timeout: 30_000 });
    const { results } = await runSuite(target, tinySuite(8), { runtime: 'chromium', timeout: 20_000 });
    await target.stop?.();
    const statuses = results.map(({ status }) => status);
    expect(statuses).toEqual(['pass', 'error', 'pass', 'error', 'pass', 'error', 'error', 'error']);
    expect(results[1].reason).toMatch(/no answer within 20 s/);
    expect(results[3].reason).toMatch(/destroyed|navigat/);
    expect(results[7].reason).toMatch(/target is gone/);
  });

  test('that throws goes on', async () => {
    const target = await pageTarget('throw:1', { browser: browser ?? '', url, timeout: 30_000 });
    const { results } = await runSuite(target, tinySuite(3), { runtime: 'chromium', timeout: 20_000 });
    await target.stop?.();
    expect(results.map(({ status }) => status)).toEqual(['pass', 'error', 'pass']);
    expect(results[1].reason).toMatch(/on purpose/);
  });
});

/** Runs in the page: answers rightly but for the faults that its address names. */
function page(): void {
  const faults = (new URLSearchParams(location.search).get('target') ?? '').split(' ').map((text) => text.split(':'));
  const word = (value: number, shape: number[]) => ({ shape, dtype: 'float64', rows: [hex(value)] });
  const hex = (value: number) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return view.getBigUint64(0).toString(16).padStart(16, '0');
  };
  const answer = async (message: { type: string; seq: number; test: { id: string } }) => {
    if (message.type === 'stop') return { type: 'stopped' };
    if (message.type === 'start') {
      const about = { protocol: 1, name: 'page', version: '0.0.0', environment: {} };
      const outputs = ['loss', 'rowLosses', 'gradient'];
      const can = {
        forms: ['sigmoid'],
        dtypes: ['float64'],
        outputs,
        reductions: ['mean'],
        features: ['index-labels'],
      };
      return { type: 'started', ...about, supports: can };
    }
    const fault = faults.find(([, index]) => message.test.id === `tiny-${index}`)?.[0];
    if (fault === 'throw') throw new Error('thrown on purpose');
    if (fault === 'leave') {
      location.href = 'about:blank';
      return new Promise(() => {});
    }
    while (fault === 'hang');
    const outputs = { loss: word(Math.LN2, []), rowLosses: word(Math.LN2, [1]), gradient: word(-0.5, [1, 1]) };
    return { type: 'outcome', seq: message.seq, outputs };
  };
  Object.assign(globalThis, { answer });
}
