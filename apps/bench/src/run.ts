// Runs the cases: one process a path, all of a group's paths at hand, one at work at any time.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, type Group, layoutWords, shapeWords } from './cases.ts';
import { inFolder } from './folder.ts';
import { fill, readInputs, writeInputs } from './input-files.ts';
import { makeLogits } from './inputs.ts';
import { interleave } from './order.ts';
import { type PageOnce, pageOnce } from './page-once.ts';
import type { Outputs, Work } from './path.ts';
import type { PathEntry } from './paths.ts';
import type { Torch } from './python.ts';
import { type Note, type Row, rowsOf, type Timing } from './report.ts';
import { callsFor, turnsFor } from './turns.ts';
import { distanceOf, expectedOf } from './verify.ts';
import { type Missing, startWorker, type Worker } from './worker.ts';

/** How thoroughly to measure. */
export interface Plan {
  readonly groups: readonly Group[];
  readonly entries: readonly PathEntry[];
  readonly torch: Torch;
  /** Turns of a path in each case. */
  readonly rounds: number;
  /** Milliseconds that a path should warm up in a case, and what all its turns together may take. */
  readonly warmUp: number;
  readonly budget: number;
  /** Starts a path; a test puts its own here. */
  readonly start?: (entry: PathEntry, python: string | undefined) => Promise<Worker | Missing>;
  readonly onGroup?: (words: string) => void;
}

