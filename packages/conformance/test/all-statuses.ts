// A run with every status that a result can have, and with hostile text wherever text comes from outside.

import type { LoadedFile } from '../src/load.ts';
import { brokenReport, unavailableReport } from '../src/open.ts';
import { type RunRecord, recordRun } from '../src/record.ts';
import type { TargetReport } from '../src/results.ts';
import { runSuite } from '../src/run.ts';
import type { Target } from '../src/target.ts';
import { answer, fakeTarget, spoil, suite, supports } from './fakes.ts';

/** Markup, an attribute's end, a link that is a program, two ends of a CDATA section, control characters, and a change of direction. */
export const hostile =
  '<script>globalThis.hacked = 1</script>"><img src=x onerror="globalThis.hacked = 2"> javascript:alert(1) ]]> ]]> \u0000\u0007\u001b[31m \u202Ereversed\u202C &amp;';

/** The suite of the fakes, as if read from a file. */
export const files: readonly LoadedFile[] = suite.map((one) => ({ ...one, hash: 'ab'.repeat(32) }));

/** Answers with every slope off by a number. */
const shift = (by: number) =>
  spoil((outputs) => ({ ...outputs, gradient: Float64Array.from(outputs.gradient ?? [], (value) => value + by) }));

const known = { reason: 'log(0) is -88', link: 'https://example.org/1', clause: 'N2' };

/** Targets `core` (passes), `off` (in Chromium), `nan`, `known`, `hostile`, `throws`, `narrow`, `no-gpu`, `gone`. */
export async function runEverything(): Promise<RunRecord> {
  const run = (name: string, how: Target['run'] = async (test) => answer(test), changes: Partial<Target> = {}) =>
    runSuite(fakeTarget(how, { name, ...changes }), files);
  const broken = async () => {
    throw new Error(hostile);
  };
  const skips = { skipped: { reason: hostile, link: 'javascript:globalThis.hacked = 3' } };
  const reports: TargetReport[] = [
    await run('core'),
    await runSuite(fakeTarget(shift(3e-12), { name: 'off' }), files, { runtime: 'chromium' }),
    await run('nan', async (test) => shift(Number.NaN)(test)),
    await runSuite(fakeTarget(shift(1), { name: 'known' }), files, {
      knownFailures: [{ ...known, target: 'known', id: '*' }],
    }),
    await run(hostile, async () => skips, {
      version: hostile,
      environment: { [hostile]: hostile, engine: 'x'.repeat(1_000_000) },
    }),
    await run('throws', broken),
    await run('narrow', undefined, { supports: { ...supports, features: ['index-labels'] } }),
    unavailableReport('no-gpu', `no adapter ${hostile}`, files),
    brokenReport('gone', `no such module ${hostile}`, files),
  ];
  return recordRun(reports, files, new Date('2026-01-02T03:04:05Z'));
}
