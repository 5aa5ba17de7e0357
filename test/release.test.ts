// What the release commands decide, against a registry that is played.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { isBuiltin } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import config from '../.changeset/config.json' with { type: 'json' };
import { publishedPackages } from '../scripts/pack.mjs';
import changelog, { hasOwnChange, readableChangelog } from '../scripts/release/changelog.mjs';
import { publishArguments } from '../scripts/release/npm.mjs';
import { packedIn } from '../scripts/release/packed.mjs';
import { distTagOf, inOrder, planRelease } from '../scripts/release/plan.mjs';
import { root } from '../scripts/run.mjs';
import { readTarball } from '../scripts/tarball.mjs';

test('all published packages, and no others, share one version', () => {
  expect(config.fixed.flat().sort()).toEqual(publishedPackages().map(({ name }) => name));
});

describe('the plan', () => {
  let server: Server;
  let registry: string;
  /** What the registry answers by path: JSON, bytes, or a status. */
  const answers = new Map<string, object | number>();
  const asked: IncomingMessage[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request);
      const answer = answers.get(decodeURIComponent(request.url!)) ?? 404;
      if (typeof answer === 'number') response.writeHead(answer).end('{}');
      else response.end(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  beforeEach(() => answers.clear());
  afterAll(() => server.close());

  const core = candidate('@x/core', { 'package.json': '{}', 'index.js': 'one' });
  const adapter = candidate('@x/adapter', { 'package.json': '{"dependencies":{"@x/core":"^1.0.0"}}' });

  /** The registry has a package, packed with some level of compression. */
  function has({ name, version, entries }: ReturnType<typeof candidate>, latest = version, level = 6): void {
    const bytes = tarball(entries, level);
    const path = `/${name}/-/${version}.tgz`;
    const dist = { integrity: readTarball(bytes).integrity, tarball: new URL(path, registry).href };
    answers.set(path, bytes);
    answers.set(`/${name}`, { versions: { [version]: { dist } }, 'dist-tags': { latest } });
  }

  async function planned(...candidates: ReturnType<typeof candidate>[]) {
    const plan = await planRelease(candidates, registry);
    return plan.map(({ name, done, tag }) => `${name} ${done ? 'done' : tag}`);
  }

  test('publishes what was never published, what others depend on first', async () => {
    expect(await planned(adapter, core)).toEqual(['@x/core latest', '@x/adapter latest']);
  });

  test('skips what the registry has, whoever packed it', async () => {
    has(core, '1.0.0', 1);
    expect(tarball(core.entries, 1)).not.toEqual(tarball(core.entries, 6));
    expect(await planned(adapter, core)).toEqual(['@x/core done', '@x/adapter latest']);
  });

  test('refuses what the registry has with other content, and names the files', async () => {
    has(candidate('@x/core', { 'package.json': '{}', 'index.js': 'two', 'more.js': '' }));
    await expect(planned(adapter, core)).rejects.toThrow('  @x/core@1.0.0: index.js, more.js differ\n');
  });

  test('refuses what the registry has with one file more or less', async () => {
    has(candidate('@x/core', { 'package.json': '{}' }));
    await expect(planned(core)).rejects.toThrow('@x/core@1.0.0: index.js differs');
    const empty = candidate('@x/core', { 'package.json': '{}', 'empty.js': '' });
    await expect(planned(empty)).rejects.toThrow('@x/core@1.0.0: empty.js differs');
  });

  test('stops when the registry fails, and when it does not answer', async () => {
    answers.set('/@x/core', 503);
    await expect(planned(core)).rejects.toThrow(`${registry} answers 503 when asked for @x/core`);
    await expect(planRelease([core], 'http://127.0.0.1:1/')).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:1 does not answer: /,
    );
  });

  test('asks past caches, which know nothing of a package that was published a moment ago', async () => {
    await planned(core);
    expect(asked.at(-1)!.headers).toMatchObject({ accept: 'application/json', 'cache-control': 'no-cache' });
  });

  test('stops when what the registry has cannot be read', async () => {
    has(candidate('@x/core', { 'package.json': '{}', 'index.js': 'two' }));
    answers.set('/@x/core/-/1.0.0.tgz', 502);
    await expect(planned(core)).rejects.toThrow(`${registry}@x/core/-/1.0.0.tgz cannot be read: 502`);
  });

  test('leaves latest where it is when an older line gets a fix', async () => {
    has({ ...core, version: '1.10.0' });
    const fix = candidate('@x/core', { 'package.json': '{}' }, '1.9.1');
    expect(await planned(fix)).toEqual(['@x/core release-1.9']);
  });
});

