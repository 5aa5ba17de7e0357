// Random β as an input: the same bits from the same (seed, step, row, class), wherever they are drawn. SPEC X5.

import { isCount, isUnit } from './checks.ts';
import { EqlError } from './errors.ts';
import { philox4x32 } from './philox.ts';

/** How β is drawn, whatever the batch. SPEC X5. */
export interface DrawnBeta {
  /** γ, the probability of β = 1, in [0, 1]. The paper uses 0.9 to 0.95. */
  readonly gamma: number;
  /** Integer in [0, 2^53). */
  readonly seed: number;
  /** Training step, integer in [0, 2^32). */
  readonly step: number;
  /** Global index of the first row, for a shard of a larger batch (SPEC P1). Integer, default 0. */
  readonly rowOffset?: number;
}

/** What {@link drawBeta} needs. */
export interface DrawOptions extends DrawnBeta {
  /** N, an integer >= 0. */
  readonly rows: number;
  /** C, an integer >= 0. */
  readonly classes: number;
  /** Index of the first class, for a shard of the classes (SPEC P2). Integer, default 0. */
  readonly classOffset?: number;
}

/**
 * Refuses draws that {@link drawBeta} would refuse: for who draws in another way.
 *
 * @throws {EqlError} `BETA_RANGE`, `ROW_COUNT`, `CLASS_COUNT`
 */
export function checkDraws(options: DrawOptions): void {
  const { rows, classes, gamma, seed, step, rowOffset = 0, classOffset = 0 } = options;
  if (!isCount(rows) || !isCount(rowOffset) || !isCount(rowOffset + rows)) {
    throw new EqlError('ROW_COUNT', `rows is ${rows} and rowOffset ${rowOffset}; wanted integers >= 0.`);
  }
  if (!isCount(classes) || !isCount(classOffset) || classOffset + classes > 2 ** 32) {
    throw new EqlError('CLASS_COUNT', `classes is ${classes} and classOffset ${classOffset}; wanted integers >= 0.`);
  }
  if (!isUnit(gamma)) throw new EqlError('BETA_RANGE', `gamma is ${gamma}; γ must be in [0, 1].`);
  if (!isCount(seed)) throw new EqlError('BETA_RANGE', `seed is ${seed}; wanted an integer in [0, 2^53).`);
  if (!(isCount(step) && step < 2 ** 32)) {
    throw new EqlError('BETA_RANGE', `step is ${step}; wanted an integer in [0, 2^32).`);
  }
}

/**
 * Draws β for each element: 1 with probability γ, else 0, independently.
 *
 * Element (row, class) depends on nothing but `seed`, `step`, `rowOffset + row` and `classOffset + class`, so any shard or
 * rerun, on any runtime, gets the same bits: word `class mod 4` of Philox4x32-10 under key seed and counter
 * `(floor(class / 4), row low, row high, step)`, compared with γ as `word / 2^32 < γ`. SPEC X5.
 *
 * @returns β `[rows * classes]`, row-major.
 * @throws {EqlError} `BETA_RANGE`, `ROW_COUNT`, `CLASS_COUNT`
 */
export function drawBeta(options: DrawOptions): Uint8Array {
  checkDraws(options);
  const { rows, classes, gamma, seed, step, rowOffset = 0, classOffset = 0 } = options;
  const beta = new Uint8Array(rows * classes);
  const words = new Uint32Array(4);
  const bound = gamma * 2 ** 32; // exact: a change of the exponent only
  const keyLow = seed >>> 0;
  const keyHigh = Math.floor(seed / 2 ** 32);
  for (let i = 0; i < rows; i++) {
    const row = rowOffset + i;
    const rowLow = row >>> 0;
    const rowHigh = Math.floor(row / 2 ** 32);
    for (let j = 0; j < classes; j++) {
      const lane = (classOffset + j) % 4;
      if (j === 0 || lane === 0) {
        philox4x32(words, Math.floor((classOffset + j) / 4), rowLow, rowHigh, step, keyLow, keyHigh);
      }
      if (words[lane] < bound) beta[i * classes + j] = 1;
    }
  }
  return beta;
}
