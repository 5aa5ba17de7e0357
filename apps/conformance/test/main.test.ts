// The command itself: exit codes, reports, bad input, and what an interruption leaves behind.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/browser.mjs';
import { tinySuite } from './tiny-suite.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-main-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('npm start', { timeout: 120_000 }, () => {
  test('runs vectors from anywhere, prints the matrix and writes three whole reports', async () => {
    const { code, stdout, stderr } = await run('--targets', 'core', '--vectors', tinyFile(), '--out', out());
    expect(stderr).toMatch(/core: 3 pass/);
    expect(stdout).toMatch(/core +✓ 3/);
    expect(readdirSync(out()).sort()).toEqual(['index.html', 'junit.xml', 'report.ndjson']);
    const lines = readFileSync(join(out(), 'report.ndjson'), 'utf8').trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line));
    expect(records[0]).toMatchObject({ type: 'header', spec: '1.0' });
    expect(records[1]).toMatchObject({ type: 'result', target: 'core', runtime: 'node', id: 'tiny-0', status: 'pass' });
    expect(records.at(-1)).toMatchObject({ type: 'footer', passed: true });
    expect(code).toBe(0);
  });

  test('takes a folder, and only the tests that the filter names', async () => {
    tinyFile();
    const { code, stderr } = await run('--targets', 'core', '--vectors', folder, '--out', out(), '--filter', 'tiny-1');
    expect(stderr).toMatch(/core: 1 pass/);
    expect(code).toBe(0);
  });

  test('fails when the filter leaves nothing to run', async () => {
    const { code, stdout } = await run(
      '--targets',
      'core',
      '--vectors',
      tinyFile(),
      '--out',
      out(),
      '--filter',
      'none',
    );
    expect(stdout).toMatch(/no test was run/);
    expect(code).toBe(1);
  });

  test('requires a browser in continuous integration, and says what is wrong with the given one', async () => {
    const args = ['--targets', 'core', '--vectors', tinyFile(), '--out', out()];
    const { code, stdout } = await ended(start(args, { CI: '1' }));
    expect(stdout).toContain('core (chromium) is required but unavailable: CHROME_PATH is /nowhere');
    expect(code).toBe(1);
  });

  test('fails on a wrong number, and shows it', async () => {
    // The word of -0.5 in the expected gradient becomes 0.5.
    const vectors = tinyFile((text) => text.replace('bfe0000000000000', '3fe0000000000000'));
    const { code, stdout } = await run('--targets', 'core', '--vectors', vectors, '--out', out());
    expect(stdout).toMatch(/gradient\[0\] +actual +-0\.5/);
    expect(code).toBe(1);
  });

  test('refuses an unknown target by naming the known ones', async () => {
    const { code, stderr } = await run('--targets', 'core,nobody', '--out', out());
    expect(stderr).toMatch(/unknown target "nobody"; known: core, .*tfjs-cpu, .*gpujs-webgpu/);
    expect(code).toBe(2);
    expect(existsSync(out())).toBe(false);
  });

  test('refuses a malformed vector file: names file, test and place, and runs nothing', async () => {
    tinyFile();
    const bad = join(folder, 'bad.json');
    const text = readFileSync(join(folder, 'tiny.json'), 'utf8').replaceAll('tiny-', 'bad-');
    writeFileSync(bad, text.replace('"labels":[0]', '"labels":[0.5]'));
    const { code, stdout, stderr } = await run('--targets', 'core', '--vectors', folder, '--out', out());
    expect(stderr).toContain(bad);
    expect(stderr).toMatch(/test bad-0, at \/groups\/0\/tests\/0\/inputs\/labels/);
    expect(stderr).not.toMatch(/starts/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(existsSync(out())).toBe(false);
  });

  test.each(['no such file', 'empty folder', 'no JSON'])('refuses vectors that are %s', async (what) => {
    const path = join(folder, 'vectors.json');
    if (what === 'no JSON') writeFileSync(path, '{"spec":');
    const { code, stderr } = await run('--vectors', what === 'empty folder' ? folder : path, '--out', out());
    expect(stderr).toContain('bad vector files');
    expect(code).toBe(2);
  });

  test('refuses a folder that it cannot write to, before any work', async () => {
    const { code, stderr } = await run(
      '--targets',
      'core',
      '--vectors',
      tinyFile(),
      '--out',
      join(tinyFile(), 'report'),
    );
    expect(stderr).toMatch(/tiny\.json/);
    expect(stderr).not.toMatch(/starts/);
    expect(code).toBe(2);
  });

  test.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
    '%s leaves no process, no browser and no half-written report',
    async (signal) => {
      const child = start(['--targets', 'core,gpujs-cpu', '--out', out()]);
      const browser = findBrowser() !== undefined;
      // Both runtimes are at work: a Node target, and a page in a browser with its own processes.
      await until(() => descendants(child.pid).length >= (browser ? 5 : 2));
      const started = descendants(child.pid);
      child.kill(signal);
      const code = await child.ended;
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
      await until(() => started.filter(isAlive).length === 0);
      expect(readdirSync(out())).toEqual([]);
    },
  );
});

function out(): string {
  return join(folder, 'report');
}

/** Writes the tiny suite to a file, changed when wanted. */
function tinyFile(change: (text: string) => string = (text) => text): string {
  const path = join(folder, 'tiny.json');
  writeFileSync(path, change(JSON.stringify(tinySuite(3)[0].file)));
  return path;
}

/** Runs the Node part of it only: a browser for each call would take too long. */
function run(...args: string[]): Promise<Ended> {
  return ended(start(args));
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function ended(child: ReturnType<typeof start>): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const code = await child.ended;
  return { code, stdout, stderr };
}

function start(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { CI, ...env } = process.env;
  const noBrowser = args.includes('--vectors') ? { CHROME_PATH: '/nowhere' } : {};
  const child = spawn(process.execPath, ['--conditions=@eqloss/source', main, ...args], {
    env: { ...env, ...noBrowser, ...more, NO_COLOR: '1' },
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => resolve(code));
  });
  return Object.assign(child, { ended });
}

/** Every process below one, not counting zombies, which are gone but for their number. */
function descendants(root: number | undefined): readonly number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  const processes = lines.map((line) => line.trim().split(/\s+/)).filter(([, , state]) => !state.startsWith('Z'));
  const found: number[] = [];
  let parents = [String(root)];
  while (parents.length > 0) {
    const children = processes.filter(([, parent]) => parents.includes(parent)).map(([pid]) => pid);
    found.push(...children.map(Number));
    parents = children;
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    return !/^Z/.test(execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim());
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 100) {
    if (waited > 40_000) throw new Error('this takes too long');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
