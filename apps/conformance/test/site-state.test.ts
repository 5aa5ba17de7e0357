// How the page's state changes with what happens.

import type { TargetReport, TestResult } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import {
  type Event,
  initialState,
  isUntouched,
  isWanted,
  outcomeWords,
  progressOf,
  reduce,
  reportsOf,
  type State,
} from '../site/device/state.ts';

const shape = { rows: 32, classes: 10 };
const start = initialState(['core', 'wasm', 'gpu'], shape);
const run = { subset: 'quick', files: [], tests: 4, date: new Date(0) } as const;
const pass: TestResult = { id: 'a', form: 'sigmoid', status: 'pass', clauses: ['S2'] };
const report: TargetReport = {
  target: 'core',
  runtime: 'chromium',
  environment: {},
  results: [pass, pass, pass, pass],
};
const missing: Event = { type: 'availability', name: 'gpu', availability: { kind: 'unavailable', reason: 'no GPU' } };

describe('the state', () => {
  test('has every target chosen, except those that are not there', () => {
    const state = after(missing);
    expect(state.targets.map(isWanted)).toEqual([true, true, false]);
    expect(after(missing, { type: 'choose', names: ['core'], chosen: false }).targets.map(isWanted)).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('runs what is wanted, and forgets the run before', () => {
    const state = after(missing, { type: 'run', run }, { type: 'report', report }, { type: 'run', run });
    expect(state.phase).toBe('running');
    expect(state.targets.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting', 'none']);
    expect(state.targets.flatMap(({ results }) => results)).toEqual([]);
    expect(reportsOf(state)).toEqual([]);
  });

  test('is untouched until something runs, and never again', () => {
    expect(isUntouched(after(missing))).toBe(true);
    expect(isUntouched(after({ type: 'run', run }))).toBe(false);
    expect(isUntouched(after({ type: 'run', run }, { type: 'end', cancelled: false }))).toBe(false);
  });

  test('counts the tests of all targets of the run', () => {
    expect(progressOf(start)).toBeUndefined();
    const running = after(missing, { type: 'run', run }, { type: 'start', name: 'core' });
    expect(progressOf(running)).toEqual({ done: 0, total: 8 });
    const some = reduce(running, { type: 'results', name: 'core', results: [pass, pass, pass] });
    expect(progressOf(some)).toEqual({ done: 3, total: 8 });
    // A target that fails its smoke test has one result, and is done.
    const harness = { ...report, harness: 'no', results: [pass] };
    expect(progressOf(reduce(some, { type: 'report', report: harness }))).toEqual({ done: 4, total: 8 });
  });

  test('learns from a report whether a target is there, and says what it came to', () => {
    const gone: TargetReport = { target: 'wasm', runtime: 'browser', unavailable: 'no SIMD', results: [] };
    const state = after({ type: 'run', run }, { type: 'report', report }, { type: 'report', report: gone });
    expect(state.targets.map(({ availability }) => availability.kind)).toEqual(['ready', 'unavailable', 'unknown']);
    expect(state.announcement).toBe('wasm: not available on this device.');
    expect(reportsOf(state)).toEqual([report, gone]);
  });

  test('calls what a cancelled run did not finish cancelled, and keeps it out of reports', () => {
    const events: Event[] = [
      { type: 'run', run },
      { type: 'report', report },
      { type: 'start', name: 'wasm' },
    ];
    const part: Event = { type: 'results', name: 'wasm', results: [pass] };
    const state = after(...events, part, { type: 'end', cancelled: true });
    expect(state.targets.map(({ outcome }) => outcome)).toEqual(['done', 'cancelled', 'cancelled']);
    expect(state.announcement).toBe('Cancelled.');
    expect(reportsOf(state)).toEqual([report]);
    expect(state.phase).toBe('idle');
  });

  test('replaces the times of the shape that is measured, and keeps those of others', () => {
    const time = { target: 'core', form: 'sigmoid', nsPerLogit: 1, spread: 0, rounds: 9 } as const;
    const here: Event = { type: 'measured', measure: { ...time, ...shape } };
    const there: Event = { type: 'measured', measure: { ...time, rows: 1, classes: 2 } };
    const state = after(here, there, { type: 'measure', total: 2 });
    expect(state.measures).toEqual([{ ...time, rows: 1, classes: 2 }]);
    expect(reduce(state, here)).toMatchObject({ phase: 'measuring', measuring: { done: 1, total: 2 } });
  });

  test('forgets all times with the next run, and what is being measured with the end', () => {
    const time = { target: 'core', form: 'sigmoid', nsPerLogit: 1, spread: 0, rounds: 9 } as const;
    const measured = after({ type: 'measure', total: 2 }, { type: 'measured', measure: { ...time, ...shape } });
    const ended = reduce(measured, { type: 'end', cancelled: false });
    expect([ended.measuring, ended.measures.length]).toEqual([undefined, 1]);
    expect(reduce(ended, { type: 'run', run }).measures).toEqual([]);
  });

  test('calls a target broken that never came to say what it is', () => {
    const broken: TargetReport = { target: 'wasm', runtime: 'chromium', harness: 'it does not load', results: [] };
    expect(after({ type: 'report', report: broken }).targets[1].availability).toEqual({
      kind: 'broken',
      reason: 'it does not load',
    });
  });

  test('keeps the object of a target to which nothing happened', () => {
    const state = reduce(start, missing);
    expect(state.targets[0]).toBe(start.targets[0]);
    expect(state.targets[2]).not.toBe(start.targets[2]);
  });

  test.each<[Partial<TargetReport>, string]>([
    [{}, 'all 4 passed'],
    [{ results: [pass, { ...pass, status: 'fail' }] }, '1 of 2 failed'],
    [{ harness: 'it cannot add' }, 'does not answer as it should'],
  ])('has words for a report: %j', (change, words) => {
    expect(outcomeWords({ ...report, ...change })).toBe(words);
  });
});

function after(...events: Event[]): State {
  return events.reduce(reduce, start);
}