/** What came of it. */
export interface Measured {
  readonly rows: readonly Row[];
  readonly notes: readonly Note[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A path with slower calls, in nanoseconds, is measured in the first case of a group only. */
const SLOW = 2.5e8;
/** Pools of threads spin for a while after their work; in milliseconds. */
const SETTLE = 20;

/** Measures every path in every case. */
export async function runBench(plan: Plan): Promise<Measured> {
  const rows: Row[] = [];
  const notes: Note[] = [];
  const paths: Record<string, Readonly<Record<string, string>>> = {};
  const page = pageOnce();
  const start = plan.start ?? ((entry, python) => startOn(page, entry, python));
  try {
    await inFolder('bench', async (folder) => {
      for (const group of plan.groups) {
        plan.onGroup?.(`${group[0].form} ${shapeWords(group[0])}`);
        rows.push(...(await runGroup(group, { ...plan, start }, folder, notes, paths)));
      }
    });
  } finally {
    await page.close();
  }
  return { rows, notes, paths };
}

type Startable = Plan & Required<Pick<Plan, 'start'>>;

async function startOn(page: PageOnce, entry: PathEntry, python: string | undefined): Promise<Worker | Missing> {
  return startWorker(entry, python, entry.host === 'chromium' ? await page.url() : undefined);
}

async function runGroup(
  group: Group,
  plan: Startable,
  folder: string,
  notes: Note[],
  paths: Record<string, Readonly<Record<string, string>>>,
): Promise<readonly Row[]> {
  const able = plan.entries.filter(({ forms }) => forms.includes(group[0].form));
  const wanted = able.filter((entry) => !leaveOut(entry, group[0], notes));
  let workers: Worker[] = [];
  const drop = (worker: Worker) => {
    worker.stop();
    workers = workers.filter((other) => other !== worker);
  };
  try {
    for (const entry of wanted) {
      const missing = notes.find(({ path, threads, status, where }) => {
        return path === entry.path && threads === entry.threads && status === 'unavailable' && where === undefined;
      });
      if (missing) continue;
      const started = await start(entry, plan, notes);
      if (started) {
        workers.push(started);
        paths[entry.name] = started.environment;
      }
    }
    const logits = makeLogits(group[0]);
    const rows: Row[] = [];
    const peaks = new Map<Worker, number | undefined>();
    const place = join(folder, 'case');
    // Memory that a process has just been given is slow for its first ten or twenty uses. So the first case is opened
    // once before it counts; how much memory that took is what counts of it.
    await runCase(group[0], { first: group[0], peaks, rounds: 0 }, logits, plan, place, workers, drop, notes);
    for (const [index, of] of group.entries()) {
      const { rounds } = plan;
      const timings = await runCase(of, { first: group[0], peaks, rounds }, logits, plan, place, workers, drop, notes);
      rows.push(...rowsOf(of, timings));
      if (index > 0 || group.length === 1) continue;
      for (const { path, threads, nanoseconds } of timings) {
        const worker = workers.find(({ entry }) => entry.path === path && entry.threads === threads);
        if (!worker || Math.min(...nanoseconds) < SLOW) continue;
        const seconds = (Math.min(...nanoseconds) / 1e9).toFixed(1);
        const reason = `a call takes ${seconds} s: measured with a quarter foreground and scattered tail only`;
        notes.push({ path, threads, status: 'left out', where: `${of.form} ${shapeWords(of)}`, reason });
        drop(worker);
      }
    }
    return rows;
  } finally {
    for (const worker of workers) worker.stop();
  }
}

/** Says so once, whatever else is too large. */
function leaveOut(
  { path, threads, mostLogits = Number.POSITIVE_INFINITY, mostClasses = Number.POSITIVE_INFINITY }: PathEntry,
  { rows, classes }: Case,
  notes: Note[],
): boolean {
  if (rows * classes <= mostLogits && classes <= mostClasses) return false;
  const reason =
    classes > mostClasses
      ? `batches of more than ${mostClasses} classes would take it minutes or hours`
      : `batches of more than ${mostLogits} logits are measured when the path is named`;
  if (!notes.some((note) => note.path === path && note.threads === threads && note.reason === reason)) {
    notes.push({ path, threads, status: 'left out', reason });
  }
  return true;
}

async function start(entry: PathEntry, plan: Startable, notes: Note[]): Promise<Worker | undefined> {
  const { path, threads } = entry;
  if (entry.host === 'python' && plan.torch.reason !== undefined) {
    notes.push({ path, threads, status: 'unavailable', reason: plan.torch.reason });
    return undefined;
  }
  try {
    const started = await plan.start(entry, plan.torch.python);
    if (!('unavailable' in started)) return started;
    notes.push({ path, threads, status: 'unavailable', reason: started.unavailable });
  } catch (error) {
    notes.push({ path, threads, status: 'failed', reason: (error as Error).message });
  }
  return undefined;
}

interface Ready {
  readonly worker: Worker;
  readonly calls: number;
  readonly turns: number;
  readonly nanoseconds: number[];
  readonly distance: number;
}

async function runCase(
  of: Case,
  {
    first,
    peaks,
    rounds,
  }: { readonly first: Case; readonly peaks: Map<Worker, number | undefined>; readonly rounds: number },
  logits: Float32Array,
  plan: Plan,
  folder: string,
  workers: readonly Worker[],
  drop: (worker: Worker) => void,
  notes: Note[],
): Promise<readonly Timing[]> {
  mkdirSync(folder, { recursive: true });
  writeInputs(folder, of, logits);
  const inputs = readInputs(folder);
  const where = `${of.form} ${shapeWords(of)} ${layoutWords(of)}`;
  const expected = new Map<Work, Outputs>();
  const ready: Ready[] = [];
  const give = (worker: Worker, status: 'wrong' | 'failed', reason: string) => {
    const { path, threads } = worker.entry;
    notes.push({ path, threads, status, where, reason });
    drop(worker);
  };
  for (const worker of workers) {
    const { work, tolerance } = worker.entry;
    if (!expected.has(work)) expected.set(work, expectedOf(work, inputs, logits));
    try {
      const opened = await worker.ask({ type: 'open', folder, gradient: 'gradient', patience: plan.warmUp }, 'opened');
      const size = of.rows * of.classes;
      const gradient = opened.dtype === 'float64' ? new Float64Array(size) : new Float32Array(size);
      fill(join(folder, 'gradient'), gradient);
      const distance = distanceOf({ loss: opened.loss, gradient }, expected.get(work)!, of.rows);
      if (!(distance <= tolerance)) {
        const words = `${distance.toPrecision(3)} times as far from core as SPEC N4 allows (${tolerance} is granted)`;
        give(worker, 'wrong', words);
        continue;
      }
      const { nanoseconds: time, peakBytes } = opened;
      if (!peaks.has(worker)) peaks.set(worker, peakBytes);
      ready.push({
        worker,
        calls: callsFor(time),
        turns: turnsFor(time, { rounds, budget: plan.budget }),
        nanoseconds: [],
        distance,
      });
    } catch (error) {
      give(worker, 'failed', (error as Error).message);
    }
  }
  await runRounds(ready, give);
  return ready
    .filter(({ nanoseconds }) => nanoseconds.length > 0)
    .map(({ worker, nanoseconds, distance }) => {
      const { path, threads } = worker.entry;
      const peakBytes = of === first ? peaks.get(worker) : undefined;
      return { path, threads, nanoseconds, peakBytes, distance };
    });
}

async function runRounds(
  ready: readonly Ready[],
  give: (worker: Worker, status: 'failed', reason: string) => void,
): Promise<void> {
  const gone = new Set<Ready>();
  const attempt = async (path: Ready, work: () => Promise<void>) => {
    if (gone.has(path)) return;
    try {
      await work();
    } catch (error) {
      gone.add(path);
      path.nanoseconds.length = 0;
      give(path.worker, 'failed', (error as Error).message);
    }
  };
  for (const index of interleave(ready.map(({ turns }) => turns))) {
    const path = ready[index];
    await attempt(path, async () => {
      const { worker, calls } = path;
      // The others have taken the caches: a cheap call more than once is measured as in a row of calls.
      if (calls > 1) await worker.ask({ type: 'round', calls: 1 }, 'timed');
      const { nanoseconds } = await worker.ask({ type: 'round', calls }, 'timed');
      path.nanoseconds.push(nanoseconds / calls);
    });
    if (path.worker.entry.threads > 1) await new Promise((resolve) => setTimeout(resolve, SETTLE));
  }
  for (const path of ready) {
    await attempt(path, async () => {
      await path.worker.ask({ type: 'close' }, 'closed');
    });
  }
}
