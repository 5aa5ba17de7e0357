// What the host tells the kernels: one record in memory, the same for all threads. All fields are i32; host: src/job.ts.

/** Number of columns of this tile. */
// @ts-ignore: decorator
@inline
export function columns(job: usize): i32 {
  return load<i32>(job);
}

/** First logit of row 0, and the bytes from row to row. */
// @ts-ignore: decorator
@inline
export function logitsOf(job: usize, row: i32): usize {
  return load<usize>(job, 4) + <usize>row * load<usize>(job, 8);
}

/** First gradient of a row; 0 when no gradient is wanted. */
// @ts-ignore: decorator
@inline
export function gradientOf(job: usize, row: i32): usize {
  const start = load<usize>(job, 12);
  return start == 0 ? 0 : start + <usize>row * load<usize>(job, 16);
}

/** The label's column in this tile; any other number when it is not here, or the row has none. */
// @ts-ignore: decorator
@inline
export function labelOf(job: usize, row: i32): i32 {
  return load<i32>(load<usize>(job, 20) + (<usize>row << 2));
}

/** 0: the row is taken out; 1: no entry of it is excluded; 2: it is gated; 3: the host calculates it. */
// @ts-ignore: decorator
@inline
export function kindOf(job: usize, row: i32): u8 {
  return load<u8>(load<usize>(job, 24) + <usize>row);
}

/** Row weight / divisor. */
// @ts-ignore: decorator
@inline
export function scaleOf(job: usize, row: i32): f32 {
  return load<f32>(load<usize>(job, 28) + (<usize>row << 2));
}

/** Where a row's loss is added up (double). */
// @ts-ignore: decorator
@inline
export function lossOf(job: usize, row: i32): usize {
  return load<usize>(job, 32) + (<usize>row << 3);
}

/** Sigmoid: -1 or 0 a class, whole blocks, padded with 0. Softmax: the weights of negatives, one row or one a row. */
// @ts-ignore: decorator
@inline
export function weightsOf(job: usize, row: i32): usize {
  return load<usize>(job, 36) + <usize>row * load<usize>(job, 40);
}

/** Sigmoid: a byte a block of a gated row: 0 nothing included, 1 all, 2 some. */
// @ts-ignore: decorator
@inline
export function blocksOf(job: usize): usize {
  return load<usize>(job, 44);
}

/** In the place of a label: the row has targets that are none. */
const MIXED: i32 = i32.MIN_VALUE;

/** First target of a row; 0 for one with a label, whatever the others have. */
// @ts-ignore: decorator
@inline
export function targetsOf(job: usize, row: i32): usize {
  return labelOf(job, row) == MIXED ? load<usize>(job, 48) + <usize>row * load<usize>(job, 52) : 0;
}

/** Softmax: what a row's tiles hand on: maximum, sum without the label, own term, mass, Σ y (m - z), 8 bytes each. */
// @ts-ignore: decorator
@inline
export function stateOf(job: usize, row: i32): usize {
  return load<usize>(job, 56) + <usize>row * 40;
}

/** Softmax: which steps to take. */
// @ts-ignore: decorator
@inline
export function stepsOf(job: usize): i32 {
  return load<i32>(job, 60);
}

/** Softmax, where β is drawn: weights of drawn classes, 0 tail and 1 head, whole vectors. 0 where weights are given. */
// @ts-ignore: decorator
@inline
export function headsOf(job: usize): usize {
  return load<usize>(job, 64);
}

/** Softmax, where β is drawn: this thread's place for a row of weights. Scratch lies 512 bytes a thread, places 2^17. */
// @ts-ignore: decorator
@inline
export function ownWeightsOf(job: usize, scratch: usize): usize {
  return load<usize>(job, 36) + ((scratch - load<usize>(job, 68)) << 8);
}

/** The draws' key, two words; the step; the largest word that makes β 1. */
export const KEY: usize = 72;
export const STEP: usize = 80;
export const TOP: usize = 84;

/** The draws' index of a row. */
// @ts-ignore: decorator
@inline
export function globalRowOf(job: usize, row: i32): u64 {
  return load<u64>(job, 88) + <u64>row;
}

/** The draws' index of the first block of four columns. */
// @ts-ignore: decorator
@inline
export function blockOf(job: usize): i32 {
  return load<i32>(job, 96);
}