test.each(['scripts/release-mode.mjs', 'scripts/release/publish.mjs'])(
  '%s runs where nothing is installed',
  (entry) => {
    const files = new Set([join(root, entry)]);
    const packages: string[] = [];
    // A set gives what is added to it while it is gone through.
    for (const file of files) {
      for (const [, name] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?:[^']* from )?'([^']+)'/gm)) {
        if (name.startsWith('.')) files.add(join(dirname(file), name));
        else if (!isBuiltin(name)) packages.push(name);
      }
    }
    expect(packages).toEqual([]);
    expect(files).toContain(join(root, 'scripts', 'pack.mjs'));
  },
);

test('packages that depend on one another are refused', () => {
  const a = { name: 'a', manifest: { dependencies: { b: '1' } } };
  const b = { name: 'b', manifest: { peerDependencies: { a: '1' } } };
  expect(() => inOrder([a, b])).toThrow('a and b depend on one another');
});

test.each([
  ['1.0.0', undefined, 'latest'],
  ['1.0.0', '0.9.9', 'latest'],
  ['0.10.0', '0.9.0', 'latest'],
  ['0.9.1', '0.10.0', 'release-0.9'],
  ['1.0.0', '1.0.0-next.3', 'latest'],
  ['1.1.0-next.0', '1.0.0', 'next'],
  ['0.0.0-canary-20260101000000', '1.0.0', 'canary'],
  ['0.0.0-20260101000000', undefined, 'next'],
])('%s, when latest is %s, is published as %s', (version, latest, tag) => {
  expect(distTagOf(version, latest)).toBe(tag);
});

describe('npm publishes', () => {
  const registry = 'https://registry.example/';
  const env = { GITHUB_ACTIONS: 'true', ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/' };

  test('with provenance where GitHub vouches for it', () => {
    expect(publishArguments({ env, npm: '11.5.1', registry })).toEqual(['--provenance']);
  });

  test('without, on a machine of its own and to a local registry', () => {
    expect(publishArguments({ env: {}, npm: '10.8.2', registry })).toEqual([]);
    expect(publishArguments({ env, npm: '10.8.2', registry: 'http://127.0.0.1:4873/' })).toEqual([]);
  });

  test('not at all where GitHub should vouch but cannot', () => {
    expect(() => publishArguments({ env, npm: '11.5.0', registry })).toThrow('npm 11.5.1 is needed');
    expect(() => publishArguments({ env: { GITHUB_ACTIONS: 'true' }, npm: '11.5.1', registry })).toThrow(
      'id-token: write',
    );
  });
});

describe('a changelog', () => {
  const older = '## 1.0.0\n\n### Minor Changes\n\n- First.\n';
  const untouched = `# @eqloss/tfjs\n\n## 1.0.1\n\nNo changes in this release.\n\n${older}`;

  test('says of a change what its author wrote, and nothing of commits and dependencies', () => {
    const changeset = { summary: 'Fixes it.\n\nIn two\nlines.', commit: '0123456789' };
    expect(changelog.getReleaseLine(changeset)).toBe('- Fixes it.\n\n  In two\n  lines.');
    expect(changelog.getDependencyReleaseLine()).toBe('');
  });

  test('has headings for readers, in its newest release alone', () => {
    const newest = '## 1.1.0\n\n### Major Changes\n\n- A.\n\n### Minor Changes\n\n- B.\n\n### Patch Changes\n\n- C.\n';
    const text = readableChangelog(`# @eqloss/core\n\n${newest}\n${older}`, ['@eqloss/core']);
    expect(text.match(/^###? .*$/gm)).toEqual([
      '## 1.1.0',
      '### Breaking changes',
      '### New and changed',
      '### Fixes',
      '## 1.0.0',
      '### Minor Changes',
    ]);
  });

  test('of a package that is only released with others says with which', () => {
    expect(hasOwnChange(untouched)).toBe(false);
    expect(hasOwnChange(`# @eqloss/core\n\n${older}\n## 0.9.0\n\nNo changes in this release.\n`)).toBe(true);
    const text = readableChangelog(untouched, ['@eqloss/core', '@eqloss/wasm']);
    const at = 'https://github.com/eqloss/eqloss/blob/main/packages';
    expect(text).toContain(
      'No change of its own: released together with ' +
        `[@eqloss/core](${at}/core/CHANGELOG.md) and [@eqloss/wasm](${at}/wasm/CHANGELOG.md).\n\n## 1.0.0`,
    );
  });
});

test('a tarball is read with names of more than 100 bytes', () => {
  const long = `dist/${'a'.repeat(120)}.js`;
  const { files } = readTarball(tarball({ 'package.json': '{}', [long]: 'x' }));
  expect([...files.keys()]).toEqual(['package.json', long]);
});

test('a tarball with anything but plain files is refused', () => {
  const link = gzipSync(Buffer.concat([...record('package/link', '2', ''), Buffer.alloc(1024)]));
  expect(() => readTarball(link)).toThrow('package/link is of type 2, no plain file');
});

test('what was packed before is found by what it holds, and nothing else is published', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eqloss-release-'));
  try {
    const core = { name: '@x/core', version: '1.0.0' };
    writeFileSync(join(folder, 'any.tgz'), tarball({ 'package.json': JSON.stringify(core) }));
    writeFileSync(join(folder, 'notes.txt'), 'no tarball');
    expect(packedIn(folder, [core])).toEqual([{ name: '@x/core', tarball: join(folder, 'any.tgz') }]);
    expect(() => packedIn(folder, [{ ...core, version: '1.0.1' }])).toThrow(
      `${folder} holds @x/core@1.0.0, but @x/core@1.0.1 is to be published: pack this commit`,
    );
    expect(() => packedIn(folder, [core, { name: '@x/other', version: '1.0.0' }])).toThrow('no tarball of @x/other');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function candidate(name: string, entries: Record<string, string>, version = '1.0.0') {
  const read = readTarball(tarball(entries));
  return { ...read, name, version, entries, tarball: '' };
}

/** A tarball as pnpm packs it: a record of its own for a name that is too long. */
function tarball(entries: Readonly<Record<string, string>>, level = 6): Buffer {
  const blocks = Object.entries(entries).flatMap(([path, body]) => {
    const name = `package/${path}`;
    if (name.length <= 100) return record(name, '0', body);
    const text = ` path=${name}\n`;
    const length = text.length + String(text.length + 3).length;
    return [...record('PaxHeader', 'x', `${length}${text}`), ...record(name.slice(0, 100), '0', body)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level });
}

function record(name: string, type: string, body: string): Buffer[] {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write(body.length.toString(8).padStart(11, '0'), 124);
  header.write(type, 156);
  return [header, Buffer.from(body), Buffer.alloc((512 - (body.length % 512)) % 512)];
}
