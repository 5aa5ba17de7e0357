// How the columns of a row are cut for fragments, which cannot add up together.

/** Parts of `width` columns each, an even number; the last may have fewer. */
export interface Cut {
  readonly parts: number;
  readonly width: number;
}

/** More columns than this are no fragment's work. */
const WIDEST = 512;

/** By the number of classes alone: the number of rows must not matter. SPEC P1. */
export function partsOf(classes: number): Cut {
  const parts = Math.ceil(classes / WIDEST);
  return { parts, width: 2 * Math.ceil(classes / parts / 2) };
}

/** A row that is not cut: columns that may be one fragment's work where that saves a program. */
export const WHOLE = 2048;

/** All columns in one part. */
export function uncut(classes: number): Cut {
  return { parts: 1, width: 2 * Math.ceil(classes / 2) };
}

/** What must hold of pair k of a part's columns, which begins at `first`; nothing where no part is shorter. */
export function within(classes: number, { parts, width }: Cut): string {
  return classes > (parts - 1) * width + width - 2 ? '' : `first + 2 * k < ${classes}`;
}
