// A release from packing to installing, on a registry of its own. `npm run release:rehearse` does more of the same.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLine, root, workspaceEnvironment } from '../scripts/run.mjs';

test('a release that breaks off goes on where it was, and the rehearsal leaves nothing behind', () => {
  const folders = () => (existsSync(join(root, '.cache')) ? readdirSync(join(root, '.cache')) : []);
  const before = folders().filter((name) => name.startsWith('rehearsal-'));
  const node = process.env.EQLOSS_NODE ?? 'node';
  const { file, args, shell } = commandLine(node, ['scripts/release/rehearse.mjs', '--short']);
  const done = spawnSync(file, args, { cwd: root, env: workspaceEnvironment(), encoding: 'utf8', shell });
  expect(done.status, done.stdout + done.stderr).toBe(0);
  expect(done.stdout).toMatch(/^✓ rehearsed in \d+ s$/m);
  expect(done.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(folders().filter((name) => name.startsWith('rehearsal-'))).toEqual(before);
}, 600_000);
