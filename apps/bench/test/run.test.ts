// What is timed, what is refused, and what goes wrong in one path stays there.

import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { groupsOf } from '../src/cases.ts';
import { selectPaths } from '../src/paths.ts';
import { failuresOf } from '../src/report.ts';
import { type Measured, type Plan, runBench } from '../src/run.ts';
import { startWorker } from '../src/worker.ts';
import { type Event, type Fake, fakeEntry, fakeStart } from './fakes.ts';
import { makeReport } from './reports.ts';

const shape = { rows: 4, classes: 40 };
const single = groupsOf([shape], ['sigmoid'], 'first');
const plan: Plan = { groups: single, entries: [], torch: { reason: 'no Python' }, rounds: 3, warmUp: 1, budget: 1000 };

async function run(fakes: Readonly<Record<string, Fake>>, more: Partial<Plan> = {}) {
  const events: Event[] = [];
  const entries = Object.keys(fakes).map((name) => fakeEntry(name));
  const measured = await runBench({ ...plan, entries, start: fakeStart(fakes, events), ...more });
  const asked = (name: string) => events.filter((event) => event.name === name).map(({ type }) => type);
  return { ...measured, events, asked };
}

const failures = ({ rows, notes }: Measured) => failuresOf(makeReport({ rows, notes }));

