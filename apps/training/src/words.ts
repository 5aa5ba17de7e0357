// The words of a command line, read or refused.

/** `a, b` as `['a', 'b']`; nothing stays nothing. */
export function listOf(value: string | undefined): readonly string[] | undefined {
  return value?.split(',').map((part) => part.trim());
}

/**
 * One of the known words; the first when nothing is said.
 *
 * @param what The word's kind, for the message.
 * @throws {Error} for another word.
 */
export function oneOf<T extends string>(what: string, word: string | undefined, known: readonly T[]): T {
  const found = word === undefined ? known[0] : known.find((each) => each === word);
  if (found === undefined) throw new Error(`unknown ${what} ${quoted(word ?? '')}; known: ${known.join(', ')}`);
  return found;
}

/**
 * The one of that name.
 *
 * @throws {Error} when there is none.
 */
export function named<T extends { readonly name: string }>(what: string, name: string, known: readonly T[]): T {
  const word = oneOf(
    what,
    name,
    known.map((each) => each.name),
  );
  return known.find((each) => each.name === word) as T;
}

/** @throws {Error} for what is no integer of at least `least`. */
export function integerOf(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || !Number.isSafeInteger(value)) {
    throw new Error(`${option} is ${quoted(text)}; wanted an integer >= ${least}`);
  }
  return value;
}

/** A word as messages have it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
