// What the server of the page answers to anybody on this machine.

import { get } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PageServer, servePage } from '../src/page-server.ts';

let server: PageServer;

beforeAll(async () => {
  server = await servePage(async () => new Map([['index.html', 'the page']]));
});

afterAll(() => server.close());

/** The path goes out as it is: fetch() would straighten it. */
function ask(path: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    }).on('error', reject);
  });
}

test.each(['/', '/?target=core', '/index.html'])('%s is the page', async (path) => {
  expect(await ask(path)).toEqual({ status: 200, text: 'the page' });
});

test.each(['//', '//?', '/../package.json', '/%', '/http://[', '/nothing.js'])('%s is not there', async (path) => {
  expect((await ask(path)).status).toBe(404);
});
