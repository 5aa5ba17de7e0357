// Which parts of the suite `npm test` runs on a machine that lacks something.

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandLine, root, workspaceEnvironment } from '../scripts/run.mjs';

/** The projects with a file to run, and what is said about the others. */
function projectsWith(more: Readonly<Record<string, string>>): { readonly listed: string; readonly said: string } {
  const { CI, VITEST, ...env } = workspaceEnvironment() as NodeJS.ProcessEnv;
  const { file, args, shell } = commandLine('vitest', ['list', '--filesOnly', 'kernel.', 'loss.', 'session.']);
  const done = spawnSync(file, args, { cwd: root, env: { ...env, ...more }, encoding: 'utf8', shell });
  expect(done.status, done.stderr).toBe(0);
  return { listed: done.stdout, said: done.stderr };
}

test('without a browser its tests are left out, in one line with the reason', () => {
  const { listed, said } = projectsWith({ CHROME_PATH: '/nowhere' });
  expect(listed).toContain('[node]');
  expect(listed).not.toContain('[chromium]');
  expect(said.split('\n').filter((line) => line.includes('chromium'))).toEqual([
    'eqloss: tests in chromium are left out: CHROME_PATH is /nowhere, which is no program',
  ]);
});

test('in continuous integration nothing is left out', () => {
  const { listed, said } = projectsWith({ CHROME_PATH: '/nowhere', CI: 'true' });
  for (const project of ['[node]', '[node-webgpu]', '[chromium']) expect(listed).toContain(project);
  expect(said).toContain('eqloss: tests in chromium cannot pass: CHROME_PATH is /nowhere, which is no program');
  expect(said).not.toContain('left out');
});
