import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCli } from '../../test/run-cli.ts';
import { typeScriptAdvice } from './module-kind.ts';

vi.setConfig({ testTimeout: 60_000 });

const template = (name: string) => readFileSync(new URL(`../../templates/${name}`, import.meta.url), 'utf8');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-init-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => runCli(args, { cwd: folder });

test('init writes the TypeScript one, and says the command that runs it', async () => {
  const { code, out } = await run('init');
  expect({ code, out }).toEqual({ code: 0, out: 'wrote target.ts\nnext: npx @eqloss/conformance run ./target.ts\n' });
  expect(readdirSync(folder)).toEqual(['target.ts']);
  expect(readFileSync(join(folder, 'target.ts'), 'utf8')).toBe(template('target.ts'));
});

test.each([
  [['init', '--python'], ['decode.py', 'target.py'], 'run --stdio "python3 target.py"'],
  [
    ['init', 'my adapter', '--python'],
    ['my adapter/decode.py', 'my adapter/target.py'],
    'run --stdio -- python3 "my adapter/target.py"',
  ],
  [['init', 'loss.py'], ['decode.py', 'loss.py'], 'run --stdio "python3 loss.py"'],
  [['init', 'new/folder'], ['new/folder/target.ts'], 'run ./new/folder/target.ts'],
  [['init', 'loss.mjs'], ['loss.mjs'], 'run ./loss.mjs'],
])('%j', async (args, files, next) => {
  const { code, out } = await run(...args);
  expect(code).toBe(0);
  expect(out).toContain(`next: npx @eqloss/conformance ${next}\n`);
  const written = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(written.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort()).toEqual(files);
});

test('in a package of CommonJS the file is an ES module by its name', async () => {
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
  mkdirSync(join(folder, 'inner'));
  expect((await run('init', 'inner')).out).toContain('wrote inner/target.mts');
  expect((await run('run', 'inner/target.ts')).err).toMatch(
    /there is no module .*target\.ts, but inner\/target\.mts\n$/,
  );
  writeFileSync(join(folder, 'target.ts'), template('target.ts'));
  const { code, err } = await run('run', 'target.ts');
  expect(code).toBe(2);
  expect(err).toContain('its package.json says "type": "commonjs"; rename it to target.mts');
});

test('where a package does not say what its files are, Node would warn, and there is a tip', async () => {
  writeFileSync(join(folder, 'package.json'), '{}');
  expect((await run('init')).out).toMatch(/\ntip: "type": "module" in package\.json .*\nnext: .* \.\/target\.ts\n$/);
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  expect((await run('init', 'other.ts')).out).not.toContain('tip');
});

test.each<[string, string[], string]>([
  ['a file that is there', ['init'], 'target.ts is there already; nothing was written'],
  ['another decoder', ['init', '--python'], 'decode.py is there already; nothing was written'],
  ['another language', ['init', 'target.cjs'], 'init writes .ts, .mts, .js, .mjs or .py files, not target.cjs'],
  ['two languages', ['init', '--python', 'x.ts'], '--python writes a .py file, not x.ts'],
  ['two places', ['init', 'a', 'b'], 'too many arguments'],
  ['a place that cannot be', ['init', 'target.ts/inner'], 'target.ts'],
])('%s is 2, and nothing is written', async (_, args, words) => {
  writeFileSync(join(folder, 'target.ts'), 'mine');
  writeFileSync(join(folder, 'decode.py'), 'mine');
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(words);
  expect(readdirSync(folder).sort()).toEqual(['decode.py', 'target.ts']);
  expect(readFileSync(join(folder, 'target.ts'), 'utf8')).toBe('mine');
});

test('a folder where nothing can be written is 2, and the file that was asked for is named', async ({ skip }) => {
  skip(process.platform !== 'linux', '/proc is of Linux');
  const { code, err } = await run('init', '/proc/target.mjs');
  expect({ code, err }).toEqual({
    code: 2,
    err: 'eqloss-conformance: /proc/target.mjs cannot be written: ENOENT: no such file or directory\n',
  });
});

test('a decoder that is the same stays', async () => {
  writeFileSync(join(folder, 'decode.py'), template('decode.py'));
  const { code, out } = await run('init', '--python');
  expect(code).toBe(0);
  expect(out).toContain('wrote target.py\n');
});

test('where Node does not run TypeScript it is said what to do', () => {
  expect(typeScriptAdvice('./my target.ts')).toMatch(
    /^Node v\d+\.\d+\.\d+ does not run TypeScript: take Node 22\.18 or later; or .*\n {2}NODE_OPTIONS=--import=tsx npx @eqloss\/conformance run "\.\/my target\.ts"\n/,
  );
});
