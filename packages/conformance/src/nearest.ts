// Names that somebody may have meant.

/**
 * The names nearest to a mistyped one: first those that contain it, then those that begin most like it, the shorter ones
 * first; never one in whose beginning more than a third of the letters would have to change.
 *
 * @param most How many to give.
 */
export function nearest(text: string, names: readonly string[], most = 5): readonly string[] {
  if (text === '') return [];
  const word = text.toLowerCase();
  const scored = names.map((name) => ({ name, score: name.includes(word) ? 0 : distance(word, name) }));
  return scored
    .filter(({ score }) => score <= word.length / 3)
    .sort((one, other) => one.score - other.score || one.name.length - other.name.length)
    .slice(0, most)
    .map(({ name }) => name);
}

/** Levenshtein's distance to the beginning of `other` that is nearest. */
function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const current = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = previous[j - 1] + Number(one[i - 1] !== other[j - 1]);
      current.push(Math.min(changed, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return Math.min(...previous);
}
