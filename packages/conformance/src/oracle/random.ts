// Seeded numbers for the generator. Only exact operations, so that every engine draws the same.

import { philox } from './philox.ts';

/** A stream of seeded numbers. */
export interface Random {
  /** An integer in [0, below). */
  readonly integer: (below: number) => number;
  /** A multiple of `step`, roughly bell-shaped around `centre`, within `centre ± 4 spread`. */
  readonly bell: (centre: number, spread: number, step: number) => number;
}

/** A stream of its own for every pair of seed and name. */
export function createRandom(seed: number, name: string): Random {
  const key = [BigInt(seed), hash(name)] as const;
  let used = 0n;
  let words: number[] = [];
  const word = (): number => {
    if (words.length === 0) words = philox([used++, 0n, 0n, 0n], key).map(Number);
    return words.pop() as number;
  };
  const integer = (below: number): number => Math.floor((word() / 2 ** 32) * below);
  return {
    integer,
    bell: (centre, spread, step) => {
      // Four uniform draws in [-1, 1) sum to a bell of standard deviation 2 / sqrt(3).
      const sum = Array.from({ length: 4 }, () => word() / 2 ** 31 - 1).reduce((total, x) => total + x);
      return Math.round((centre + sum * spread) / step) * step;
    },
  };
}

/** FNV-1a, 32 bits. */
export function hash(text: string): bigint {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return BigInt(state >>> 0);
}
