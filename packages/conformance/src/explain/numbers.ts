// Numbers for readers: exact ones cut after ten digits, doubles whole and with their bits.

import { bitsOf } from '../floats.ts';
import type { Exact } from '../oracle/arithmetic.ts';

const DIGITS = 10;
const ROUND_DOWN = 1;

/** An exact number; `…` says that it goes on. */
export function digitsOf(value: Exact): string {
  if (!value.isFinite()) return value.toString();
  const cut = value.toSignificantDigits(DIGITS, ROUND_DOWN);
  return cut.eq(value) ? cut.toString() : `${cut.toString()}…`;
}

/** A double in the fewest digits that give it back. */
export function shortest(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}

/** An exact number that is a double, such as an input, as {@link shortest} shows it. */
export function inputOf(value: Exact): string {
  return shortest(Number(value.toString()));
}

/** A double, and its bits. */
export function withBits(value: number): string {
  if (value === 0 && !Object.is(value, -0)) return '0';
  return `${shortest(value)} (${bitsOf(value, 'float64')})`;
}

/** A double with its bits where the decimal text alone may mislead: many digits, -0, subnormal or no finite value. */
export function readable(value: number): string {
  const text = shortest(value);
  const plain = Number.isFinite(value) && text !== '-0' && text.replace(/[-.]/g, '').length <= 8;
  return plain ? text : withBits(value);
}
