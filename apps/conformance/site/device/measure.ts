// How long an adapter takes: in a worker of its own, from ordinary arrays to ordinary arrays.

import type { Form } from '@eqloss/conformance/protocol';
import { type Case, groupsOf, type Shape } from '../../../bench/src/cases.ts';
import { median, spread } from '../../../bench/src/statistics.ts';
import { BATCH, turnsFor } from '../../../bench/src/turns.ts';
import type { TimingReply, TimingRequest } from './messages.ts';
import type { DeviceTarget, Limits } from './run.ts';
import type { Event, Measure } from './state.ts';
import { askTime, openWorker, type WorkerSession } from './worker-session.ts';

/** How a measurement is made. */
export interface MeasurePlan {
  readonly shape: Shape;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly dispatch: (event: Event) => void;
}

/** A target to measure. */
export interface MeasuredTarget extends DeviceTarget {
  /** Whether a processor plays its GPU: such times decide nothing, and so take little time themselves. */
  readonly software: boolean;
}

/** Both forms. */
export const forms: readonly Form[] = ['sigmoid', 'softmax'];

/** Rounds of one form; milliseconds of warming up, the first time and every other, and of all rounds together. */
const thorough = { rounds: 9, first: 200, warmUp: 150, budget: 700 };

/** For software GPUs: warmed up once, by the fewest calls. */
const brief = { rounds: 2, first: undefined, warmUp: 0, budget: 0 };

/** How far from core a path may be that is timed: what SPEC N4 allows. */
const TOLERANCE = 1;

/**
 * Measures targets one after the other, both forms. One that is wrong, fails or takes too long has the reason instead of a
 * time. Never rejects.
 */
export async function measureDevice(targets: readonly MeasuredTarget[], plan: MeasurePlan): Promise<void> {
  for (const target of targets) {
    if (plan.signal.aborted) return;
    plan.dispatch({ type: 'measuring', target: target.name });
    await measureTarget(target, plan);
  }
}

async function measureTarget({ name, start, software }: MeasuredTarget, plan: MeasurePlan): Promise<void> {
  const { shape, signal, dispatch } = plan;
  const { first, ...thoroughness } = software ? brief : thorough;
  let session: WorkerSession | undefined;
  /** Does something with a case; false when it failed, which is then said of that case and of no other. */
  const attempt = async (of: Case, what: (session: WorkerSession) => Promise<void>): Promise<boolean> => {
    if (signal.aborted) return false;
    try {
      // A worker that has ended is not asked again.
      if (!session?.alive) session = openWorker(start);
      await what(session);
      return true;
    } catch (error) {
      const failed = error instanceof Error ? error.message : String(error);
      if (!signal.aborted) dispatch({ type: 'measured', measure: { ...aboutOf(of), failed } });
      return false;
    }
  };
  const aboutOf = ({ form }: Case) => ({ target: name, form, rows: shape.rows, classes: shape.classes });
  const fit: Case[] = [];
  for (const [of] of groupsOf([shape], forms, 'first')) {
    // What was just compiled is slow, and so is memory that was just given: nobody should pay for being first.
    const warm = first === undefined || (await attempt(of, (worker) => warmUp(worker, of, first, plan)));
    if (warm) fit.push(of);
  }
  for (const of of fit) {
    await attempt(of, async (worker) => {
      dispatch({
        type: 'measured',
        measure: { ...aboutOf(of), ...(await measureCase(worker, of, thoroughness, plan)) },
      });
    });
  }
  await session?.close(0);
}

async function warmUp(session: WorkerSession, of: Case, patience: number, plan: MeasurePlan): Promise<void> {
  await open(session, of, patience, plan);
  await ask(session, { type: 'time-close' }, 'time-closed', plan.limits.test, plan);
}

async function measureCase(
  session: WorkerSession,
  of: Case,
  { warmUp: patience, rounds, budget }: Omit<typeof thorough, 'first'>,
  plan: MeasurePlan,
): Promise<Pick<Extract<Measure, { readonly nsPerLogit: number }>, 'nsPerLogit' | 'spread' | 'rounds'>> {
  await open(session, of, patience, plan);
  const round = async (calls: number) => {
    return (await ask(session, { type: 'time-round', calls }, 'timed', plan.limits.test, plan)).nanoseconds;
  };
  // A single call may be shorter than a tick of this browser's clock: doubled until there is something to read.
  let calls = 1;
  let took = await round(calls);
  while (took < BATCH) {
    calls *= 2;
    took = await round(calls);
  }
  const times: number[] = [];
  for (let turn = turnsFor(took / calls, { rounds, budget }); turn > 0; turn--) {
    times.push((await round(calls)) / calls / (of.rows * of.classes));
  }
  await ask(session, { type: 'time-close' }, 'time-closed', plan.limits.test, plan);
  return { nsPerLogit: median(times), spread: spread(times), rounds: times.length };
}

/** Makes the batch and warms up. Rejects when a result is wrong. */
async function open(session: WorkerSession, of: Case, patience: number, plan: MeasurePlan): Promise<void> {
  const { start, test } = plan.limits;
  const opened = await ask(session, { type: 'time-open', of, patience }, 'time-opened', start + test, plan);
  if (opened.distance <= TOLERANCE) return;
  throw new Error(`wrong: ${opened.distance.toPrecision(3)} times as far from core as SPEC N4 allows`);
}

/** Asks, for so many milliseconds at most. */
async function ask<T extends TimingReply['type']>(
  session: WorkerSession,
  message: TimingRequest,
  type: T,
  milliseconds: number,
  { signal }: MeasurePlan,
): Promise<Extract<TimingReply, { readonly type: T }>> {
  const controller = new AbortController();
  // As AbortSignal.timeout, with words for people, and gone with the answer.
  const timer = setTimeout(
    () => controller.abort(new Error(`no answer within ${milliseconds / 1000} s`)),
    milliseconds,
  );
  try {
    return await askTime(session, message, type, AbortSignal.any([signal, controller.signal]));
  } finally {
    clearTimeout(timer);
  }
}
