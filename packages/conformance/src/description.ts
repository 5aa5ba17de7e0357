// What a target must say of itself before anything is asked of it.

import type { Supports, Target } from './target.ts';

/** Every word of `supports`: what a target may claim. */
export const WORDS: { readonly [K in keyof Supports]: readonly Supports[K][number][] } = {
  forms: ['sigmoid', 'softmax'],
  dtypes: ['float64', 'float32'],
  outputs: ['loss', 'rowLosses', 'gradient'],
  reductions: ['none', 'sum', 'mean'],
  features: [
    ...(['index-labels', 'target-rows', 'background', 'ignored-rows', 'foreground', 'row-weights'] as const),
    ...(['normalizer', 'beta-scalar', 'beta-class', 'beta-element', 'release'] as const),
  ],
};

/**
 * Checks what a target says of itself; of what comes from outside, nothing is trusted.
 *
 * @throws {Error} naming what is missing, or the word of `supports` that is unknown and those that are known.
 */
export function checkDescription(
  target: Pick<Target, 'protocol' | 'name' | 'version' | 'environment' | 'supports'>,
): void {
  const { protocol, name, version, environment, supports } = target;
  if (protocol !== 1) throw new Error(`it speaks protocol ${JSON.stringify(protocol)}; this is protocol 1, a number`);
  if (!isText(name) || !isText(version)) throw new Error('a target needs a name and a version');
  if (name.length > LONGEST_NAME || version.length > LONGEST_NAME) {
    throw new Error(`name and version have at most ${LONGEST_NAME} characters: every result repeats them`);
  }
  if (typeof environment !== 'object' || environment === null) throw new Error('a target needs an environment');
  const odd = Object.entries(environment).find(([, value]: [string, unknown]) => typeof value !== 'string');
  if (odd) throw new Error(`environment.${odd[0]} is ${String(odd[1])}, which is no text`);
  for (const key of ['forms', 'dtypes', 'outputs', 'reductions', 'features'] as const) {
    const list: unknown = supports?.[key];
    if (!Array.isArray(list) || !list.every(isText)) throw new Error(`a target needs supports.${key}, a list of words`);
    if (list.length === 0 && key !== 'features') throw new Error(`supports.${key} is empty: there is nothing to run`);
    // A misspelt word would leave its tests unsupported, and nobody would see why.
    const unknown = list.find((word) => !(WORDS[key] as readonly string[]).includes(word));
    if (unknown !== undefined) {
      throw new Error(`supports.${key} has ${JSON.stringify(unknown)}; known are ${WORDS[key].join(', ')}`);
    }
  }
}

const LONGEST_NAME = 200;

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