describe('a run', () => {
  test('reports times by logit and by copy', async () => {
    const measured = await run({ copy: { nanoseconds: 1000 }, wasm: { nanoseconds: 4000 } });
    expect(failures(measured)).toEqual([]);
    expect(measured.rows).toMatchObject([
      { path: 'copy', form: 'sigmoid', ...shape, foreground: 0.25, nsPerLogit: 1000 / 160, toCopy: 1, spread: 0 },
      { path: 'wasm', nsPerLogit: 25, toCopy: 4, distance: 0, rounds: 3, peakBytes: 1234 },
    ]);
    expect(measured.rows[1].toTorch).toBeUndefined();
    expect(measured.paths).toEqual({ copy: { engine: 'fake copy' }, wasm: { engine: 'fake wasm' } });
  });

  test('checks every path before any is timed, and times them in turns', async () => {
    const { events } = await run({ copy: { nanoseconds: 1e7 }, a: { nanoseconds: 1e7 }, b: { nanoseconds: 1e7 } });
    const done = (type: Event['type']) => events.filter((event) => event.type === type).map(({ name }) => name);
    expect(done('round')).toEqual(['copy', 'a', 'b', 'a', 'b', 'copy', 'b', 'copy', 'a']);
    const last = events.map(({ type }) => type).lastIndexOf('open');
    expect(last).toBeLessThan(events.findIndex(({ type }) => type === 'round'));
    expect(done('stop')).toEqual(['copy', 'a', 'b']);
  });

  test('times cheap calls in batches of 5 ms, each after one call that warms the caches again', async () => {
    const { events } = await run({ copy: { nanoseconds: 1e6 } }, { rounds: 2 });
    expect(events.filter(({ type }) => type === 'round').map(({ calls }) => calls)).toEqual([1, 5, 1, 5]);
  });

  test('gives slow paths fewer turns, two at least', async () => {
    const { rows } = await run(
      { copy: {}, slow: { nanoseconds: 1e8 }, slower: { nanoseconds: 2e9 } },
      { rounds: 20, budget: 500 },
    );
    expect(rows.map(({ path, rounds }) => [path, rounds])).toEqual([
      ['copy', 20],
      ['slow', 5],
      ['slower', 2],
    ]);
  });

  test('measures a path that takes a quarter of a second in the first case of a group only', async () => {
    const groups = groupsOf([shape], ['sigmoid'], 'all');
    const { rows, notes, asked } = await run({ copy: {}, slow: { nanoseconds: 3e8 } }, { groups });
    expect(rows.map(({ path }) => path)).toEqual(['copy', 'slow', 'copy', 'copy', 'copy']);
    expect(notes).toMatchObject([{ path: 'slow', status: 'left out', where: 'sigmoid 4x40' }]);
    expect(notes[0].reason).toMatch(/a call takes 0\.3 s/);
    // Once before it counts, and once in the first case.
    expect(asked('slow').filter((type) => type === 'open')).toHaveLength(2);
  });

  test('leaves out batches that are too large for a path, and says so once', async () => {
    const events: Event[] = [];
    const entries = [fakeEntry('copy'), fakeEntry('small', { mostLogits: 160 })];
    const groups = groupsOf([shape, { rows: 5, classes: 40 }, { rows: 6, classes: 40 }], ['sigmoid'], 'first');
    const measured = await runBench({ ...plan, groups, entries, start: fakeStart({}, events) });
    expect(measured.rows.map(({ path, rows }) => `${path} ${rows}`)).toEqual(['copy 4', 'small 4', 'copy 5', 'copy 6']);
    expect(measured.notes).toMatchObject([{ path: 'small', status: 'left out' }]);
    expect(measured.notes[0].reason).toContain('more than 160 logits');
    expect(failures(measured)).toEqual([]);
    expect(events.filter(({ name, type }) => name === 'small' && type === 'start')).toHaveLength(1);
  });

  test('leaves out batches of more classes than a path bears, whoever names it', async () => {
    const entries = [fakeEntry('copy'), fakeEntry('narrow', { mostClasses: 40 })];
    const groups = groupsOf(
      [
        { rows: 9, classes: 40 },
        { rows: 1, classes: 41 },
      ],
      ['sigmoid'],
      'first',
    );
    const measured = await runBench({ ...plan, groups, entries, start: fakeStart({}, []) });
    expect(measured.rows.map(({ path, rows }) => `${path} ${rows}`)).toEqual(['copy 9', 'narrow 9', 'copy 1']);
    expect(measured.notes).toMatchObject([{ path: 'narrow', status: 'left out' }]);
    expect(measured.notes[0].reason).toContain('more than 40 classes');
    expect(failures(measured)).toEqual([]);
    expect(selectPaths(['gpujs-naive-cpu'])[1]).toMatchObject({ mostLogits: undefined, mostClasses: 2048 });
  });

  test('leaves out a form that a path does not have', async () => {
    const events: Event[] = [];
    const entries = [fakeEntry('copy'), fakeEntry('half', { forms: ['softmax'] })];
    const groups = groupsOf([shape], ['sigmoid', 'softmax'], 'first');
    const { rows } = await runBench({ ...plan, groups, entries, start: fakeStart({}, events) });
    expect(rows.map(({ path, form }) => `${path} ${form}`)).toEqual(['copy sigmoid', 'copy softmax', 'half softmax']);
  });

  test('leaves no folder', async () => {
    const { events } = await run({ copy: {} });
    const { folder = '' } = events.find(({ type }) => type === 'open') ?? {};
    expect(basename(dirname(folder))).toMatch(/^eqloss-bench-/);
    expect(existsSync(dirname(folder))).toBe(false);
  });
});

