// Step 4: the gradient that each class receives in one pass over the data.

import { priorBias } from '@eqloss/core';
import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { shorten } from './cell.ts';
import { ClassTable } from './class-table.tsx';
import { type ClassGradients, pressure } from './gradient.ts';
import { compare, type JobResult } from './gradient-job.ts';
import { GradientPlot } from './gradient-plot.tsx';
import type { Unit } from './presets.ts';
import { runInSlices } from './slices.ts';
import type { State } from './state.ts';
import { briefly, countWords, plural, pressureWords, pushWords } from './words.ts';

/** Milliseconds without a change after which the sums are made anew. */
const PAUSE = 120;

/** The plot, what is to be seen in it, and its numbers. */
export function GradientPanel({ state }: { readonly state: State }): JSX.Element {
  const result = useSignal<JobResult | undefined>(undefined);
  const share = useSignal(0);
  useSums(state, result, share);
  const rank = useSignal<number | undefined>(undefined);
  const shown = result.value;
  return (
    <section aria-labelledby="u-gradient">
      <h2 id="u-gradient">4. What pushes each class, with and without EQL</h2>
      <ModelChoice state={state} />
      <Simulated state={state} />
      {shown === undefined ? (
        <p role="status">Computing…</p>
      ) : (
        <>
          <Lesson result={shown} />
          <div class="u-columns" aria-busy={share.value < 1}>
            <GradientPlot
              result={shown}
              rank={Math.min(rank.value ?? Infinity, shown.inputs.ranked.order.length - 1)}
              look={(next) => (rank.value = next)}
            />
            <div class="u-side">
              <LookAt
                result={shown}
                unit={state.unit.value}
                rank={Math.min(rank.value ?? Infinity, shown.inputs.ranked.order.length - 1)}
                look={(next) => (rank.value = next)}
              />
              <Pressures result={shown} />
            </div>
          </div>
          <p class="quiet small u-progress">
            {share.value < 1 ? `Computing: ${Math.round(100 * share.value)} %` : ' '}
          </p>
          <ClassTable result={shown} />
        </>
      )}
    </section>
  );
}

/** Sums again, a moment after the last change, in slices. */
function useSums(state: State, result: { value: JobResult | undefined }, share: { value: number }): void {
  const last = useRef<JobResult | undefined>(undefined);
  useSignalEffect(() => {
    const inputs = {
      ranked: state.ranked.value,
      cut: state.cut.value,
      form: state.form.value,
      background: state.background.value,
      beta: state.beta.value,
      model: state.model.value,
      seed: state.seed.value,
    };
    let stop = (): void => {};
    const begin = setTimeout(
      () => {
        stop = runInSlices(
          compare(inputs, last.current),
          (done) => {
            last.current = done;
            share.value = 1;
            result.value = done;
          },
          (now) => {
            share.value = now;
          },
        );
      },
      last.current === undefined ? 0 : PAUSE,
    );
    return () => {
      clearTimeout(begin);
      stop();
    };
  });
}

function ModelChoice({ state }: { readonly state: State }): JSX.Element {
  const { model } = state;
  return (
    <fieldset class="u-choices">
      <legend>Moment of training</legend>
      <div class="row">
        <label class="u-choice">
          <input
            type="radio"
            name="u-model"
            checked={model.value === 'start'}
            onChange={() => (model.value = 'start')}
          />
          the start
        </label>
        <label class="u-choice">
          <input type="radio" name="u-model" checked={model.value === 'rest'} onChange={() => (model.value = 'rest')} />
          where plain training comes to rest
        </label>
      </div>
    </fieldset>
  );
}

/** Exactly what was calculated. */
function Simulated({ state }: { readonly state: State }): JSX.Element {
  const { ranked, form, background, model, beta } = state;
  const rows = ranked.value.counts.reduce((sum, count) => sum + count, 0);
  const sigmoid = form.value === 'sigmoid';
  const loss = sigmoid ? 'sigmoidEql' : 'softmaxEql';
  const start = sigmoid ? `logit ${briefly(priorBias())}, a probability of 0.001` : 'logit 0';
  return (
    <p class="quiet small">
      Simulated: one pass over the data, {countWords(rows)} rows, one for each occurrence
      {sigmoid && background.value > 0 && `, and ${countWords(Math.round(rows * background.value))} background rows`}.
      The model ignores its input:{' '}
      {model.value === 'start'
        ? `every class has ${start}, as a fresh head.`
        : 'the probability of each class is its share of the rows.'}{' '}
      The gradients are those of <code>{loss}</code>, summed over the rows, with your gate and with one that has no
      tail.
      {!sigmoid && beta.value.kind === 'drawn' && ' For drawn β, about 4,096 rows, weighted, stand for all.'}
    </p>
  );
}

