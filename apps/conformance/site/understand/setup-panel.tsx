// Step 3: the form of the loss and its set-up, and what it does to a small batch.

import type { Form } from '@eqloss/core';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { AdviceList } from './advice.tsx';
import type { BetaChoice } from './batch.ts';
import { HeatMap } from './heat-map.tsx';
import { NumberField } from './number-field.tsx';
import type { State } from './state.ts';

/** Rows of no class for each row of a class, and who has so many. */
const backgrounds: readonly (readonly [number, string])[] = [
  [0, 'none'],
  [0.1, '10'],
  [0.5, "50, as this project's training on WordNet"],
  [3, '300, as a detector that samples 1 object to 3'],
];

/** The controls of the form, and the heat map. */
export function SetupPanel({ state }: { readonly state: State }): JSX.Element {
  const { form, advice } = state;
  return (
    <section aria-labelledby="u-batch">
      <h2 id="u-batch">3. What a batch keeps of its gradient</h2>
      <div class="u-setup">
        <fieldset class="u-choices">
          <legend>Form of the loss</legend>
          <div class="row">
            <FormChoice state={state} form="sigmoid" about="one yes or no a class" />
            <FormChoice state={state} form="softmax" about="one class of all" />
          </div>
        </fieldset>
        {form.value === 'sigmoid' ? <BackgroundChoice state={state} /> : <BetaChoices state={state} />}
      </div>
      <AdviceList findings={advice.value.filter(({ code }) => code !== 'D3')} />
      <HeatMap state={state} />
    </section>
  );
}

function FormChoice(props: { readonly state: State; readonly form: Form; readonly about: string }): JSX.Element {
  const { state, form, about } = props;
  return (
    <label class="u-choice">
      <input
        type="radio"
        name="u-form"
        checked={state.form.value === form}
        onChange={() => (state.form.value = form)}
      />
      {form} <span class="quiet small">{about}</span>
    </label>
  );
}

function BackgroundChoice({ state }: { readonly state: State }): JSX.Element {
  const id = useId();
  const { background } = state;
  const known = backgrounds.some(([value]) => value === background.value);
  return (
    <div class="u-field">
      <label for={id}>Background rows for 100 rows of a class</label>
      <select
        id={id}
        value={String(background.value)}
        onChange={(event) => (background.value = Number(event.currentTarget.value))}
      >
        {backgrounds.map(([value, title]) => (
          <option key={value} value={String(value)}>
            {title}
          </option>
        ))}
        {!known && <option value={String(background.value)}>{100 * background.value}</option>}
      </select>
    </div>
  );
}

function BetaChoices({ state }: { readonly state: State }): JSX.Element {
  const { beta } = state;
  const { kind, value } = beta.value;
  const set = (change: Partial<BetaChoice>): void => {
    beta.value = { ...beta.value, ...change };
  };
  return (
    <>
      <fieldset class="u-choices">
        <legend>β, how strongly tail classes are spared</legend>
        <div class="row">
          <label class="u-choice">
            <input type="radio" name="u-beta" checked={kind === 'drawn'} onChange={() => set({ kind: 'drawn' })} />
            drawn <span class="quiet small">1 with probability γ, else 0</span>
          </label>
          <label class="u-choice">
            <input type="radio" name="u-beta" checked={kind === 'fixed'} onChange={() => set({ kind: 'fixed' })} />
            fixed <span class="quiet small">the same everywhere</span>
          </label>
        </div>
      </fieldset>
      <NumberField
        label={kind === 'drawn' ? 'γ' : 'β'}
        value={value}
        size={6}
        change={(wanted) => {
          if (!(wanted >= 0 && wanted <= 1)) return 'Wanted a number from 0 to 1.';
          set({ value: wanted });
          return undefined;
        }}
      />
    </>
  );
}
