// What the page is built of: its quick part of the vectors, its service worker, and the command.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { familyOf, listTests, loadVectors } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import { countTests, subsetOf } from '../site/device/vectors.ts';
import { filesOfWorker, withServiceWorker } from '../src/site.ts';

describe('the quick part of the vectors', async () => {
  const files = await loadVectors();
  const quick = subsetOf(files, 'quick');

  test('has a test of every family, form and flag that the small files have', () => {
    const tests = listTests(quick);
    const small = files.filter(({ path }) => !/-(lvis|wordnet)\.json$/.test(path));
    const flags = (of: typeof files) => {
      return of.flatMap(({ file }) => Object.keys(file.notes).map((flag) => `${file.form} ${flag}`));
    };
    const found = new Set(tests.flatMap(({ form, test }) => test.flags.map((flag) => `${form} ${flag}`)));
    expect([...found].sort()).toEqual([...new Set(flags(small))].sort());
    const families = new Set(tests.flatMap(({ clauses }) => clauses.map(familyOf)));
    expect([...families].filter(Boolean).sort()).toEqual([
      'errors',
      'gate',
      'numeric',
      'reduce',
      'shards',
      'sigmoid',
      'softmax',
    ]);
  });

  test('is small, and all of it is all', () => {
    expect(countTests(quick)).toBeLessThan(countTests(files) / 4);
    expect(subsetOf(files, 'full')).toBe(files);
    const sizes = listTests(quick).map(({ test: { inputs } }) => inputs.logits.shape.reduce((n, k) => n * k, 1));
    expect(Math.max(...sizes)).toBeLessThan(5000);
  });
});

describe('the service worker', () => {
  const files = new Map<string, string | Uint8Array>([
    ['index.html', 'page'],
    ['assets/a.js', 'code'],
    ['assets/b.wasm', Uint8Array.of(1, 2)],
  ]);
  const head = (of: typeof files) => String(withServiceWorker(of, 'body').get('service-worker.js')).split('\n');

  test('lists every other file, before its own text', () => {
    const [list, version, body] = head(files);
    expect(list).toBe('const FILES = ["assets/a.js","assets/b.wasm","index.html"];');
    expect(version).toMatch(/^const VERSION = "[0-9a-f]{16}";$/);
    expect(body).toBe('body');
    expect([...withServiceWorker(files, 'body').keys()]).toEqual([...files.keys(), 'service-worker.js']);
  });

  test('has another name for each other content, and the same for the same', () => {
    const version = (of: typeof files) => head(of)[1];
    expect(version(new Map(files))).toBe(version(files));
    expect(version(new Map([...files, ['index.html', 'new']]))).not.toBe(version(files));
    expect(version(new Map([...files, ['assets/b.wasm', Uint8Array.of(1, 3)]]))).not.toBe(version(files));
  });

  test.each([
    ['const FILES = ["assets/a.js","index.html"];\nrest', ['assets/a.js', 'index.html']],
    ['const FILES = ["../secret","/etc/passwd","a/../../b","good.js",7];\n', ['good.js']],
    ['const FILES = [oops];\n', []],
    ['addEventListener()', []],
    ['', []],
  ])('of an older page is believed only for files below it: %j', (text, names) => {
    expect(filesOfWorker(text)).toEqual(names);
  });
});

describe('npm run page', () => {
  const command = fileURLToPath(new URL('../src/build-site.ts', import.meta.url));
  const build = (...args: string[]) => {
    return spawnSync(process.execPath, ['--conditions=@eqloss/source', command, ...args], { encoding: 'utf8' });
  };

  test.each([
    [['--sevre'], /sevre/],
    [['--port', 'x'], /--port x is no port/],
    [['--port', '70000'], /no port/],
  ])('refuses %j and shows its usage', (args, words) => {
    const { status, stderr } = build(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(words);
    expect(stderr).toContain('Usage: npm run page');
  });

  test('writes files for any path of any host, and takes only its own older ones away', { timeout: 60_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'eqloss-page-'));
    try {
      mkdirSync(join(folder, 'assets'));
      for (const name of ['assets/old.js', 'assets/theirs.js']) writeFileSync(join(folder, name), '');
      writeFileSync(join(folder, 'service-worker.js'), 'const FILES = ["assets/old.js"];\n');
      const { status, stderr } = build('--out', folder);
      expect(stderr).toMatch(/page: \d+ files, \d+ MB: /);
      expect(status).toBe(0);
      const assets = readdirSync(join(folder, 'assets'));
      expect(assets).toContain('theirs.js');
      expect(assets).not.toContain('old.js');
      const page = readFileSync(join(folder, 'index.html'), 'utf8');
      const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
      expect(addresses.length).toBeGreaterThan(2);
      for (const address of addresses) expect(address).toMatch(/^(\.\/assets\/[\w.-]+|data:.*)$/);
      const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/'unsafe-eval'|https?:|\*/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
