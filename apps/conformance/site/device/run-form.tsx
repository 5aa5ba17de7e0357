// What to run: targets, vectors, shape; and the button.

import type { JSX } from 'preact';
import type { Device } from './device.ts';
import { presets, shapeProblem } from './shapes.ts';
import { isShape, isWanted, reportsOf, type State, type TargetState } from './state.ts';
import { countTests, type Subset, subsetOf } from './vectors.ts';

/** The form. While something runs it can only be cancelled. */
export function RunForm({ device }: { readonly device: Device }): JSX.Element {
  const state = device.state.value;
  const { phase, vectors, shape } = state;
  const idle = phase === 'idle';
  const problem = whyNot(state);
  const badShape = shapeProblem(shape);
  const press = (event: MouseEvent) => {
    // The second half of a double click must not cancel what the first has begun.
    if (event.detail > 1) return;
    if (idle) device.run();
    else device.cancel();
  };
  const again = reportsOf(state).length > 0;
  return (
    <div class="run-form">
      <TargetPicker device={device} />
      <fieldset disabled={!idle} class="vectors">
        <legend>Vectors</legend>
        {(['quick', 'full'] as const).map((subset) => (
          <label key={subset}>
            <input
              type="radio"
              name="subset"
              checked={state.subset === subset}
              onChange={() => device.dispatch({ type: 'subset', subset })}
            />
            <span>{subsetWords(state, subset)}</span>
          </label>
        ))}
      </fieldset>
      <ShapePicker device={device} />
      <div class="row">
        <button
          type="button"
          class={idle ? 'primary' : undefined}
          disabled={idle && problem !== undefined}
          onClick={press}
        >
          {idle ? 'Run and measure' : 'Cancel'}
        </button>
        <button type="button" disabled={!idle || !again || badShape !== undefined} onClick={() => device.measure()}>
          Measure again
        </button>
      </div>
      {vectors.kind === 'failed' ? (
        <p class="fail" role="alert">
          ✗ {vectors.reason}
        </p>
      ) : (
        <p class="quiet small hint">{idle ? problem : ''}&nbsp;</p>
      )}
    </div>
  );
}

function TargetPicker({ device }: { readonly device: Device }): JSX.Element {
  const { targets, phase } = device.state.value;
  const choose = (chosen: boolean) => {
    device.dispatch({ type: 'choose', names: targets.map(({ name }) => name), chosen });
  };
  return (
    <fieldset disabled={phase !== 'idle'}>
      <legend>Adapters, each in a worker of its own</legend>
      <div class="row small">
        <button type="button" onClick={() => choose(true)}>
          All
        </button>
        <button type="button" onClick={() => choose(false)}>
          None
        </button>
      </div>
      <ul class="targets">
        {targets.map((target) => (
          <li key={target.name}>
            <label>
              <input
                type="checkbox"
                checked={isWanted(target)}
                disabled={target.availability.kind === 'unavailable'}
                onChange={(event) => {
                  const { checked } = event.currentTarget;
                  device.dispatch({ type: 'choose', names: [target.name], chosen: checked });
                }}
              />
              <span>
                {target.name} <span class="quiet small state">{availabilityWords(target)}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function ShapePicker({ device }: { readonly device: Device }): JSX.Element {
  const { shape, phase } = device.state.value;
  const known = presets.findIndex((preset) => isShape(preset, shape));
  const problem = shapeProblem(shape);
  const set = (key: 'rows' | 'classes') => (event: { readonly currentTarget: HTMLInputElement }) => {
    device.dispatch({ type: 'shape', shape: { ...shape, [key]: event.currentTarget.valueAsNumber } });
  };
  return (
    <fieldset disabled={phase !== 'idle'} class="shape">
      <legend>Batch to time</legend>
      <div class="row">
        <label>
          Shape{' '}
          <select
            value={String(known)}
            onChange={(event) => {
              const preset = presets[Number(event.currentTarget.value)];
              if (preset) device.dispatch({ type: 'shape', shape: { rows: preset.rows, classes: preset.classes } });
            }}
          >
            {presets.map(({ words }, k) => (
              <option key={words} value={String(k)}>
                {words}
              </option>
            ))}
            <option value="-1">your own</option>
          </select>
        </label>
        {(['rows', 'classes'] as const).map((key) => (
          <label key={key}>
            {key}{' '}
            <input
              type="number"
              min={key === 'rows' ? 1 : 2}
              step={1}
              value={Number.isNaN(shape[key]) ? '' : shape[key]}
              aria-invalid={problem !== undefined}
              aria-describedby="shape-problem"
              onInput={set(key)}
            />
          </label>
        ))}
      </div>
      <p id="shape-problem" class="small fail">
        {problem ? `✗ ${problem}` : ''}&nbsp;
      </p>
    </fieldset>
  );
}

/** Why nothing can be run now. */
function whyNot({ vectors, facts, targets, shape }: State): string | undefined {
  if (vectors.kind === 'loading' || !facts) return 'Loading the vectors …';
  if (vectors.kind === 'failed') return vectors.reason;
  if (!targets.some(isWanted)) return 'Choose an adapter.';
  if (shapeProblem(shape)) return 'The shape cannot be measured.';
  return undefined;
}

function subsetWords({ vectors }: State, subset: Subset): string {
  const tests = vectors.kind === 'ready' ? ` (${countTests(subsetOf(vectors.files, subset))} tests)` : '';
  return subset === 'quick' ? `Quick${tests}: each rule once` : `All${tests}: with batches of real data, takes minutes`;
}

function availabilityWords({ availability }: TargetState): string {
  switch (availability.kind) {
    case 'unknown':
      return 'not started yet';
    case 'checking':
      return 'starting it …';
    case 'ready': {
      const { backend, executionProvider, device, threads } = availability.environment;
      const parts = [backend ?? executionProvider, threads && threads !== '1' && `${threads} threads`, device];
      return parts.filter(Boolean).join(', ') || 'ready';
    }
    case 'unavailable':
      return `not here: ${availability.reason}`;
    case 'broken':
      return `does not start: ${availability.reason}`;
  }
}
