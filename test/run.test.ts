// How the scripts start programs.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLine } from '../scripts/run.mjs';

const windows = { platform: 'win32', folder: '/nowhere' } as const;

test('outside Windows a program starts without a shell', () => {
  const args = ['a b', '"'];
  expect(commandLine('tsc', args, { platform: 'linux' })).toEqual({ file: 'tsc', args, shell: false });
});

test.each([
  [['-p', 'tsconfig.json'], 'tsc -p tsconfig.json'],
  [['C:\\My Files\\eqloss'], 'tsc "C:\\My Files\\eqloss"'],
  [['C:\\My Files\\'], 'tsc "C:\\My Files\\\\"'],
  [['a&b', '', 'x|y'], 'tsc "a&b" "" "x|y"'],
  [['say "hi"'], 'tsc "say ""hi"""'],
])("Windows' shell gets %j in quotes where it needs them", (args, file) => {
  expect(commandLine('tsc', args, windows)).toEqual({ file, args: [], shell: true });
});

test("Windows' shell finds a program in a folder with a space", () => {
  const { file } = commandLine('C:\\Program Files\\nodejs\\node.exe', ['a.mjs'], windows);
  expect(file).toBe('"C:\\Program Files\\nodejs\\node.exe" a.mjs');
});

test("on Windows the workspace's Node needs no shell", () => {
  const folder = mkdtempSync(join(tmpdir(), 'eqloss run '));
  const bin = join(folder, 'node_modules', 'node', 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'node.exe'), '');
  const args = ['--filter', 'a b'];
  const line = commandLine('node', args, { platform: 'win32', folder });
  expect(line).toEqual({ file: join(bin, 'node.exe'), args, shell: false });
  rmSync(folder, { recursive: true });
});
