import { execFileSync, spawn } from 'node:child_process';
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { suite, supports } from '../test/fakes.ts';
import { defaultMemoryLimit, memoryOf } from './memory.ts';
import { countStatuses, type TargetReport } from './results.ts';
import { runSuite } from './run.ts';
import { stdioTarget } from './stdio.ts';
import { Unavailable } from './unavailable.ts';

// Each test starts a few processes, and some wait for a time limit.
vi.setConfig({ testTimeout: 60_000 });

const program = fileURLToPath(new URL('../test/child.ts', import.meta.url));
const start = (manner: string, extra = '') => stdioTarget(process.execPath, [program, manner, extra]);

const started = { type: 'started', protocol: 1, name: 'fake', version: '1', environment: {}, supports };

async function runAs(manner: string, timeout = 20_000): Promise<TargetReport> {
  const target = await start(manner);
  try {
    return await runSuite(target, suite, { timeout });
  } finally {
    await target.stop?.();
  }
}

const spoilt = (report: TargetReport) => report.results.find(({ id }) => id === 'mean-two-rows');

/** Processes of this machine whose command line has the text. */
function processesWith(text: string): string[] {
  const list = execFileSync('ps', ['-eo', 'pid,stat,args'], { encoding: 'utf8' });
  return list.split('\n').filter((line) => line.includes(text));
}

test.each(['honest', 'noisy-console'])('a program that is %s passes everything', async (manner) => {
  const report = await runAs(manner);
  expect(countStatuses(report.results)).toEqual({ pass: 4 });
  expect(report).toMatchObject({ target: 'fake', version: '1.0.0', environment: { engine: 'none' } });
});

test.each([
  [
    'endless-line',
    'printed a line of more than the 1 MB that a reply may have on standard output, beginning with "xxx',
  ],
  [
    'endless-lines',
    'printed more than 1 MB on standard output that is no reply, beginning with "junk", and was stopped',
  ],
  ['gigantic', 'printed a line of more than the 1 MB that a reply may have on standard output, beginning with "{'],
])(
  '%s: stopped at once, started again for the next test',
  async (manner, words) => {
    // Far below the time limit, which would end it too.
    const report = await runAs(manner);
    expect(spoilt(report)?.reason).toContain(words);
    expect(countStatuses(report.results)).toEqual({ error: 1, pass: 3 });
  },
  15_000,
);

test('endless-errors: stopped at once, and the end of them is shown', async () => {
  const before = process.memoryUsage().rss;
  const report = await runAs('endless-errors');
  expect(spoilt(report)?.reason).toMatch(
    // It may be stopped in the middle of a line.
    /^printed more than 64 MB on standard error, and was stopped; its standard error ends with:\n.*warning: slow(\n[warnig: slo]*)?$/s,
  );
  expect(spoilt(report)?.reason?.length).toBeLessThan(500);
  expect(countStatuses(report.results)).toEqual({ error: 1, pass: 3 });
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
}, 15_000);

test('an endless line that nobody waits for ends the program too', async () => {
  const script = `
    const { writeSync } = require('node:fs');
    const started = ${JSON.stringify(JSON.stringify(started))};
    process.stdin.once('data', () => {
      writeSync(1, started + '\\n');
      const text = 'x'.repeat(65536);
      for (;;) try { writeSync(1, text); } catch {}
    });`;
  const target = await stdioTarget(process.execPath, ['-e', script]);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const { results } = await runSuite(target, suite, { timeout: 5000 });
  expect(results[0].reason).toContain('more than the 1 MB that a reply may have');
}, 30_000);

test.skipIf(process.platform !== 'linux')(
  'a program that uses too much memory is stopped',
  async () => {
    const target = await stdioTarget(process.execPath, [program, 'hungry'], { memory: 300 });
    const report = await runSuite(target, suite);
    await target.stop?.();
    expect(spoilt(report)?.reason).toBe('used more than 300 MB of memory, and was stopped');
    expect(countStatuses(report.results)).toEqual({ error: 1, pass: 3 });
  },
  30_000,
);

test.skipIf(process.platform !== 'linux')('what a program started counts too, by its group', async () => {
  const child = spawn(
    'sh',
    ['-c', `"${process.execPath}" -e "global.kept = Buffer.alloc(2 ** 28, 1); setInterval(() => {}, 1e3)" & wait`],
    {
      detached: true,
    },
  );
  try {
    await expect.poll(() => memoryOf(child.pid as number), { timeout: 10_000 }).toBeGreaterThan(256);
    expect(memoryOf(child.pid as number)).toBeLessThan(1000);
  } finally {
    process.kill(-(child.pid as number), 'SIGKILL');
  }
  expect(memoryOf(2 ** 30)).toBe(0);
});

test('the memory that is allowed by default is a part of what there is', () => {
  expect(defaultMemoryLimit()).toBeGreaterThan(100);
  expect(defaultMemoryLimit()).toBeLessThan(totalmem() / 2 ** 20);
});

test('after two restarts the target is gone', async () => {
  const report = await runAs('always-crash');
  const reasons = report.results.map(({ reason }) => reason);
  expect(reasons.slice(0, 3)).toEqual(Array(3).fill('the process ended with code 3'));
  expect(reasons[3]).toContain('target is gone: it was restarted 2 times');
  expect(countStatuses(report.results)).toEqual({ error: 4 });
});

test('an unavailable program says why', async () => {
  await expect(start('unavailable')).rejects.toThrow(Unavailable);
  await expect(start('unavailable')).rejects.toThrow('no such device');
});

test('a program that does not exist is told by name', async () => {
  await expect(stdioTarget('no-such-program-here')).rejects.toThrow('cannot start no-such-program-here');
});

test('a program that never speaks is killed when the time is over', async () => {
  const mark = `silent-${process.pid}`;
  const silent = stdioTarget(process.execPath, ['-e', 'setInterval(() => {}, 1000)', mark], { timeout: 300 });
  await expect(silent).rejects.toThrow('no answer within 0.3 s');
  expect(processesWith(mark)).toEqual([]);
});

test('nothing is left behind: neither the program nor what it started', async () => {
  const mark = `descendant-${process.pid}`;
  const target = await start('descendant', mark);
  const report = await runSuite(target, suite);
  expect(spoilt(report)?.reason).toContain('descendant ');
  expect(processesWith(mark).filter((line) => line.includes('setInterval'))).toEqual([]);
  await target.stop?.();
  expect(processesWith(mark)).toEqual([]);
});

test('a program that hangs while it starts is shown with what it said on standard error', async () => {
  const script = 'console.error("waiting for the device"); setInterval(() => {}, 1000)';
  const hanging = stdioTarget(process.execPath, ['-e', script], { timeout: 1000 });
  await expect(hanging).rejects.toThrow(
    /^no answer within 1 s; .*; its standard error ends with:\nwaiting for the device$/,
  );
});

test('a program that says nothing at all is asked whether it flushes', async () => {
  const silent = stdioTarget(process.execPath, [program, 'silent'], { timeout: 2000 });
  await expect(silent).rejects.toThrow(
    'no answer within 2 s; nothing at all came on standard output: does the program',
  );
});
