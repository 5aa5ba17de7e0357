// What is timed, what is refused, and that each task does its work: tiny ones, in processes of their own.

import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Child } from '../src/child.ts';
import type { Request } from '../src/messages.ts';
import { failuresOf } from '../src/report.ts';
import { type MeasuredTasks, runTasks, type TaskPlan } from '../src/run-tasks.ts';
import type { AttachTask } from '../src/tasks/attach.ts';
import type { GpujsStepTask } from '../src/tasks/gpujs-step.ts';
import type { HeadTask } from '../src/tasks/head.ts';
import type { RunOneTask } from '../src/tasks/run-one.ts';
import type { WaysTask } from '../src/tasks/ways.ts';
import type { TaskGroup, Way } from '../src/tasks.ts';
import { makeReport } from './reports.ts';

const failures = ({ tasks, notes }: MeasuredTasks) => failuresOf(makeReport({ tasks, notes }));

/** What a way that lives in this process does. */
interface FakeWay {
  /** Of a call; that of the first call when it differs. */
  readonly nanoseconds?: number;
  readonly first?: number;
  readonly value?: number;
  readonly peakBytes?: number;
  readonly diesAt?: Request['type'];
  readonly unavailable?: string;
}

async function run(
  fakes: Readonly<Record<string, FakeWay & { readonly cold?: boolean }>>,
  more: Partial<TaskGroup> = {},
) {
  const events: string[] = [];
  const folders = new Set<string>();
  const ways = Object.entries(fakes).map(([name, { cold }]): Way => ({ name, module: name, options: {}, cold }));
  const start: TaskPlan['start'] = async ({ name }, folder) => {
    folders.add(folder);
    const { nanoseconds = 1e7, first = nanoseconds, value, peakBytes, diesAt, unavailable } = fakes[name];
    if (unavailable !== undefined) return { unavailable };
    events.push(`${name} start`);
    const ask = async (request: Request): Promise<unknown> => {
      events.push(`${name} ${request.type}${request.type === 'round' ? ` ${request.calls}` : ''}`);
      if (request.type === diesAt) throw new Error('its process ended with code 3');
      if (request.type === 'round') return { type: 'timed', nanoseconds: nanoseconds * request.calls, peakBytes };
      return { type: 'prepared', first, nanoseconds, value };
    };
    const child = { environment: { engine: `fake ${name}` }, ask, stop: () => events.push(`${name} stop`) };
    return child as unknown as Child;
  };
  const group: TaskGroup = { task: 'work', size: 'small', ways, ...more };
  const measured = await runTasks({ tasks: [group], rounds: 3, warmUp: 1, start });
  return { ...measured, events, folders };
}

describe('a task', () => {
  test('is timed in turns of its ways, once all are at hand', async () => {
    const measured = await run({ a: {}, b: { nanoseconds: 2e7, peakBytes: 7 } });
    expect(measured.events).toEqual([
      ...['a start', 'a prepare', 'b start', 'b prepare'],
      ...['a round 1', 'b round 1', 'b round 1', 'a round 1', 'a round 1', 'b round 1'],
      ...['a stop', 'b stop'],
    ]);
    expect(measured.tasks).toMatchObject([
      { task: 'work', way: 'a', size: 'small', nanoseconds: 1e7, rounds: 3, by: 'a', ratio: 1 },
      { task: 'work', way: 'b', nanoseconds: 2e7, ratio: 2 },
    ]);
    expect(measured.tasks[1]).not.toHaveProperty('peakBytes');
    expect(measured.paths).toEqual({ 'task work': { engine: 'fake b' } });
    expect(failures(measured)).toEqual([]);
  });

  test('of cheap calls is timed in batches of 5 ms, each after one call that warms the caches again', async () => {
    const { events, tasks } = await run({ a: { nanoseconds: 1e6 } });
    expect(events.filter((event) => event.startsWith('a round'))).toEqual(
      Array(3).fill(['a round 1', 'a round 5']).flat(),
    );
    expect(tasks[0].nanoseconds).toBe(1e6);
  });

  test('has fewer rounds where it says so, and memory where that is a question', async () => {
    const { tasks } = await run({ a: { peakBytes: 50 }, b: { peakBytes: 10 } }, { rounds: 2, memory: true });
    expect(tasks.map(({ rounds, peakBytes, peakRatio }) => [rounds, peakBytes, peakRatio])).toEqual([
      [2, 50, 1],
      [2, 10, 0.2],
    ]);
  });

  test('that is cold has a process for each first call', async () => {
    const { events, tasks } = await run({ a: {}, b: { cold: true, first: 9e7 } });
    const own = events.filter((event) => event.startsWith('b '));
    expect(own).toEqual(Array(4).fill(['b start', 'b prepare', 'b stop']).flat());
    expect(tasks[1]).toMatchObject({ nanoseconds: 9e7, ratio: 9, rounds: 3 });
  });

  test('leaves no folder', async () => {
    const { folders } = await run({ a: {}, b: {} });
    expect(folders.size).toBe(1);
    expect([...folders].some(existsSync)).toBe(false);
  });
});

