// What the view knows, and how each event changes it. Pure.

import type { Form, TargetReport, TestResult } from '@eqloss/conformance/protocol';
import { cellOf, describeCell } from '@eqloss/conformance/protocol';
import type { Shape } from '../../../bench/src/cases.ts';
import type { Facts } from './facts.ts';
import type { FetchedFile, Subset } from './vectors.ts';

/** Whether a target starts on this device. */
export type Availability =
  | { readonly kind: 'unknown' | 'checking' }
  | { readonly kind: 'ready'; readonly environment: Readonly<Record<string, string>> }
  | { readonly kind: 'unavailable' | 'broken'; readonly reason: string };

/** The time of one form of a target, from arrays to arrays; or why there is none. */
export type Measure = { readonly target: string; readonly form: Form } & Shape &
  (
    | {
        /** Median over the rounds. */
        readonly nsPerLogit: number;
        /** Interquartile range by median. */
        readonly spread: number;
        readonly rounds: number;
      }
    | { readonly failed: string }
  );

/** A target and what it has come to. */
export interface TargetState {
  readonly name: string;
  readonly availability: Availability;
  /** Whether the next run has it. */
  readonly chosen: boolean;
  readonly outcome: 'none' | 'waiting' | 'running' | 'done' | 'cancelled';
  /** So far. */
  readonly results: readonly TestResult[];
  /** Whole, when it is done. */
  readonly report?: TargetReport;
}

/** Everything. */
export interface State {
  readonly facts?: Facts;
  readonly phase: 'idle' | 'running' | 'measuring';
  readonly vectors:
    | { readonly kind: 'loading' }
    | { readonly kind: 'ready'; readonly files: readonly FetchedFile[] }
    | { readonly kind: 'failed'; readonly reason: string };
  readonly subset: Subset;
  readonly shape: Shape;
  readonly targets: readonly TargetState[];
  /** What the last run was of; absent before the first. */
  readonly run?: {
    readonly subset: Subset;
    /** Those that were run, or from which a part was run. */
    readonly files: readonly FetchedFile[];
    /** Tests of one target. */
    readonly tests: number;
    readonly date: Date;
  };
  readonly measures: readonly Measure[];
  /** Measurements to do and done, while there are any. */
  readonly measuring?: { readonly done: number; readonly total: number; readonly target: string };
  /** For screen readers: the last thing worth saying. */
  readonly announcement: string;
}

/** What happens. */
export type Event =
  | { readonly type: 'facts'; readonly facts: Facts }
  | { readonly type: 'vectors'; readonly vectors: State['vectors'] }
  | { readonly type: 'availability'; readonly name: string; readonly availability: Availability }
  | { readonly type: 'choose'; readonly names: readonly string[]; readonly chosen: boolean }
  | { readonly type: 'subset'; readonly subset: Subset }
  | { readonly type: 'shape'; readonly shape: Shape }
  | { readonly type: 'run'; readonly run: NonNullable<State['run']> }
  | { readonly type: 'start'; readonly name: string }
  | { readonly type: 'results'; readonly name: string; readonly results: readonly TestResult[] }
  | { readonly type: 'report'; readonly report: TargetReport }
  | { readonly type: 'measure'; readonly total: number }
  | { readonly type: 'measuring'; readonly target: string }
  | { readonly type: 'measured'; readonly measure: Measure }
  | { readonly type: 'end'; readonly cancelled: boolean };

/** Before anything was asked. */
export function initialState(names: readonly string[], shape: Shape): State {
  return {
    phase: 'idle',
    vectors: { kind: 'loading' },
    subset: 'quick',
    shape,
    targets: names.map((name) => ({
      name,
      availability: { kind: 'unknown' },
      chosen: true,
      outcome: 'none',
      results: [],
    })),
    measures: [],
    announcement: '',
  };
}

