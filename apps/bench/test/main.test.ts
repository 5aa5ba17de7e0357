// The command itself, over every path in JavaScript, on a machine without PyTorch and GPU. No time is asserted.

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { paths } from '../src/paths.ts';
import { findTorch } from '../src/python.ts';
import { nameOf, type Report } from '../src/report.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eqloss-main-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a Python that does not exist has no torch, and says why', async () => {
  const torch = await findTorch({ EQLOSS_PYTHON: 'no-such-python' });
  expect(torch).toEqual({ reason: 'no Python with torch (no-such-python: not found)' });
});

test('a Python without torch says what it lacks', async () => {
  // Node refuses the call as a Python without torch does: it ends with words on standard error.
  const { reason } = await findTorch({ EQLOSS_PYTHON: process.execPath });
  expect(reason).toMatch(/^no Python with torch \(.+: .+\)$/);
});

// How fast a path becomes is not looked at.
const brief = ['--rounds', '2', '--warm-up', '1'];

describe('npm run bench', { timeout: 120_000 }, () => {
  test('measures every path in both forms, and writes report and plot', async () => {
    const { code, stdout, stderr } = await run(...brief, '--shapes', '4x40', '--out', folder);
    expect(stdout).toMatch(/✓ \d+ measurements, each checked against core/);
    expect(stderr).toContain(`written to ${folder}: report.json, plot.svg`);
    expect(code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['plot.svg', 'report.json']);
    expect(readFileSync(join(folder, 'plot.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);

    const report: Report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    const absent = 'unavailable: no Python with torch (no-such-python: not found)';
    expect(report.environment.torch).toBe(absent);
    expect(stdout).toContain('no-such-python');
    const words = stdout.replaceAll('\n  ', ' ');
    const lackers = (end: RegExp) => paths.filter(({ name }) => end.test(name)).map(({ name }) => name);
    expect(words).toContain(`– ${lackers(/webgl2?$/).join(', ')} unavailable: no browser, on purpose`);
    expect(words).toContain(`– ${lackers(/webgpu$/).join(', ')} unavailable: Dawn finds no WebGPU adapter`);
    const inJavaScript = paths.filter(({ host, gpu }) => host === 'node' && !gpu);
    for (const [form, layouts] of [
      ['sigmoid', 4],
      ['softmax', 5],
    ] as const) {
      for (const { name } of inJavaScript) {
        const own = report.rows.filter((row) => row.form === form && nameOf(row) === name);
        expect(own, `${name}, ${form}`).toHaveLength(layouts);
      }
    }
    expect(report.rows).toHaveLength(9 * inJavaScript.length);
    for (const row of report.rows) {
      expect(row).toMatchObject({ rows: 4, classes: 40 });
      expect([0.25, 1]).toContain(row.foreground);
      for (const value of [row.nsPerLogit, row.toCopy]) expect(value > 0 && Number.isFinite(value)).toBe(true);
      expect(row.spread).toBeGreaterThanOrEqual(0);
      expect(row).not.toHaveProperty('toTorch');
      expect(row).not.toHaveProperty('toTorchComposed');
      expect(Object.keys(row)).toEqual(expect.arrayContaining(fixedFields));
    }
    const [first] = report.rows;
    expect(first).toMatchObject({ path: 'copy', threads: 1, toCopy: 1, distance: 0 });
    expect(Number.isInteger(first.peakBytes)).toBe(true);
    expect(Object.keys(report.environment.paths).sort()).toEqual(inJavaScript.map(({ name }) => name).sort());
    const lacking = report.notes.filter(({ status }) => status === 'unavailable').map(nameOf);
    expect(lacking.sort()).toEqual(
      paths
        .filter(({ host, gpu }) => host === 'python' || gpu)
        .map(({ name }) => name)
        .sort(),
    );
    expect(report.notes.filter(({ status }) => status !== 'unavailable')).toEqual([]);
  });

  test('does a task, and no path, when it is named', async () => {
    const { code, stdout, stderr } = await run('--tasks', 'attach', '--quick', '--rounds', '2', '--out', folder);
    expect(stdout).toMatch(/^attach 10 MB +time.*\n {2}copy of the model .*\n {2}attachLoss .*\n {2}attachLoss, first/);
    expect(stderr).toContain(`bench: attach 10 MB\nbench: written to ${folder}: report.json`);
    expect(code).toBe(0);
    expect(readdirSync(folder)).toEqual(['report.json']);
    const report: Report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    expect(report.rows).toEqual([]);
    expect(report.tasks.map(({ way, rounds }) => [way, rounds])).toEqual([
      ['copy of the model', 2],
      ['attachLoss', 2],
      ['attachLoss, first call', 2],
    ]);
  });

  test('compares with a saved report', async () => {
    const few = [...brief, '--quick', '--shapes', '4x40', '--paths', 'core', '--forms', 'sigmoid'];
    await run(...few, '--out', folder);
    const old = join(folder, 'old.json');
    writeFileSync(old, readFileSync(join(folder, 'report.json')));
    const { code, stdout } = await run(...few, '--out', folder, '--compare', old);
    expect(stdout).toContain('compared with the report of ');
    expect(stdout).toMatch(/core +sigmoid 4x40 1\/4( +[\d.]+){4}\n/);
    expect(stdout).toContain('2 in both, 0 only old, 0 only new');
    expect(stdout).not.toContain('the environments differ');
    expect(code).toBe(0);
  });

  test('explains itself', async () => {
    const { code, stdout } = await run('--help');
    expect(stdout).toMatch(/^usage: npm run bench/);
    expect(code).toBe(0);
  });

  test.each([
    ['an unknown path', ['--paths', 'nobody'], /bench: unknown path "nobody"; known: copy/],
    ['an unknown task', ['--tasks', 'nothing'], /bench: unknown task "nothing"; known: all, attach/],
    ['an unknown option', ['--fast'], /bench: .*--fast/],
    ['a report that is none', ['--compare', main], /bench: .*is no JSON/],
    ['a folder that cannot be', ['--out', join(main, 'report')], /bench: .*main\.ts/],
  ])('refuses %s before any work', async (_, args, message) => {
    const { code, stdout, stderr } = await run('--out', join(folder, 'out'), ...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('sigmoid 512x1203');
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')('leaves no process, no report and no folder when it is ended', async () => {
    const args = ['--conditions=@eqloss/source', main, '--paths', 'core,wasm', '--rounds', '1000', '--out', folder];
    // Its temporary folder lies in ours.
    const env = { ...process.env, EQLOSS_PYTHON: 'no-such-python', TMPDIR: folder };
    const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    await expect.poll(() => [childrenOf(child.pid).length, readdirSync(folder).length], poll).toEqual([3, 1]);
    const started = childrenOf(child.pid);
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    await expect.poll(() => started.filter((pid) => existsSync(`/proc/${pid}`)), poll).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** What readers of report.json rely on, besides `toTorch` and `peakBytes`, which not every row has. */
const fixedFields = ['path', 'form', 'rows', 'classes', 'threads', 'foreground', 'nsPerLogit', 'spread', 'toCopy'];

const poll = { timeout: 20_000 };

function childrenOf(pid: number | undefined): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  const gpu = { CHROME_PATH: '', EQLOSS_NO_BROWSER: 'no browser, on purpose', VK_ICD_FILENAMES: 'no-such-driver.json' };
  const env = { ...process.env, EQLOSS_PYTHON: 'no-such-python', ...gpu };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=@eqloss/source', main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