/** What is to be seen, in words. */
function Lesson({ result }: { readonly result: JobResult }): JSX.Element {
  const { inputs, plain, gated } = result;
  const { ranked, cut, model, form } = inputs;
  const last = ranked.order[ranked.order.length - 1];
  const name = <span class="u-class">{shorten(ranked.names[last])}</span>;
  if (cut.tailClasses === 0) return <p>No class is tail: both losses are the same. Move λ up to see what EQL does.</p>;
  const strong = (sums: ClassGradients): JSX.Element => <strong>{pushWords(pressure(sums, last))}</strong>;
  if (model === 'rest') {
    return (
      <p>
        Plain training has pushed every class down to its share of the rows, where down and up are in balance. EQL takes
        what rows of other classes push down off the tail: {name} then {strong(gated)}, so it rises again.
      </p>
    );
  }
  return (
    <p>
      Without EQL, the rows of all other classes push a class down, and only its own lift it: {name}, the rarest,{' '}
      {strong(plain)}. With EQL it {strong(gated)}
      {form === 'sigmoid' && tailWords(gated.negative[last])}. Head classes{' '}
      {form === 'sigmoid' ? 'stay as they were.' : 'take over what the tail no longer bears.'}
    </p>
  );
}

/** Where a tail class's push comes from in the sigmoid form, or what it means that there is none. */
function tailWords(negative: number): string {
  return negative > 0
    ? ', and all of that push down comes from background rows'
    : ': nothing ever holds it back, so this form needs background rows';
}

/** One class in words, chosen by a range or by pointing into the plot. */
function LookAt(props: {
  readonly result: JobResult;
  readonly unit: Unit;
  readonly rank: number;
  readonly look: (rank: number) => void;
}): JSX.Element {
  const { result, unit, rank, look } = props;
  const { inputs, plain, gated } = result;
  const { names, counts, order } = inputs.ranked;
  const id = useId();
  const j = order[rank];
  const side = inputs.cut.gate.tail[j] === 1 ? 'tail' : 'head';
  const about = `Rank ${countWords(rank + 1)}: ${shorten(names[j])}, ${plural(counts[j], ...unit)}, ${side}`;
  return (
    <div class="u-field u-look">
      <label for={id}>Look at one class</label>
      <input
        id={id}
        type="range"
        min={1}
        max={order.length}
        value={rank + 1}
        aria-valuetext={about}
        onInput={(event) => look(Number(event.currentTarget.value) - 1)}
      />
      <p class="u-class">{about}</p>
      <p class="small">
        Up {briefly(plain.positive[j])}
        {gated.positive[j] !== plain.positive[j] && `, with EQL ${briefly(gated.positive[j])}`}; down{' '}
        {briefly(plain.negative[j])}, with EQL {briefly(gated.negative[j])}
        {inputs.form === 'sigmoid' && `, of which ${briefly(gated.fromBackground[j])} from background`}.
      </p>
    </div>
  );
}

/** Down to up for the ends of head and tail. */
function Pressures({ result }: { readonly result: JobResult }): JSX.Element {
  const { inputs, plain, gated } = result;
  const { names, order } = inputs.ranked;
  const heads = order.length - inputs.cut.tailClasses;
  const places = new Map<number, string>();
  if (heads < order.length) places.set(heads, 'first of the tail');
  if (heads > 0) places.set(heads - 1, 'last of the head');
  places.set(order.length - 1, heads === order.length ? 'rarest' : 'rarest, tail');
  places.set(0, 'most frequent');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: with large letters it scrolls, and must be reached by keys.
    <section class="scroll" aria-label="Push down to up" tabIndex={0}>
      <table class="u-pressures">
        <caption>Push down : up</caption>
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col">without EQL</th>
            <th scope="col">with</th>
          </tr>
        </thead>
        <tbody>
          {[...places]
            .sort(([a], [b]) => a - b)
            .map(([place, about]) => (
              <tr key={place}>
                <th scope="row">
                  <span class="u-class">{shorten(names[order[place]])}</span> <span class="quiet small">{about}</span>
                </th>
                <td>{pressureWords(pressure(plain, order[place]))}</td>
                <td>{pressureWords(pressure(gated, order[place]))}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
