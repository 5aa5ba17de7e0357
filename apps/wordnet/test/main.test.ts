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
  folder = mkdtempSync(join(tmpdir(), 'eqloss-train-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('npm run train', { timeout: 120_000 }, () => {
  test('prints the table, no bar where there is no terminal, and writes what it is asked for', async () => {
    const out = join(folder, 'results.json');
    const { code, stdout, stderr } = await run('--methods', 'ce', '--epochs', '1', '--seed', '5', '--out', out);
    expect(stderr).toBe(`train: written to ${out}\n`);
    expect(stdout).toMatch(/^method +accuracy +tail +mid +head +balanced\nsoftmax cross-entropy( +\d+\.\d){5}\n\n/);
    expect(stdout).toMatch(/45 classes: 12\stail/);
    expect(stdout.replaceAll('\n', ' ')).toContain('epochs: 1, stack: tfjs, backend: wasm, seed: 5.');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
    const { rows, ...settings } = JSON.parse(readFileSync(out, 'utf8'));
    expect(settings).toEqual({ stack: 'tfjs', backend: 'wasm', epochs: 1, threshold: 0.005, gamma: 0.9, part: 'test' });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ method: 'ce', seed: 5, rate: 0.03 });
    // One class alone has 12 % of the glosses.
    expect(rows[0].accuracy).toBeGreaterThan(0.4);
    expect(readdirSync(folder)).toEqual(['results.json']);
  });

  test('trains with another stack', async () => {
    const { code, stdout } = await run('--stack', 'onnxruntime', '--methods', 'seql', '--epochs', '1');
    expect(stdout).toMatch(/\nSEQL( +\d+\.\d){5}\n\n/);
    expect(stdout.replaceAll('\n', ' ')).toMatch(
      /stack: onnxruntime, backend: cpu, seed: 1\. An epoch took \d+\.\d s\./,
    );
    expect(code).toBe(0);
  });

  test('explains itself', async () => {
    const { code, stdout } = await run('--help');
    expect(stdout).toMatch(/^usage: npm run train/);
    expect(code).toBe(0);
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

const run = (...args: string[]) => runMain(main, args);
