// Objects of options as callers write them: `{ name: value, … }`, with known names only.

import { EqlError } from '@eqloss/core';
import { Tensor } from '@tensorflow/tfjs-core';

/**
 * Refuses what is no plain object, and names that would be ignored.
 *
 * @param of Whose options they are, for the message.
 * @param names Those that the message lists.
 * @param others Those that are let pass, but not listed.
 * @throws {EqlError} `UNSUPPORTED`
 */
export function refuseUnknown(
  of: string,
  given: unknown,
  names: readonly string[],
  others: readonly string[] = [],
): asserts given is object {
  if (!isPlain(given)) {
    throw new EqlError('UNSUPPORTED', `${of}: ${nameOf(given)} came; wanted { ${names.join(', ')} }.`);
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name) && !others.includes(name));
  if (unknown === undefined) return;
  throw new EqlError('UNSUPPORTED', `${of}: ${unknown} is unknown; there are ${names.join(', ')}.`);
}

/**
 * Whether a value is an object as `{}` and JSON make them: no array, Map, tensor or instance of a class, whose values are not
 * found under their own names. Also one of another realm, such as a frame.
 */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What came, in words for a message. */
export function nameOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Tensor) return 'a tensor';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const { constructor: made } = value;
  return isPlain(value) ? 'an object' : `an instance of ${made?.name}`;
}
