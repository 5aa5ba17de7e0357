// Which classes are tail. The only place where a frequency meets the threshold.

import { kindOf } from './arrays.ts';
import { checkEach, checkGate, isCount } from './checks.ts';
import { EqlError } from './errors.ts';

/**
 * The tail classes of a data set, decided once on the host. Made by {@link createGate}. SPEC G1, G2.
 *
 * Plain data: a gate of another copy of this package, of another realm or from a worker is as good. A later version whose
 * gates mean something else gives them a `version`, which this one refuses.
 */
export interface Gate {
  /** C, at least 1. */
  readonly classes: number;
  /** λ. */
  readonly threshold: number;
  /** T `[classes]`: 1 for a tail class, 0 for a head class. */
  readonly tail: Uint8Array;
}

/**
 * Marks the classes whose negative gradients the loss withholds.
 *
 * `tail[j] = 1` when `frequencies[j] < threshold` (λ), else 0. Equality is head (SPEC G1).
 *
 * @param frequencies How often each class occurs, in any unit. Shape `[classes]`, finite, >= 0, double precision.
 * @param options `threshold`: λ, in the same unit, finite, >= 0. Required: published values disagree (SPEC G3).
 * @returns The gate that every adapter takes.
 * @throws {EqlError} `CLASS_COUNT`, `DTYPE`, `FREQUENCY_RANGE`, `THRESHOLD_RANGE`
 */
export function createGate(frequencies: ArrayLike<number>, options: { readonly threshold: number }): Gate {
  checkDoubles(frequencies);
  checkFrequencies(frequencies, 'frequencies');
  const threshold = options?.threshold;
  if (!(Number.isFinite(threshold) && threshold >= 0)) {
    throw new EqlError(
      'THRESHOLD_RANGE',
      `threshold is ${threshold}; λ must be given, finite and >= 0, in the unit of the frequencies.`,
    );
  }
  const tail = new Uint8Array(frequencies.length);
  for (let j = 0; j < tail.length; j++) tail[j] = frequencies[j] < threshold ? 1 : 0;
  return { classes: tail.length, threshold, tail };
}

/**
 * Share of the images that hold each class: `f_j = n_j / n`.
 *
 * The shares need not sum to 1: an image holds many classes (SPEC G3).
 *
 * @param counts n_j, the images that hold class j. Shape `[classes]`, finite, >= 0.
 * @param total n, all images that hold an annotation. Finite, > 0.
 * @returns f `[classes]`, for {@link createGate}.
 * @throws {EqlError} `CLASS_COUNT`, `FREQUENCY_RANGE`
 */
export function frequenciesFromCounts(counts: ArrayLike<number>, total: number): Float64Array {
  checkFrequencies(counts, 'counts');
  if (!(Number.isFinite(total) && total > 0)) {
    throw new EqlError('FREQUENCY_RANGE', `total is ${total}; wanted the number of all images, finite and > 0.`);
  }
  return Float64Array.from(counts, (count) => count / total);
}

/**
 * The gate of the classes `from` to `to`, for a shard of the classes. SPEC P2.
 *
 * @param from First class. @param to One past the last class.
 * @throws {EqlError} `CLASS_COUNT` unless 0 <= from < to <= classes
 */
export function sliceGate(gate: Gate, from: number, to: number): Gate {
  checkGate(gate);
  if (!(isCount(from) && isCount(to) && from < to && to <= gate.classes)) {
    throw new EqlError('CLASS_COUNT', `classes ${from} to ${to} are no part of a gate of ${gate.classes} classes.`);
  }
  return { classes: to - from, threshold: gate.threshold, tail: gate.tail.slice(from, to) };
}

/** Refuses frequencies in single precision. */
export function checkDoubles(frequencies: ArrayLike<number>): void {
  // Rounding to single precision can carry a frequency across λ: fround(0.00177) < 0.00177. SPEC G2.
  const kind = kindOf(frequencies);
  if (kind === 'Float32Array' || kind === 'Float16Array') {
    throw new EqlError(
      'DTYPE',
      `frequencies came as a ${kind}; give doubles (Float64Array or number[]): once rounded, a class exactly at λ changes sides.`,
    );
  }
}

/** Refuses anything but a non-empty list of finite values >= 0. */
export function checkFrequencies(values: ArrayLike<number>, name: string): void {
  if (!(values?.length > 0)) throw new EqlError('CLASS_COUNT', `${name} are empty; a gate needs at least one class.`);
  checkEach('FREQUENCY_RANGE', name, values, (f) => Number.isFinite(f) && f >= 0, 'a finite value >= 0');
}
