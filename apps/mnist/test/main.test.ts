// The command itself.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain } from '@eqloss/training/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-mnist-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('npm run train:mnist', { timeout: 120_000 }, () => {
  test('prints the table, no bar where there is no terminal, and writes what it is asked for', async () => {
    const out = join(folder, 'results.json');
    const { code, stdout, stderr } = await run('--methods', 'seql', '--epochs', '1', '--seed', '5', '--out', out);
    expect(stderr).toBe(`train: written to ${out}\n`);
    expect(stdout).toMatch(/^method +accuracy +tail +mid +head\nSEQL( +\d+\.\d){4}\n\n/);
    const words = stdout.replaceAll('\n', ' ');
    expect(words).toContain('Trained on 1985 digits, 800 of the largest class to 8 of the smallest.');
    expect(words).toMatch(
      /Epochs: 1, gpu\.js in mode webasm, Node \d+\.\d+\.\d+, seed: 5\. An epoch took \d+\.\d\d s\./,
    );
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
    const { rows, sizes, ...settings } = JSON.parse(readFileSync(out, 'utf8'));
    expect(settings).toMatchObject({ mode: 'webasm', epochs: 1, threshold: 0.02, gamma: 0.9 });
    expect(sizes).toHaveLength(10);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ method: 'seql', seed: 5 });
    // Guessing finds 10 %.
    expect(rows[0].accuracy).toBeGreaterThan(0.4);
    expect(readdirSync(folder)).toEqual(['results.json']);
  });

  test('explains itself', async () => {
    const { code, stdout } = await run('--help');
    expect(stdout).toMatch(/^usage: npm run train:mnist/);
    expect(code).toBe(0);
  });

  test('fails without the browser that it needs', async () => {
    const { code, stdout, stderr } = await run('--browser');
    expect(stderr).toBe('train: CHROME_PATH is /nowhere/chromium, which is no program\n');
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test.each([
    ['an unknown method', ['--methods', 'nobody'], /train: unknown method "nobody"; known: ce/],
    ['a file that cannot be', ['--out', join(main, 'x.md')], /train: .*main\.ts/],
  ])('refuses %s before any work', async (_, args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

const run = (...args: string[]) => runMain(main, args, { CHROME_PATH: '/nowhere/chromium' });
