// Seeded numbers and hashes. Integers only, so that every engine draws the same.

/** A stream of seeded numbers. */
export interface Random {
  /** An integer in [0, below). */
  readonly integer: (below: number) => number;
}

/** FNV-1a, 32 bits, of the codes of a text's characters from `start` to `end`. */
export function hash(text: string, start = 0, end: number = text.length): number {
  let state = 0x811c9dc5;
  for (let i = start; i < end; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}

/** A stream of its own (mulberry32) for every pair of seed and purpose. */
export function createRandom(seed: number, purpose: string): Random {
  let state = hash(`${seed} ${purpose}`);
  const word = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { integer: (below) => Math.floor((word() / 2 ** 32) * below) };
}

/** The integers below `count`, in an order that the stream draws (Fisher-Yates). */
export function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
