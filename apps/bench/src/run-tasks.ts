// Runs tasks: one process a way, all ways of a task at hand, one at work at any time.

import { type Child, nodeCommand, startChild } from './child.ts';
import { inFolder } from './folder.ts';
import { interleave } from './order.ts';
import type { Note } from './report.ts';
import { type TaskRow, type TaskTiming, taskRowsOf, taskWords } from './task-rows.ts';
import type { TaskGroup, Way } from './tasks.ts';
import { callsFor } from './turns.ts';

/** How thoroughly to measure. */
export interface TaskPlan {
  readonly tasks: readonly TaskGroup[];
  /** Turns of a way. */
  readonly rounds: number;
  /** Milliseconds that a way should warm up. */
  readonly warmUp: number;
  /** Starts a way; a test puts its own here. */
  readonly start?: (way: Way, folder: string) => Promise<Child | { readonly unavailable: string }>;
  readonly onTask?: (words: string) => void;
}

/** What came of it. */
export interface MeasuredTasks {
  readonly tasks: readonly TaskRow[];
  readonly notes: readonly Note[];
  /** What each task's processes said of themselves. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** How far apart, by the larger one, ways may be that do the same work. Sums of many terms in single precision. */
const APART = 1e-5;

/** Measures every way of every task. */
export async function runTasks(plan: TaskPlan): Promise<MeasuredTasks> {
  const tasks: TaskRow[] = [];
  const notes: Note[] = [];
  const paths: Record<string, Readonly<Record<string, string>>> = {};
  await inFolder('tasks', async (folder) => {
    for (const group of plan.tasks) {
      plan.onTask?.(taskWords(group));
      tasks.push(...taskRowsOf(group, await runGroup(group, plan, folder, notes, paths)));
    }
  });
  return { tasks, notes, paths };
}

interface Measuring {
  readonly way: Way;
  /** Of a cold way: there is none between its turns. */
  readonly child: Child | undefined;
  readonly calls: number;
  readonly nanoseconds: number[];
  peakBytes: number | undefined;
}

async function runGroup(
  group: TaskGroup,
  plan: TaskPlan,
  folder: string,
  notes: Note[],
  paths: Record<string, Readonly<Record<string, string>>>,
): Promise<readonly TaskTiming[]> {
  const children = new Set<Child>();
  const give = ({ name }: Way, status: Note['status'], reason: string): void => {
    const where = [group.form, group.size, name].filter(Boolean).join(' ');
    notes.push({ path: group.task, threads: 1, status, where, reason });
  };
  const begin = async (way: Way): Promise<Child | undefined> => {
    const child = await (plan.start ?? startWay)(way, folder);
    if ('unavailable' in child) {
      give(way, 'unavailable', child.unavailable);
      return undefined;
    }
    children.add(child);
    if (Object.keys(child.environment).length > 0) paths[`task ${group.task}`] = child.environment;
    return child;
  };
  const end = (child: Child): void => {
    children.delete(child);
    child.stop();
  };
  try {
    const ready = await prepareWays(group, plan, begin, end, give);
    const rounds = Math.min(plan.rounds, group.rounds ?? plan.rounds);
    const gone = new Set<Measuring>();
    for (const index of interleave(ready.map(() => rounds))) {
      const measuring = ready[index];
      if (gone.has(measuring)) continue;
      try {
        await (measuring.child ? timeWarm(measuring, measuring.child) : timeCold(measuring, begin, end));
      } catch (error) {
        gone.add(measuring);
        give(measuring.way, 'failed', (error as Error).message);
      }
    }
    return ready.filter((measuring) => !gone.has(measuring)).map(({ way: { name }, ...rest }) => ({ name, ...rest }));
  } finally {
    for (const child of children) child.stop();
  }
}

/** Starts every way and has it do its work once at least; those that do it right are left. */
async function prepareWays(
  { ways }: TaskGroup,
  { warmUp }: TaskPlan,
  begin: (way: Way) => Promise<Child | undefined>,
  end: (child: Child) => void,
  give: (way: Way, status: Note['status'], reason: string) => void,
): Promise<readonly Measuring[]> {
  const ready: Measuring[] = [];
  let agreed: number | undefined;
  for (const way of ways) {
    try {
      const child = await begin(way);
      if (child === undefined) continue;
      const { value, nanoseconds } = await child.ask({ type: 'prepare', patience: way.cold ? 0 : warmUp }, 'prepared');
      if (way.cold) end(child);
      agreed ??= value;
      if (value !== undefined && !(Math.abs(value - agreed!) <= APART * Math.abs(agreed!))) {
        give(way, 'wrong', `it comes to ${value}; those before it to ${agreed}`);
        end(child);
        continue;
      }
      const calls = callsFor(nanoseconds);
      ready.push({ way, child: way.cold ? undefined : child, calls, nanoseconds: [], peakBytes: undefined });
    } catch (error) {
      give(way, 'failed', (error as Error).message);
    }
  }
  return ready;
}

async function timeWarm(measuring: Measuring, child: Child): Promise<void> {
  const { calls } = measuring;
  // The others have taken the caches: a cheap call more than once is measured as in a row of calls.
  if (calls > 1) await child.ask({ type: 'round', calls: 1 }, 'timed');
  const { nanoseconds, peakBytes } = await child.ask({ type: 'round', calls }, 'timed');
  measuring.nanoseconds.push(nanoseconds / calls);
  measuring.peakBytes = peakBytes;
}

async function timeCold(
  { way, nanoseconds }: Measuring,
  begin: (way: Way) => Promise<Child | undefined>,
  end: (child: Child) => void,
): Promise<void> {
  const child = await begin(way);
  if (child === undefined) throw new Error('it could be started before, and now it cannot');
  const { first } = await child.ask({ type: 'prepare', patience: 0 }, 'prepared');
  nanoseconds.push(first);
  end(child);
}

function startWay({ module, options }: Way, folder: string): Promise<Child | { readonly unavailable: string }> {
  return startChild(...nodeCommand('task-host.ts', module, JSON.stringify(options), folder));
}
