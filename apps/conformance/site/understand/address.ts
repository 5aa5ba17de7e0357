// The state in the address's hash, `#understand?counts=lvis&lambda=0.0011&…`, for bookmarks and links. Never anybody's own counts.

import { batch } from '@preact/signals';
import { isPreset } from './presets.ts';
import { changeThreshold, changeTotal, choose, type State } from './state.ts';

const NAME = '#understand';

/** The hash of a state. */
export function hashOf(state: State): string {
  const { kind, value } = state.beta.value;
  const words = new URLSearchParams();
  if (state.source.value !== 'own') {
    words.set('counts', state.source.value);
    words.set('total', String(state.ranked.value.total));
    words.set('lambda', String(state.threshold.value));
  }
  words.set('form', state.form.value);
  if (state.form.value === 'sigmoid') words.set('background', String(state.background.value));
  else words.set(kind === 'drawn' ? 'gamma' : 'beta', String(value));
  words.set('model', state.model.value);
  words.set('seed', String(state.seed.value));
  return `${NAME}?${words}`;
}

/** Takes from a hash what can be used, and leaves the rest as it is: anybody can write a link. */
export function applyHash(state: State, hash: string): void {
  if (!hash.startsWith(`${NAME}?`)) return;
  const words = new URLSearchParams(hash.slice(NAME.length + 1));
  const number = (name: string): number => (words.get(name) ? Number(words.get(name)) : Number.NaN);
  batch(() => {
    const counts = words.get('counts') ?? '';
    if (isPreset(counts)) {
      choose(state, counts);
      changeTotal(state, number('total'));
      changeThreshold(state, number('lambda'));
    }
    const form = words.get('form');
    if (form === 'sigmoid' || form === 'softmax') state.form.value = form;
    const background = number('background');
    if (background >= 0 && background <= 1000) state.background.value = background;
    for (const [name, kind] of [
      ['gamma', 'drawn'],
      ['beta', 'fixed'],
    ] as const) {
      const value = number(name);
      if (value >= 0 && value <= 1) state.beta.value = { kind, value };
    }
    const model = words.get('model');
    if (model === 'start' || model === 'rest') state.model.value = model;
    const seed = number('seed');
    if (Number.isSafeInteger(seed) && seed >= 0) state.seed.value = seed;
  });
}
