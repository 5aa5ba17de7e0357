// What a target must say of itself before anything is asked of it.

import type { Target } from './target.ts';

/**
 * Checks what a target says of itself; of what comes from outside, nothing is trusted.
 *
 * @throws {Error} naming what is missing.
 */
export function checkDescription(
  target: Pick<Target, 'protocol' | 'name' | 'version' | 'environment' | 'supports'>,
): void {
  const { protocol, name, version, environment, supports } = target;
  if (protocol !== 1) throw new Error(`it speaks protocol ${String(protocol)}; this is protocol 1`);
  if (!isText(name) || !isText(version)) throw new Error('a target needs a name and a version');
  if (typeof environment !== 'object' || environment === null) throw new Error('a target needs an environment');
  for (const key of ['forms', 'dtypes', 'outputs', 'reductions', 'features'] as const) {
    const list: unknown = supports?.[key];
    if (!Array.isArray(list) || !list.every(isText)) throw new Error(`a target needs supports.${key}, a list of words`);
    if (list.length === 0 && key !== 'features') throw new Error(`supports.${key} is empty: there is nothing to run`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
