// Who works when: rounds are interleaved, so that what the machine does meanwhile meets all paths alike.

/**
 * Turns of all paths, round by round; each round starts with the next path, so that nobody always follows the same one
 * at the same place. A path with fewer turns has them spread over the rounds.
 *
 * @param turns How many turns each path has.
 * @returns Indices of paths, in order; path k stands in it `turns[k]` times.
 */
export function interleave(turns: readonly number[]): readonly number[] {
  const rounds = Math.max(0, ...turns);
  const order: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < turns.length; k++) {
      const path = (k + round) % turns.length;
      // Multiplied first: 49 * (1 / 49) is below 1, and the path would lose its turn.
      const had = Math.floor((round * turns[path]) / rounds);
      if (Math.floor(((round + 1) * turns[path]) / rounds) > had) order.push(path);
    }
  }
  return order;
}
