// What goes wrong in one target stays there.

import { fileURLToPath } from 'node:url';
import { stdioTarget, type TargetReport, Unavailable } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import { findBrowser, lookForBrowser } from '../../../scripts/browser.mjs';
import { runAll } from '../src/run-all.ts';
import { selectRuns } from '../src/targets.ts';
import { tinySuite } from './tiny-suite.ts';

const statuses = (report: TargetReport) => report.results.map(({ status }) => status);
const inNode = (...names: string[]) => selectRuns(names).filter(({ runtime }) => runtime === 'node');
const crashing = (...faults: string[]) =>
  stdioTarget(process.execPath, [fileURLToPath(new URL('./crashing.mjs', import.meta.url)), ...faults]);

describe('a run over all targets', { timeout: 120_000 }, () => {
  test('goes on after a crash, within the target and with the others', async () => {
    const { nodeTarget } = await import('../src/node-target.ts');
    const reports = await runAll(inNode('core', 'tfjs-cpu'), tinySuite(4), {
      openNode: (name, timeout) => (name === 'core' ? nodeTarget(name, timeout) : crashing('exit:tiny-1')),
    });
    expect(reports.map(({ target }) => target)).toEqual(['core', 'tfjs-cpu']);
    expect(statuses(reports[0])).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(statuses(reports[1])).toEqual(['pass', 'error', 'pass', 'pass']);
    expect(reports[1].results[1].reason).toMatch(/ended with code 3/);
  });

  test('goes on after a hang', async () => {
    const [report] = await runAll(inNode('tfjs-cpu'), tinySuite(3), {
      openNode: () => crashing('hang:tiny-1'),
      timeout: 4000,
    });
    expect(statuses(report)).toEqual(['pass', 'error', 'pass']);
    expect(report.results[1].reason).toMatch(/no answer within 4 s/);
  });

  test('reports a target that does not start, and one that this machine lacks', async () => {
    const reports = await runAll(inNode('tfjs-cpu', 'tfjs-wasm', 'ort-cpu'), tinySuite(2), {
      openNode: async (name) => {
        if (name === 'tfjs-cpu') throw new TypeError('cannot be loaded');
        if (name === 'tfjs-wasm') throw new Unavailable('not made for this machine');
        return { ...(await crashing()), name };
      },
    });
    expect(reports[0].harness).toMatch(/did not start: cannot be loaded/);
    expect(reports[1].unavailable).toBe('not made for this machine');
    expect(statuses(reports[2])).toEqual(['pass', 'pass']);
  });

  test('has no page without a browser, and says so', async () => {
    const runs = selectRuns(['core']).filter(({ runtime }) => runtime === 'chromium');
    const [missing] = await runAll(runs, tinySuite(1), { browser: { reason: 'it was eaten' } });
    expect(missing.unavailable).toBe('it was eaten');
    const [broken] = await runAll(runs, tinySuite(1), { browser: { path: process.execPath } });
    expect(broken.unavailable).toMatch(/does not start/);
  });

  test.skipIf(!findBrowser())('runs a page in the browser', async () => {
    const runs = selectRuns(['core']).filter(({ runtime }) => runtime === 'chromium');
    const [report] = await runAll(runs, tinySuite(2), { browser: lookForBrowser() });
    expect(report).toMatchObject({ target: 'core', runtime: 'chromium' });
    expect(report.environment?.runtime).toMatch(/^Chromium \d+/);
    expect(statuses(report)).toEqual(['pass', 'pass']);
  });
});
