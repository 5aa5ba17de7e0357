// Into which pieces the classes are cut, so that what is as large as [rows, classes] never exists as a whole.

import { unsupported } from '../options.ts';

/** The classes `from` to `to`, the latter excluded. */
export interface Classes {
  readonly from: number;
  readonly to: number;
}

// Up to here all classes at once is as fast as pieces: rows x classes, in numbers.
const WHOLE = 2 ** 21;
// What a piece should not exceed: the logits of a piece and all that is made of them stay in a CPU's cache …
const LOGITS = 2 ** 18;
// … and its weights' gradient, which the runtime returns in memory of its own, stays small.
const WEIGHTS = 2 ** 22;
// Pieces of few classes are slow: each has a cost of its own.
const FEWEST = 256;

/** @throws {EqlError} `UNSUPPORTED` for what is neither a number of classes nor false. */
export function checkChunk(chunk: number | false | undefined): void {
  if (chunk === undefined || chunk === false || chunk === Infinity) return;
  if (!(Number.isSafeInteger(chunk) && chunk > 0)) unsupported('chunk', chunk, 'an integer > 0, false or Infinity');
}

/**
 * The pieces for a batch, in order. They depend on the numbers given and nothing else: the same batch is always cut alike.
 *
 * @param chunk Classes in a piece; `false` for all at once; undefined to let memory decide.
 */
export function chunksOf(
  rows: number,
  classes: number,
  features: number,
  chunk: number | false | undefined,
): readonly Classes[] {
  const size = chunk === false ? classes : (chunk ?? fittingSize(rows, classes, features));
  const pieces: Classes[] = [];
  for (let from = 0; from < classes; from += size) pieces.push({ from, to: Math.min(from + size, classes) });
  return pieces;
}

function fittingSize(rows: number, classes: number, features: number): number {
  if (Math.max(rows, 1) * classes <= WHOLE) return classes;
  const fitting = Math.min(LOGITS / rows, WEIGHTS / features);
  return Math.max(FEWEST, Math.floor(fitting / FEWEST) * FEWEST);
}
