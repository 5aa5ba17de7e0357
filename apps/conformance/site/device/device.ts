// The view's engine room: holds the state, and does what its buttons say.

import { isFailure, isJudged, type KnownFailure } from '@eqloss/conformance/protocol';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Shape } from '../../../bench/src/cases.ts';
import { isSoftware } from '../../../bench/src/paths/device.ts';
import { lookAround } from './facts.ts';
import { forms, measureDevice } from './measure.ts';
import { type DeviceTarget, type Limits, probe, runDevice } from './run.ts';
import { type Event, initialState, isWanted, reduce, type State } from './state.ts';
import { countTests, fetchVectors, subsetOf } from './vectors.ts';

/** What the view works with. */
export interface DeviceOptions {
  readonly targets: readonly DeviceTarget[];
  /** Of the vector files, by path. */
  readonly vectors: Readonly<Record<string, string>>;
  readonly knownFailures?: readonly KnownFailure[];
  readonly limits?: Limits;
  readonly shape?: Shape;
}

/** What the view shows and calls. */
export interface Device {
  readonly state: ReadonlySignal<State>;
  readonly dispatch: (event: Event) => void;
  /** Asks the browser, fetches the vectors, and sees which targets start. */
  begin(): Promise<void>;
  /** Runs the suite over the chosen targets, then measures those that passed. */
  run(): Promise<void>;
  /** Measures those that passed, for the shape that is chosen now. */
  measure(): Promise<void>;
  /** Ends what runs, at once. */
  cancel(): void;
}

/** Software GPUs share the processor with everything else. */
const patient: Limits = { test: 60_000, start: 120_000 };

/** Makes one. Nothing happens before it is told to. */
export function createDevice(options: DeviceOptions): Device {
  const { targets, vectors, knownFailures = [], limits = patient } = options;
  const state = signal(
    initialState(
      targets.map(({ name }) => name),
      options.shape ?? { rows: 512, classes: 1203 },
    ),
  );
  const dispatch = (event: Event) => {
    state.value = reduce(state.value, event);
  };
  let probing = new AbortController();
  let working: AbortController | undefined;

  const probeAll = async () => {
    const { signal: stop } = probing;
    for (const target of targets) {
      if (stop.aborted) return;
      dispatch({ type: 'availability', name: target.name, availability: { kind: 'checking' } });
      const availability = await probe(target, limits, stop);
      // A run has taken over, and will find out itself.
      if (working === undefined || availability.kind === 'unknown') {
        dispatch({ type: 'availability', name: target.name, availability });
      }
    }
  };
  const measureThose = async (stop: AbortSignal) => {
    const { shape, targets: states } = state.value;
    const those = states.filter(hasPassed).flatMap(({ name, report }) => {
      const device = report?.environment?.device;
      const target = targets.find((candidate) => candidate.name === name);
      return target ? [{ ...target, software: device !== undefined && isSoftware(device) }] : [];
    });
    dispatch({ type: 'measure', total: those.length * forms.length });
    await measureDevice(those, { shape, limits, signal: stop, dispatch });
  };
  const work = async (what: (stop: AbortSignal) => Promise<void>) => {
    if (working !== undefined) return;
    probing.abort();
    const mine = new AbortController();
    working = mine;
    try {
      await what(mine.signal);
    } finally {
      working = undefined;
      dispatch({ type: 'end', cancelled: mine.signal.aborted });
    }
  };

  return {
    state,
    dispatch,
    begin: async () => {
      probing = new AbortController();
      lookAround().then((facts) => dispatch({ type: 'facts', facts }));
      fetchVectors(vectors).then(
        (files) => dispatch({ type: 'vectors', vectors: { kind: 'ready', files } }),
        (error: Error) => dispatch({ type: 'vectors', vectors: { kind: 'failed', reason: error.message } }),
      );
      await probeAll();
    },
    run: () =>
      work(async (stop) => {
        const { vectors: loaded, subset, targets: states, facts } = state.value;
        if (loaded.kind !== 'ready' || !facts) return;
        const files = subsetOf(loaded.files, subset);
        const wanted = states.filter(isWanted).map(({ name }) => name);
        // Reports name the files as they are, whatever part of them was run.
        const whole = loaded.files.filter(({ path }) => files.some((file) => file.path === path));
        dispatch({ type: 'run', run: { subset, files: whole, tests: countTests(files), date: new Date() } });
        await runDevice(
          targets.filter(({ name }) => wanted.includes(name)),
          { files, partial: subset !== 'full', browser: facts.browser, limits, knownFailures, signal: stop, dispatch },
        );
        if (!stop.aborted) await measureThose(stop);
      }),
    measure: () => work(measureThose),
    cancel: () => working?.abort(new Error('cancelled')),
  };
}

/** Only what passed is timed: a wrong loss has no speed. */
function hasPassed({ outcome, report }: State['targets'][number]): boolean {
  if (outcome !== 'done' || !report || report.harness !== undefined || report.unavailable !== undefined) return false;
  return report.results.some(isJudged) && !report.results.some(isFailure);
}
