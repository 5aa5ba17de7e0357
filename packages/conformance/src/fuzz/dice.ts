// Choices of a drawn batch, all from one seeded stream.

import type { Random } from '../oracle/random.ts';

/** Choices from a stream of seeded numbers. */
export interface Dice {
  /** One of the values, each as likely. A value that is listed twice is twice as likely. */
  pick<T>(values: readonly T[]): T;
  /** True once in `n` times. */
  oneIn(n: number): boolean;
  /** An integer in [0, below). */
  below(count: number): number;
  /** `count` values, each made anew. */
  many<T>(count: number, make: (index: number) => T): T[];
}

/** Makes the choices of a stream. */
export function diceOf({ integer }: Random): Dice {
  return {
    pick: (values) => values[integer(values.length)],
    oneIn: (n) => integer(n) === 0,
    below: integer,
    many: (count, make) => Array.from({ length: count }, (_, index) => make(index)),
  };
}
