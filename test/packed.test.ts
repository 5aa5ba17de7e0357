// The packages as npm delivers them: packed, installed in an empty folder, and used as the READMEs say.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packAll, publishedPackages } from '../scripts/pack.mjs';
import { commandLine, root, workspaceEnvironment } from '../scripts/run.mjs';
import { filesOf, snippetsOf } from './readme.ts';

/** What runs the examples: the Node that started `npm test`, which may be older than the workspace's. */
const node = process.env.EQLOSS_NODE ?? 'node';
const folder = mkdtempSync(join(tmpdir(), 'eqloss-packed-'));
const readmes = [join(root, 'README.md'), ...publishedPackages().map((each) => join(each.folder, 'README.md'))];
/** Guides that have examples. */
const guides = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => join(root, 'docs', name))
  .filter((path) => snippetsOf(path).length > 0);

/** Runs a program in the empty folder; its standard output. */
function inFolder(command: string, ...args: string[]): string {
  const line = commandLine(command, args);
  const done = spawnSync(line.file, line.args, {
    cwd: folder,
    encoding: 'utf8',
    env: workspaceEnvironment(),
    shell: line.shell,
  });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${done.stdout}\n${done.stderr}`);
  return done.stdout;
}

beforeAll(async () => {
  const packages = await packAll();
  const manifests = packages.map((each) => JSON.parse(readFileSync(join(each.folder, 'package.json'), 'utf8')));
  // Engines as a user would add them: the peers, in the version that the workspace tests with.
  const peers = manifests.flatMap(({ peerDependencies = {}, peerDependenciesMeta = {} }) =>
    Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional),
  );
  const wanted = new Set([...peers, '@tensorflow/tfjs', '@tensorflow/tfjs-backend-cpu', 'onnxruntime-node']);
  const engines = [...wanted].map((name) => `${name}@${versionOf(name)}`);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const tarballs = packages.map((each) => each.tarball);
  inFolder('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs, ...engines);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function versionOf(name: string): string {
  const [, catalog] = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split('catalog:\n');
  const line = catalog.split('\n').find((each) => each.trim().replaceAll('"', '').startsWith(`${name}: `));
  if (line === undefined) throw new Error(`${name} is not in the catalog`);
  return line.slice(line.lastIndexOf(': ') + 2);
}

describe('an installed package', () => {
  test.each(publishedPackages())('$name holds its README, its licence, types and sources, and no test', ({ name }) => {
    const files = readdirSync(join(folder, 'node_modules', name), { recursive: true }).map(String);
    for (const wanted of ['README.md', 'LICENSE', 'package.json']) expect(files).toContain(wanted);
    for (const wanted of ['index.js', 'index.d.ts', 'index.js.map']) expect(files).toContain(join('dist', wanted));
    expect(files).toContain(join('src', 'index.ts'));
    if (name === '@eqloss/conformance') expect(files).toContain(join('dist', 'SPEC.md'));
    expect(files.filter((file) => /\.test\.|testing\.|\.tsbuildinfo/.test(file))).toEqual([]);
    const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
    expect(manifest).not.toMatch(/workspace:|catalog:|@eqloss\/source/);
    expect(JSON.parse(manifest).scripts?.install ?? JSON.parse(manifest).scripts?.postinstall).toBeUndefined();
  });
});

describe('the templates of @eqloss/conformance', () => {
  const version = inFolder(node, '-p', 'process.versions.node').trim();
  const cli = ['node_modules/@eqloss/conformance/dist/cli.js'];
  const python = spawnSync('python3', ['--version']).status === 0;

  test(`init writes a module that is green at once, on Node ${version}`, () => {
    const [, next] = /^next: npx eqloss-conformance run (\S+)$/m.exec(inFolder(node, ...cli, 'init', 'adapter')) ?? [];
    // Node runs TypeScript from 22.18 on.
    const [major, minor] = version.split('.').map(Number);
    expect(next).toBe(`./adapter/target.${major > 22 || (major === 22 && minor >= 18) ? 'ts' : 'js'}`);
    expect(inFolder(node, ...cli, 'run', next)).toMatch(
      /PASSED {2}\d{3} pass, \d+ unsupported, 1 of 1 target available\n$/,
    );
  }, 60_000);

  test.skipIf(!python)(
    'init --python writes a program that is green at once (needs python3)',
    () => {
      const out = inFolder(node, ...cli, 'init', '--python', 'adapter');
      expect(out).toContain('next: npx eqloss-conformance run --stdio "python3 adapter/target.py"\n');
      expect(inFolder(node, ...cli, 'run', '--validate', '--stdio', 'python3 adapter/target.py')).toContain('PASSED');
    },
    60_000,
  );

  test('the one in TypeScript type-checks, strictly', () => {
    rmSync(join(folder, 'types'), { recursive: true, force: true });
    cpSync(join(root, 'test', 'consumer'), join(folder, 'types'), { recursive: true });
    inFolder(node, ...cli, 'init', 'types/target.ts');
    inFolder('tsc', '-p', 'types');
  }, 60_000);
});

describe.each([...readmes, ...guides].map((path) => ({ name: path.slice(root.length), path })))('$name', ({ path }) => {
  const snippets = existsSync(path) ? snippetsOf(path) : [];
  const files = existsSync(path) ? filesOf(path) : [];

  test('has an example', () => {
    expect(snippets.length).toBeGreaterThan(0);
    expect(snippets.some((snippet) => snippet.prints.length > 0)).toBe(true);
  });

  test.each(snippets.map((snippet, index) => ({ index: index + 1, ...snippet })))(
    'example $index runs from the installed packages and prints what it says',
    ({ code, prints }) => {
      for (const file of files) writeFileSync(join(folder, file.name), file.code);
      writeFileSync(join(folder, 'example.mjs'), code);
      const lines = inFolder(node, 'example.mjs').trimEnd().split('\n');
      expect(lines).toEqual(prints);
    },
    60_000,
  );

  test('its examples type-check, strictly, against the installed declarations', () => {
    rmSync(join(folder, 'types'), { recursive: true, force: true });
    cpSync(join(root, 'test', 'consumer'), join(folder, 'types'), { recursive: true });
    for (const file of files) writeFileSync(join(folder, 'types', file.name), file.code);
    for (const [index, { code }] of snippets.entries()) {
      writeFileSync(join(folder, 'types', `example-${index}.ts`), code);
    }
    inFolder('tsc', '-p', 'types');
  }, 60_000);
});
