// Starts targets in workers: to see whether they start, to run the suite, and to end whatever runs when it is cancelled.

import {
  isUnavailable,
  type KnownFailure,
  restartingTarget,
  runTarget,
  type Session,
  type Target,
  type TestResult,
} from '@eqloss/conformance/protocol';
import type { Browser } from './browser-name.ts';
import type { Availability, Event } from './state.ts';
import type { FetchedFile } from './vectors.ts';
import { openWorker, type WorkerLike } from './worker-session.ts';

/** One target as the view gets it. */
export interface DeviceTarget {
  readonly name: string;
  /** Starts a worker that answers for it. */
  readonly start: () => WorkerLike;
}

/** Milliseconds that targets may take. */
export interface Limits {
  /** For one test, and for one call that is timed. */
  readonly test: number;
  /** For starting. */
  readonly start: number;
}

/** How a run is made. */
export interface RunPlan {
  readonly files: readonly FetchedFile[];
  /** The files are not all that there are. */
  readonly partial: boolean;
  readonly browser: Browser;
  readonly limits: Limits;
  readonly knownFailures: readonly KnownFailure[];
  readonly signal: AbortSignal;
  readonly dispatch: (event: Event) => void;
}

/** Results are shown in groups, so that showing them costs little. */
const EVERY = 150;

/** Runs the suite against targets, one after the other; a cancelled target has no report. Never rejects. */
export async function runDevice(targets: readonly DeviceTarget[], plan: RunPlan): Promise<void> {
  for (const target of targets) {
    if (plan.signal.aborted) return;
    plan.dispatch({ type: 'start', name: target.name });
    await runOne(target, plan);
  }
}

/** Starts a target and ends it again. Never rejects. */
export async function probe({ start }: DeviceTarget, limits: Limits, signal: AbortSignal): Promise<Availability> {
  const life = createLife(start, signal);
  try {
    const target = await restartingTarget(life.open, limits.start);
    await target.stop?.();
    return { kind: 'ready', environment: target.environment };
  } catch (error) {
    if (signal.aborted) return { kind: 'unknown' };
    if (isUnavailable(error)) return { kind: 'unavailable', reason: error.reason };
    return { kind: 'broken', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    life.end();
  }
}

async function runOne({ name, start }: DeviceTarget, plan: RunPlan): Promise<void> {
  const { files, partial, browser, limits, knownFailures, signal, dispatch } = plan;
  const life = createLife(start, signal);
  let waiting: TestResult[] = [];
  let shown = performance.now();
  const show = () => {
    if (waiting.length > 0) dispatch({ type: 'results', name, results: waiting });
    waiting = [];
    shown = performance.now();
  };
  const create = async (): Promise<Target> => {
    const target = await restartingTarget(life.open, limits.start);
    return { ...target, environment: { ...target.environment, browser: browser.name } };
  };
  try {
    const report = await runTarget(name, create, files, {
      runtime: browser.runtime,
      partial,
      knownFailures,
      timeout: limits.test,
      // A worker has that limit itself, whose words tell more.
      startTimeout: 2 * limits.start,
      signal,
      onResult: (result) => {
        waiting.push(result);
        if (performance.now() - shown > EVERY) show();
      },
    });
    // A target that was ended while it started seems broken: it was only cancelled.
    if (!signal.aborted) dispatch({ type: 'report', report });
  } catch (error) {
    if (!signal.aborted) throw error;
    show();
  } finally {
    life.end();
  }
}

/** The lives of one target's workers; the current one ends with the signal. */
function createLife(
  start: () => WorkerLike,
  signal: AbortSignal,
): { readonly open: () => Promise<Session>; readonly end: () => void } {
  let current: Session | undefined;
  const end = () => {
    current?.close(0);
    signal.removeEventListener('abort', end);
  };
  signal.addEventListener('abort', end);
  return {
    open: async () => {
      signal.throwIfAborted();
      current = openWorker(start);
      return current;
    },
    end,
  };
}