describe('a wrong path', () => {
  // 160 logits, 4 rows: the gradient of the sum is off by 4 times what is added to that of the mean.
  test.each([
    ['loss', { lossError: 1e-3 }],
    ['one entry of the gradient', { gradientError: 1e-6 }],
    ['loss, which is NaN', { lossError: Number.NaN }],
    ['one entry of the gradient, which is NaN', { gradientError: Number.NaN }],
  ])('in its %s is named, never timed, and fails the run', async (_, fake) => {
    const measured = await run({ copy: {}, wrong: fake, right: {} });
    expect(measured.notes).toMatchObject([{ path: 'wrong', status: 'wrong', where: 'sigmoid 4x40 1/4' }]);
    expect(measured.notes[0].reason).toMatch(/times as far from core as SPEC N4 allows/);
    expect(measured.asked('wrong')).toEqual(['start', 'open', 'stop']);
    expect(measured.rows.map(({ path }) => path)).toEqual(['copy', 'right']);
    expect(failures(measured)).toHaveLength(1);
  });

  test('is one beyond its own tolerance', async () => {
    const entries = [fakeEntry('copy'), fakeEntry('lenient', { tolerance: 5 })];
    // The expected loss is about 5: the bound is 2e-6 times that.
    const measured = await run({ lenient: { lossError: 2e-5 } }, { entries });
    expect(measured.notes).toEqual([]);
    expect(measured.rows[1].distance).toBeGreaterThan(1);
  });

  test('is not measured in later cases of its group either', async () => {
    const groups = groupsOf([shape], ['softmax'], 'all');
    const measured = await run({ copy: {}, wrong: { lossError: 1 } }, { groups });
    expect(measured.notes).toHaveLength(1);
    expect(measured.rows.map(({ path }) => path)).toEqual(groups[0].map(() => 'copy'));
  });

  test('alone leaves nothing measured', async () => {
    const measured = await run({ copy: { gradientError: 1 } });
    expect(failures(measured)).toEqual([expect.stringMatching(/^copy wrong/), 'nothing was measured']);
  });
});

describe('a path that dies', () => {
  test.each(['open', 'round', 'close'] as const)('at "%s" fails the run; the others go on', async (diesAt) => {
    const measured = await run({ copy: {}, dying: { diesAt }, other: {} });
    expect(measured.rows.map(({ path }) => path)).toEqual(['copy', 'other']);
    expect(failures(measured)).toEqual(['dying failed in sigmoid 4x40 1/4: its process ended with code 3']);
    expect(measured.asked('other').at(-1)).toBe('stop');
  });

  test('as a real process is told from its answers', { timeout: 30_000 }, async () => {
    const measured = await runBench({
      ...plan,
      entries: selectPaths(['typescript-naive', 'core']),
      start: async (entry, python) => {
        const worker = await startWorker(entry, python);
        if (entry.name !== 'core' || 'unavailable' in worker) return worker;
        const ask: typeof worker.ask = (request, type) => {
          if (request.type === 'round') worker.stop();
          return worker.ask(request, type);
        };
        return { ...worker, ask };
      },
    });
    expect(measured.rows.map(({ path }) => path)).toEqual(['copy', 'typescript-naive']);
    expect(failures(measured)).toEqual(['core failed in sigmoid 4x40 1/4: its process ended with SIGKILL']);
  });

  test('before it is ready tells its last words', { timeout: 30_000 }, async () => {
    const [nobody] = [fakeEntry('nobody')];
    await expect(startWorker(nobody, undefined)).rejects.toThrow(
      /^its process ended with code 1; it said: RangeError: no path nobody in the list$/,
    );
    const python = fakeEntry('torch-bce', { host: 'python' });
    await expect(startWorker(python, 'no-such-python')).rejects.toThrow(/cannot start no-such-python/);
    const measured = await runBench({ ...plan, entries: [...selectPaths(['copy']), nobody] });
    expect(measured.rows.map(({ path }) => path)).toEqual(['copy']);
    expect(failures(measured)).toEqual([expect.stringMatching(/^nobody failed: its process ended with code 1/)]);
  });
});

test('a path that this machine lacks is named once, and does not fail the run', async () => {
  const groups = groupsOf([shape], ['sigmoid', 'softmax'], 'first');
  const events: Event[] = [];
  const start = fakeStart({}, events);
  const measured = await runBench({
    ...plan,
    groups,
    entries: [fakeEntry('copy'), fakeEntry('missing'), fakeEntry('torch-bce', { host: 'python' })],
    start: async (entry) => (entry.name === 'missing' ? { entry, unavailable: 'not here' } : start(entry)),
  });
  expect(measured.notes).toEqual([
    { path: 'missing', threads: 1, status: 'unavailable', reason: 'not here' },
    { path: 'torch-bce', threads: 1, status: 'unavailable', reason: 'no Python' },
  ]);
  expect(failures(measured)).toEqual([]);
});