/** The state after an event. */
export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'facts':
      return { ...state, facts: event.facts };
    case 'vectors':
      return { ...state, vectors: event.vectors };
    case 'availability':
      return change(state, event.name, () => ({ availability: event.availability }));
    case 'choose':
      return changeAll(state, (target) => (event.names.includes(target.name) ? { chosen: event.chosen } : {}));
    case 'subset':
      return { ...state, subset: event.subset };
    case 'shape':
      return { ...state, shape: event.shape };
    case 'run': {
      const cleared = changeAll(state, (target) => ({
        outcome: isWanted(target) ? 'waiting' : 'none',
        results: [],
        report: undefined,
      }));
      return { ...cleared, phase: 'running', run: event.run, measures: [], announcement: 'The run has begun.' };
    }
    case 'start':
      return change(state, event.name, () => ({ outcome: 'running' }));
    case 'results':
      return change(state, event.name, ({ results }) => ({ results: [...results, ...event.results] }));
    case 'report': {
      const { report } = event;
      const next = change(state, report.target, () => ({
        outcome: 'done',
        results: report.results,
        report,
        availability: availabilityOf(report),
      }));
      return { ...next, announcement: `${report.target}: ${outcomeWords(report)}.` };
    }
    case 'measure': {
      const measures = state.measures.filter(({ rows, classes }) => !isShape(state.shape, { rows, classes }));
      return { ...state, phase: 'measuring', measures, measuring: { done: 0, total: event.total, target: '' } };
    }
    case 'measuring':
      return { ...state, measuring: state.measuring && { ...state.measuring, target: event.target } };
    case 'measured': {
      const measuring = state.measuring && { ...state.measuring, done: state.measuring.done + 1 };
      return { ...state, measures: [...state.measures, event.measure], measuring };
    }
    case 'end': {
      const announcement = event.cancelled ? 'Cancelled.' : 'Finished. The recommendation is ready.';
      const ended = changeAll(state, ({ outcome }) =>
        outcome === 'waiting' || outcome === 'running' ? { outcome: 'cancelled' } : {},
      );
      return { ...ended, phase: 'idle', measuring: undefined, announcement };
    }
  }
}

/** Whether the next run has a target: it is chosen, and nothing is known that forbids it. */
export function isWanted({ chosen, availability }: TargetState): boolean {
  return chosen && availability.kind !== 'unavailable';
}

/** Whether a visitor would lose nothing with this state: nothing runs, and nothing has run. */
export function isUntouched({ phase, run }: State): boolean {
  return phase === 'idle' && run === undefined;
}

/** The reports of all targets that are done. */
export function reportsOf({ targets }: State): readonly TargetReport[] {
  return targets.flatMap(({ outcome, report }) => (outcome === 'done' && report ? [report] : []));
}

/** How far a run is: tests of all its targets, done and in all; undefined when there is none. */
export function progressOf({ run, targets }: State): { readonly done: number; readonly total: number } | undefined {
  if (!run) return undefined;
  const wanted = targets.filter(({ outcome }) => outcome !== 'none');
  const done = wanted.map(({ outcome, results }) =>
    outcome === 'done' ? run.tests : Math.min(results.length, run.tests),
  );
  return { done: done.reduce((sum, count) => sum + count, 0), total: wanted.length * run.tests };
}

/** What a target came to, in words. */
export function outcomeWords(report: TargetReport): string {
  if (report.unavailable !== undefined) return 'not available on this device';
  if (report.harness !== undefined) return 'does not answer as it should';
  return describeCell(cellOf(report)).words;
}

/** Whether two shapes are the same. */
export function isShape(one: Shape, other: Shape): boolean {
  return one.rows === other.rows && one.classes === other.classes;
}

function availabilityOf({ unavailable, harness, environment }: TargetReport): Availability {
  if (unavailable !== undefined) return { kind: 'unavailable', reason: unavailable };
  if (environment === undefined) return { kind: 'broken', reason: harness ?? 'it does not start' };
  return { kind: 'ready', environment };
}

function change(state: State, name: string, of: (target: TargetState) => Partial<TargetState>): State {
  return changeAll(state, (target) => (target.name === name ? of(target) : {}));
}

function changeAll(state: State, of: (target: TargetState) => Partial<TargetState>): State {
  const targets = state.targets.map((target) => {
    const changes = of(target);
    // One that stays the same stays the same object: what shows it need not be drawn anew.
    return Object.keys(changes).length === 0 ? target : { ...target, ...changes };
  });
  return { ...state, targets };
}
