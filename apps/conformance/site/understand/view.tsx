// The second view of the page: what the loss does with a data set, and which λ to choose.

import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { applyHash, hashOf } from './address.ts';
import { CountsPanel } from './counts-panel.tsx';
import { GradientPanel } from './gradient-panel.tsx';
import { SetupPanel } from './setup-panel.tsx';
import { createState, type State } from './state.ts';
import { ThresholdPanel } from './threshold-panel.tsx';
import './understand.css';

/** Counts, λ, a batch and a pass over the data, one after the other. */
export function UnderstandView(): JSX.Element {
  const [state] = useState(begin);
  useAddress(state);
  return (
    <div class="understand">
      <h1>Understand the loss</h1>
      <p>
        In a long-tailed data set, a rare class is a negative sample in nearly every row, and is pushed down long before
        it is learned. Equalization Loss takes that push away from rare classes. See what it does with your counts, and
        choose the λ that says which classes are rare.
      </p>
      <CountsPanel state={state} />
      <ThresholdPanel state={state} />
      <SetupPanel state={state} />
      <GradientPanel state={state} />
    </div>
  );
}

function begin(): State {
  const state = createState();
  applyHash(state, location.hash);
  return state;
}

/** Keeps the address's hash and the state the same, while this view is shown. */
function useAddress(state: State): void {
  useSignalEffect(() => {
    const hash = hashOf(state);
    // Browsers refuse too many changes of the address in a short time: a drag makes one.
    const timer = setTimeout(() => {
      if (location.hash.startsWith('#understand') && location.hash !== hash) history.replaceState(null, '', hash);
    }, 250);
    return () => clearTimeout(timer);
  });
  useEffect(() => {
    const change = ({ newURL }: HashChangeEvent): void => {
      // Not the address as it is now: a change of the state may have written it since.
      const { hash } = new URL(newURL);
      if (hash.startsWith('#understand?')) applyHash(state, hash);
      else if (hash === '#understand') history.replaceState(null, '', hashOf(state));
    };
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, [state]);
}
