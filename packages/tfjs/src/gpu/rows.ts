// What a row of `info` holds, and how programs number what is no label.

/** `label = LABEL + 1024 HIGH`: two digits, since half floats count to 2048 only. HIGH is 0 where textures hold single floats. */
export const LABEL = 0;
/** The row's weight. 0: the row is out; NaN: a bad value is in it. */
export const WEIGHT = 1;
/** E (sigmoid form) or Σ y (softmax form). */
export const MASS = 2;
export const HIGH = 3;

/** In place of a label: a row without a positive entry. */
export const NO_LABEL = -1024;
/** In place of a label: an ignored row. SPEC G5. */
export const IGNORED = -2048;

/** Columns of `stats` `[rows, 4]`, softmax form; the last is 0. */
export const REFERENCE = 0;
export const SUM = 1;
export const LOSS = 2;
