// Words as features: hashed n-grams, without a dictionary.

import { hash } from '@eqloss/training/random';

const LETTERS = 4;

/**
 * The buckets that a text falls into: its words, and all runs of four letters in them.
 *
 * A word is read as `<word>`, so that runs know where it begins and ends. The row of features is 1 / sqrt(buckets) in
 * each bucket, else 0: of length 1.
 *
 * @param buckets How many there are; the width of the head.
 * @returns Distinct buckets, each in [0, buckets).
 */
export function bucketsOf(words: readonly string[], buckets: number): Int32Array {
  const found = new Set<number>();
  for (const word of words) {
    const marked = `<${word}>`;
    found.add(hash(marked) % buckets);
    for (let end = LETTERS; end <= marked.length; end++) found.add(hash(marked, end - LETTERS, end) % buckets);
  }
  return Int32Array.from(found);
}
