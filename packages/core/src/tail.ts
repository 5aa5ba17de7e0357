// How much of a data set is tail, and which λ gives a wanted share. SPEC D4.

import { isUnit } from './checks.ts';
import { EqlError } from './errors.ts';
import { checkFrequencies, frequenciesFromCounts, type Gate } from './gate.ts';

/**
 * The share of all class occurrences that belongs to tail classes: `TR(λ) = Σ_j T_j n_j / Σ_j n_j`.
 *
 * The paper finds 2 % to 10 % best (SPEC D3, D4).
 *
 * @param counts n_j, the images that hold class j. Shape `[classes]`, finite, >= 0.
 * @param gate The gate whose tail is meant.
 * @returns A share in [0, 1]; 0 when nothing was counted at all.
 * @throws {EqlError} `CLASS_COUNT`, `FREQUENCY_RANGE`
 */
export function tailRatio(counts: ArrayLike<number>, gate: Gate): number {
  checkFrequencies(counts, 'counts');
  if (counts.length !== gate.classes) {
    throw new EqlError('CLASS_COUNT', `${counts.length} counts came for a gate of ${gate.classes} classes.`);
  }
  let tail = 0;
  let all = 0;
  for (let j = 0; j < counts.length; j++) {
    all += counts[j];
    if (gate.tail[j] === 1) tail += counts[j];
  }
  return all === 0 ? 0 : tail / all;
}

/** What {@link thresholdForTailRatio} found. */
export interface ThresholdChoice {
  /** λ, for `createGate(frequenciesFromCounts(counts, total), { threshold })`. */
  readonly threshold: number;
  /** The tail ratio that this λ gives; at most the wanted one. */
  readonly tailRatio: number;
  /** How many classes are tail. */
  readonly tailClasses: number;
}

/**
 * The inverse of {@link tailRatio}: the largest tail whose ratio does not exceed the wanted one.
 *
 * Classes of equal count are tail together or not at all. λ is the frequency of the rarest head class, which the strict
 * comparison of SPEC G1 keeps head; when every class may be tail, it is the next double above the largest frequency.
 *
 * @param counts n_j, the images that hold class j. Shape `[classes]`, finite, >= 0.
 * @param total n, all images that hold an annotation. Finite, > 0.
 * @param ratio The wanted tail ratio, in [0, 1].
 * @throws {EqlError} `CLASS_COUNT`, `FREQUENCY_RANGE`, `THRESHOLD_RANGE`
 */
export function thresholdForTailRatio(counts: ArrayLike<number>, total: number, ratio: number): ThresholdChoice {
  const frequencies = frequenciesFromCounts(counts, total);
  if (!isUnit(ratio)) {
    throw new EqlError('THRESHOLD_RANGE', `the wanted tail ratio is ${ratio}; it must be in [0, 1].`);
  }
  const order = Array.from(counts, (_, j) => j).sort((a, b) => counts[a] - counts[b]);
  let all = 0;
  for (const j of order) all += counts[j];
  let tail = 0;
  let tailClasses = 0;
  while (tailClasses < order.length) {
    let end = tailClasses;
    let grown = tail;
    while (end < order.length && counts[order[end]] === counts[order[tailClasses]]) grown += counts[order[end++]];
    // The same quotient as tailRatio's, so that a ratio read off a gate gives that gate back. 0 / 0 exceeds nothing.
    if (grown / all > ratio) break;
    tailClasses = end;
    tail = grown;
  }
  const threshold =
    tailClasses < order.length ? frequencies[order[tailClasses]] : nextDouble(frequencies[order[order.length - 1]]);
  return { threshold, tailRatio: all === 0 ? 0 : tail / all, tailClasses };
}

/** The next double above a finite value >= 0. */
function nextDouble(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value + 0); // -0 would count downwards
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return view.getFloat64(0);
}