describe('a way', () => {
  test('that comes to something else is named, never timed, and fails the run', async () => {
    const measured = await run({ a: { value: 2 }, b: { value: 2.001 }, c: { value: 2.00001 }, d: {} });
    expect(failures(measured)).toEqual(['work wrong in small b: it comes to 2.001; those before it to 2']);
    expect(measured.events.filter((event) => event.startsWith('b '))).toEqual(['b start', 'b prepare', 'b stop']);
    expect(measured.tasks.map(({ way }) => way)).toEqual(['a', 'c', 'd']);
  });

  test('that comes to NaN is wrong, too', async () => {
    const measured = await run({ a: { value: 2 }, b: { value: Number.NaN } });
    expect(measured.notes).toMatchObject([{ path: 'work', status: 'wrong', where: 'small b' }]);
  });

  test.each(['prepare', 'round'] as const)('that dies at "%s" fails the run; the others go on', async (diesAt) => {
    const measured = await run({ a: { diesAt }, b: {} }, { form: 'sigmoid' });
    expect(failures(measured)).toEqual(['work failed in sigmoid small a: its process ended with code 3']);
    expect(measured.tasks).toMatchObject([{ way: 'b', by: 'a', rounds: 3 }]);
    expect(measured.tasks[0].ratio).toBeUndefined();
    expect(measured.events.at(-1)).toMatch(/stop$/);
  });

  test('that this machine lacks is named, and does not fail the run', async () => {
    const measured = await run({ a: {}, b: { unavailable: 'no engine' } });
    expect(measured.notes).toMatchObject([
      { path: 'work', status: 'unavailable', where: 'small b', reason: 'no engine' },
    ]);
    expect(failures(measured)).toEqual([]);
  });
});

describe('in processes', { timeout: 120_000 }, () => {
  const way = <T extends object>(module: string, name: string, options: T, cold?: boolean): Way => {
    return { name, module, options: options as Way['options'], cold };
  };
  const measure = (group: Omit<TaskGroup, 'size'>) =>
    runTasks({ tasks: [{ size: 'tiny', ...group }], rounds: 2, warmUp: 1 });
  const complete = ({ tasks, notes }: MeasuredTasks, ways: readonly Way[]): void => {
    expect(notes).toEqual([]);
    expect(tasks.map((row) => row.way)).toEqual(ways.map(({ name }) => name));
    for (const { nanoseconds, ratio = 0, rounds } of tasks) {
      expect(nanoseconds > 0 && ratio > 0 && Number.isFinite(ratio)).toBe(true);
      expect(rounds).toBe(2);
    }
  };

  test('a loss is attached, cold and warm', async () => {
    const model = { features: 4, classes: 10 };
    const ways = [
      way<AttachTask>('attach', 'copy', { way: 'copy', ...model }),
      way<AttachTask>('attach', 'attach', { way: 'attach', ...model }),
      way<AttachTask>('attach', 'cold', { way: 'attach', ...model }, true),
    ];
    complete(await measure({ task: 'attach', ways }), ways);
  });

  test.each(['sigmoid', 'softmax'] as const)('one row is run, %s form', async (form) => {
    const ways = (['nothing', 'graph', 'run'] as const).map((name) =>
      way<RunOneTask>('run-one', name, { way: name, form, classes: 45 }),
    );
    const measured = await measure({ task: 'run-one', form, ways });
    complete(measured, ways);
    expect(measured.paths['task run-one'].engine).toMatch(/^onnxruntime-node \d/);
  });

  test.each([
    ['sigmoid', ['plain', 'nan', 'one-hot', 'soft']],
    ['softmax', ['plain', 'nan', 'one-hot', 'soft', 'class', 'given', 'drawn']],
  ] as const)('batches of every kind are run, %s form', async (form, names) => {
    const ways = names.map((name) => way<WaysTask>('ways', name, { way: name, form, rows: 8, classes: 40 }));
    complete(await measure({ task: 'ways', form, ways }), ways);
  });

  test.each(['sigmoid', 'softmax'] as const)('heads are trained at once and in pieces, %s form', async (form) => {
    const options: HeadTask = { form, rows: 8, features: 4, classes: 30, optimizer: 'momentum', chunk: 7 };
    const ways = [
      way<HeadTask>('head', 'whole', { ...options, chunk: false }),
      way<HeadTask>('head', 'pieces', options),
      way<HeadTask>('head', 'adamw', { ...options, optimizer: 'adamw' }),
    ];
    const measured = await measure({ task: 'head', form, ways, memory: true });
    complete(measured, ways);
    for (const { peakBytes } of measured.tasks) expect(Number.isInteger(peakBytes)).toBe(true);
  });

  test.each([
    ['sigmoid', 'cpu'],
    ['softmax', 'cpu'],
    ['sigmoid', 'webasm'],
    ['softmax', 'webasm'],
  ] as const)('a layer is trained in gpu.js, %s form in mode %s', async (form, mode) => {
    const step = { mode, form, rows: 8, features: 4, classes: 30 };
    const ways = (['read back', 'pipelined'] as const).map((name) =>
      way<GpujsStepTask>('gpujs-step', name, { way: name, ...step }),
    );
    const measured = await measure({ task: 'step', form, ways });
    complete(measured, ways);
    expect(measured.paths['task step']).toMatchObject({ engine: expect.stringMatching(/^gpu\.js \d/), backend: mode });
  });

  test('a task that there is not, or that gets nonsense, tells its last words', async () => {
    const ways = [way('nobody', 'a', {}), way<HeadTask>('head', 'b', {} as HeadTask)];
    const measured = await measure({ task: 'wrong', ways });
    expect(failures(measured)).toEqual([
      expect.stringMatching(/^wrong failed in tiny a: Cannot find module/),
      expect.stringMatching(/^wrong failed in tiny b: /),
      'nothing was measured',
    ]);
  });
});
