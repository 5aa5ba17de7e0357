// Rows of no class, for the sigmoid form. SPEC D1.

import { createRandom } from '@eqloss/training/random';
import type { Gloss } from './glosses.ts';

/**
 * Draws texts that define nothing: as long as a gloss, each word from a gloss of its own.
 *
 * They have the glosses' words as often as the glosses do, but no meaning: what the regions beside all objects are to a
 * detector. Held-out classes would be another choice; but then the two forms would have different tasks.
 *
 * @param glosses Of the training part only.
 * @param step The same seed and step draw the same texts.
 */
export function drawBackground(glosses: readonly Gloss[], rows: number, seed: number, step: number): string[][] {
  const random = createRandom(seed, `background ${step}`);
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)];
  return Array.from({ length: rows }, () => {
    const { length } = pick(glosses).words;
    // Glosses of no words, as digits alone are, give none.
    return Array.from({ length }, () => pick(pick(glosses).words)).filter((word) => word !== undefined);
  });
}
