// How long an adapter takes: in a worker of its own, from ordinary arrays to ordinary arrays.

import type { Form } from '@eqloss/conformance/protocol';
import { type Case, groupsOf, type Shape } from '../../../bench/src/cases.ts';
import { median, spread } from '../../../bench/src/statistics.ts';
import { BATCH, turnsFor } from '../../../bench/src/turns.ts';
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

/** Both forms. */
export const forms: readonly Form[] = ['sigmoid', 'softmax'];

/** Rounds of one form; milliseconds of warming up, the first time and every other, and of all rounds together. */
const thoroughness = { rounds: 9, first: 200, warmUp: 150, budget: 700 };

/** How far from core a path may be that is timed: what SPEC N4 allows. */
const TOLERANCE = 1;

/**
 * Measures targets one after the other, both forms. One that is wrong, fails or takes too long has the reason instead of a
 * time. Never rejects.
 */
export async function measureDevice(targets: readonly DeviceTarget[], plan: MeasurePlan): Promise<void> {
  for (const target of targets) {
    if (plan.signal.aborted) return;
    plan.dispatch({ type: 'measuring', target: target.name });
    await measureTarget(target, plan);
  }
}

async function measureTarget({ name, start }: DeviceTarget, plan: MeasurePlan): Promise<void> {
  const { shape, signal, dispatch } = plan;
  const cases = groupsOf([shape], forms, 'first').map(([first]) => first);
  let session: WorkerSession | undefined;
  for (const of of cases) {
    const about = { target: name, form: of.form, rows: shape.rows, classes: shape.classes };
    try {
      // A worker that failed is not asked again.
      if (!session?.alive) {
        session = openWorker(start);
        // What was just compiled is slow, and so is memory that was just given: nobody should pay for being first.
        for (const each of cases) await warmUp(session, each, plan);
      }
      dispatch({ type: 'measured', measure: { ...about, ...(await measureCase(session, of, plan)) } });
    } catch (error) {
      if (signal.aborted) break;
      const failed = error instanceof Error ? error.message : String(error);
      dispatch({ type: 'measured', measure: { ...about, failed } });
    }
  }
  await session?.close(0);
}

async function warmUp(session: WorkerSession, of: Case, plan: MeasurePlan): Promise<void> {
  await open(session, of, thoroughness.first, plan);
  await askTime(session, { type: 'time-close' }, 'time-closed', within(plan.limits.test, plan));
}

async function measureCase(
  session: WorkerSession,
  of: Case,
  plan: MeasurePlan,
): Promise<Pick<Extract<Measure, { readonly nsPerLogit: number }>, 'nsPerLogit' | 'spread' | 'rounds'>> {
  await open(session, of, thoroughness.warmUp, plan);
  const round = async (calls: number) => {
    const signal = within(plan.limits.test, plan);
    return (await askTime(session, { type: 'time-round', calls }, 'timed', signal)).nanoseconds;
  };
  // A single call may be shorter than a tick of this browser's clock: doubled until there is something to read.
  let calls = 1;
  let took = await round(calls);
  while (took < BATCH) {
    calls *= 2;
    took = await round(calls);
  }
  const times: number[] = [];
  for (let turn = turnsFor(took / calls, thoroughness); turn > 0; turn--) {
    times.push((await round(calls)) / calls / (of.rows * of.classes));
  }
  await askTime(session, { type: 'time-close' }, 'time-closed', within(plan.limits.test, plan));
  return { nsPerLogit: median(times), spread: spread(times), rounds: times.length };
}

/** Makes the batch and warms up. Rejects when a result is wrong. */
async function open(session: WorkerSession, of: Case, patience: number, plan: MeasurePlan): Promise<void> {
  const signal = within(plan.limits.start + plan.limits.test, plan);
  const opened = await askTime(session, { type: 'time-open', of, patience }, 'time-opened', signal);
  if (opened.distance <= TOLERANCE) return;
  throw new Error(`wrong: ${opened.distance.toPrecision(3)} times as far from core as SPEC N4 allows`);
}

/** As AbortSignal.timeout, with words for people. */
function within(milliseconds: number, { signal }: MeasurePlan): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  return AbortSignal.any([signal, controller.signal]);
}
