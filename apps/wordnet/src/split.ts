// Which glosses are trained on, which choose the learning rate, and which judge.

import { hash } from '@eqloss/training/random';
import { CLASSES, type Gloss } from './glosses.ts';

/** Three parts without a common gloss. */
export interface Split {
  readonly train: readonly Gloss[];
  /** For choices, such as the learning rate. */
  readonly validation: readonly Gloss[];
  /** For the table only. */
  readonly test: readonly Gloss[];
}

const TEST_SHARE = 0.2;
const VALIDATION_SHARE = 0.1;

/**
 * Splits class by class, 70 : 10 : 20, so that a class of 42 glosses has 8 in the test.
 *
 * The order within a class is that of the hashes of the texts: no seed, the same on every machine, and glosses of one
 * wording stay together (1 % of them repeat another).
 */
export function splitGlosses(glosses: readonly Gloss[]): Split {
  const split = { train: [] as Gloss[], validation: [] as Gloss[], test: [] as Gloss[] };
  for (let label = 0; label < CLASSES; label++) {
    const ordered = glosses
      .filter((gloss) => gloss.label === label)
      .map((gloss) => ({ gloss, key: hash(gloss.words.join(' ')) }))
      .sort((a, b) => a.key - b.key)
      .map(({ gloss }) => gloss);
    const test = Math.round(TEST_SHARE * ordered.length);
    const train = test + Math.round(VALIDATION_SHARE * ordered.length);
    split.test.push(...ordered.slice(0, test));
    split.validation.push(...ordered.slice(test, train));
    split.train.push(...ordered.slice(train));
  }
  return split;
}
