// The softmax form. SPEC X1 to X4.
//
// In steps, each of which can be taken tile by tile of columns: the maximum m over what is included; the sum of the terms
// w e^(z - m); loss; gradient (Σ y) term / sum - y. The label's term is kept apart, so that neither a small loss
// log(1 + rest / own) nor p_y - 1 = -rest / (rest + own) cancels.

import { exponential, logOf, logOnePlus, lower, multiplyAdd, upper } from './arithmetic';
import { C2, C3, C4, C5, constant, LOG2E, LOW, LOWEST, MAGIC, MINUS_LN2, MINUS_LN2_REST, ONE } from './constants';
import { clear, copy } from './copy';
import { drawWeights } from './draws';
import { columns, gradientOf, headsOf, kindOf, labelOf, logitsOf, lossOf, ownWeightsOf, scaleOf, stateOf, stepsOf, targetsOf, weightsOf } from './job';

/** The steps: their numbers are added. */
const MAXIMUM: i32 = 1;
const SUM: i32 = 2;
const LOSS: i32 = 4;
const GRADIENT: i32 = 8;
/** With SUM: terms are kept where the gradient will be, and GRADIENT finds them there. */
const KEEP: i32 = 16;

/** Columns after which a sum is closed: src/arena.ts. */
const TILE: i32 = 3840;

const TAKEN_OUT: u8 = 0;
/** Weights so small that single precision does not do: the host calculates the row. */
const LEFT_TO_HOST: u8 = 3;

/** Rows `from` to `to` of a tile. `scratch`: 384 bytes of this thread's. */
export function softmax(job: usize, from: i32, to: i32, scratch: usize): void {
  const steps = stepsOf(job);
  const count = columns(job);
  for (let row = from; row < to; row++) {
    const g = gradientOf(job, row);
    const kind = kindOf(job, row);
    if (kind == LEFT_TO_HOST) continue;
    if (kind == TAKEN_OUT) {
      if (g != 0 && steps & GRADIENT) memory.fill(g, 0, <usize>count << 2);
      continue;
    }
    const state = stateOf(job, row);
    const z = logitsOf(job, row);
    const y = targetsOf(job, row);
    const areDrawn = headsOf(job) != 0;
    const v = areDrawn ? ownWeightsOf(job, scratch) : weightsOf(job, row);
    if (areDrawn && steps & (MAXIMUM | SUM)) drawWeights(job, row, count, v);
    const label = y == 0 ? labelOf(job, row) : -1;
    const here = label >= 0 && label < count;
    const at = <usize>label << 2;
    if (steps & MAXIMUM) {
      let max = maximumOf(z, v, y, count, f32(load<f64>(state)), scratch);
      // An included label counts whatever its weight as a negative is.
      if (here && load<f32>(z + at) > max) max = load<f32>(z + at);
      store<f64>(state, max);
    }
    const max = f32(load<f64>(state));
    if (steps & SUM) sums(z, v, y, count, here ? label : -1, max, steps & KEEP ? g : 0, state, scratch);
    const rest = load<f64>(state, 8);
    const own = load<f64>(state, 16);
    const mass = load<f64>(state, 24);
    const gap = load<f64>(state, 32);
    if (steps & LOSS) {
      const total = lossOf(job, row);
      if (y != 0) store<f64>(total, gap + mass * logOf(rest));
      else store<f64>(total, rest <= own ? logOnePlus(rest / own) : gap + logOf(own + rest));
    }
    if (steps & GRADIENT && g != 0) {
      const scale = <f64>scaleOf(job, row);
      const share = <f32>((scale * (y != 0 ? mass : 1)) / (own + rest));
      const isKept = (steps & KEEP) != 0;
      // Kept terms know what is included, but for those after the last whole vector: most pieces of a wide row are not drawn
      // once more for their gradient.
      const knowsWeights = steps & (MAXIMUM | SUM) || (y == 0 && isKept && share < Infinity && (count & 3) == 0);
      if (areDrawn && !knowsWeights) drawWeights(job, row, count, v);
      const next = row + 1 < to ? logitsOf(job, row + 1) : z;
      gradients(z, g, v, y, count, max, share, <f32>scale, isKept, next, scratch);
      if (here) store<f32>(g + at, <f32>((-scale * rest) / (own + rest)));
    }
  }
}

/**
 * The sum of a row's terms, its label's apart. A row that comes in one piece is added up in the tiles in which it would
 * otherwise come: how it is cut shows in no bit.
 */
function sums(
  z: usize,
  v: usize,
  y: usize,
  count: i32,
  label: i32,
  max: f32,
  kept: usize,
  state: usize,
  scratch: usize,
): void {
  if (label >= 0) {
    const logit = load<f32>(z + (<usize>label << 2));
    store<f64>(state, exponentialOf(logit - max), 16);
    store<f64>(state, <f64>max - <f64>logit, 32);
  }
  for (let from = 0; from < count; ) {
    const end = min(from + TILE, count);
    // As far as the label, which is left out, or the end of the tile.
    const to = label >= from && label < end ? label : end;
    const at = <usize>from << 2;
    sumUp(z + at, v + at, y == 0 ? 0 : y + at, to - from, max, kept == 0 ? 0 : kept + at, state, scratch);
    if (to < end) {
      const next = <usize>(to + 1) << 2;
      sumUp(z + next, v + next, 0, end - to - 1, max, kept == 0 ? 0 : kept + next, state, scratch);
    }
    from = end;
  }
}

/** e^x of one number, as the vectors have it. */
function exponentialOf(x: f32): f64 {
  const e = exponential(
    f32x4.splat(x),
    constant(LOWEST),
    constant(LOG2E),
    constant(MAGIC),
    constant(MINUS_LN2),
    constant(MINUS_LN2_REST),
    constant(ONE),
    constant(C2),
    constant(C3),
    constant(C4),
    constant(C5),
  );
  return <f64>f32x4.extract_lane(e, 0);
}

/** w: v, or v + (1 - v) y with target rows. SPEC X1. */
// @ts-ignore: decorator
@inline
function weight(v: usize, y: usize, k: usize, one: v128): v128 {
  const negative = v128.load(v + k);
  return y == 0 ? negative : multiplyAdd(f32x4.sub(one, negative), v128.load(y + k), negative);
}

/**
 * Copies what is left of a row after its whole vectors; beyond the row nothing is included.
 * Logits lie at `scratch` then, weights at + 16, targets at + 32, kept terms at + 48.
 */
function remainder(z: usize, v: usize, y: usize, kept: usize, bytes: usize, scratch: usize): void {
  clear(scratch, 64);
  copy(scratch, z, bytes);
  copy(scratch + 16, v, bytes);
  if (y != 0) copy(scratch + 32, y, bytes);
  if (kept != 0) copy(scratch + 48, kept, bytes);
}

/** The largest of `max` and the included logits; a NaN among them is left for the sum to find. */
function maximumOf(z: usize, v: usize, y: usize, count: i32, max: f32, scratch: usize): f32 {
  const bytes = <usize>(count & ~3) << 2;
  let all = f32x4.splat(max);
  all = maximumOfVectors(z, v, y, bytes, all);
  if (count & 3) {
    remainder(z + bytes, v + bytes, y == 0 ? 0 : y + bytes, 0, <usize>(count & 3) << 2, scratch);
    all = maximumOfVectors(scratch, scratch + 16, scratch + 32, 16, all);
  }
  return largest(all);
}

/** The largest lane. */
function largest(lanes: v128): f32 {
  const both = f32x4.pmax(lanes, i64x2.shuffle(lanes, lanes, 1, 0));
  const first = f32x4.extract_lane(both, 0);
  const second = f32x4.extract_lane(both, 1);
  return first < second ? second : first;
}

function maximumOfVectors(z: usize, v: usize, y: usize, bytes: usize, max: v128): v128 {
  const one = constant(ONE);
  const low = constant(LOW);
  let m0 = max;
  let k: usize = 0;
  if (y == 0) {
    // Four maxima, since each has to wait for the one before it.
    let m1 = max;
    let m2 = max;
    let m3 = max;
    for (const end = bytes & ~63; k < end; k += 64) {
      m0 = f32x4.pmax(m0, included(v128.load(z + k), v128.load(v + k), low));
      m1 = f32x4.pmax(m1, included(v128.load(z + k, 16), v128.load(v + k, 16), low));
      m2 = f32x4.pmax(m2, included(v128.load(z + k, 32), v128.load(v + k, 32), low));
      m3 = f32x4.pmax(m3, included(v128.load(z + k, 48), v128.load(v + k, 48), low));
    }
    m0 = f32x4.pmax(f32x4.pmax(m0, m1), f32x4.pmax(m2, m3));
  }
  for (; k < bytes; k += 16) m0 = f32x4.pmax(m0, included(v128.load(z + k), weight(v, y, k, one), low));
  return m0;
}

/** z where w > 0, else -Infinity. */
// @ts-ignore: decorator
@inline
function included(z: v128, w: v128, low: v128): v128 {
  return v128.bitselect(z, low, f32x4.gt(w, f32x4.splat(0)));
}

/** Adds to a row's state: the terms, kept where wanted, and with target rows their mass and `Σ y (m - z)`. */
function sumUp(
  z: usize,
  v: usize,
  y: usize,
  count: i32,
  max: f32,
  kept: usize,
  state: usize,
  scratch: usize,
): void {
  const bytes = <usize>(count & ~3) << 2;
  const left = <usize>(count & 3) << 2;
  const groups = y == 0 ? bytes & ~63 : 0;
  if (groups != 0) sumOfLabelled(z, v, groups, max, kept, state);
  if (groups < bytes) {
    sumOfVectors(
      z + groups,
      v + groups,
      y == 0 ? 0 : y + groups,
      bytes - groups,
      max,
      kept == 0 ? 0 : kept + groups,
      state,
    );
  }
  if (left != 0) {
    remainder(z + bytes, v + bytes, y == 0 ? 0 : y + bytes, 0, left, scratch);
    sumOfVectors(scratch, scratch + 16, y == 0 ? 0 : scratch + 32, 16, max, scratch + 48, state);
    if (kept != 0) copy(kept + bytes, scratch + 48, left);
  }
}

/** Index labels: four vectors are added in single precision (two roundings), then in double. */
function sumOfLabelled(z: usize, v: usize, bytes: usize, max: f32, kept: usize, state: usize): void {
  const lowest = constant(LOWEST);
  const log2e = constant(LOG2E);
  const magic = constant(MAGIC);
  const ln2 = constant(MINUS_LN2);
  const rest = constant(MINUS_LN2_REST);
  const one = constant(ONE);
  const c2 = constant(C2);
  const c3 = constant(C3);
  const c4 = constant(C4);
  const c5 = constant(C5);
  const top = f32x4.splat(max);
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  for (let k: usize = 0; k < bytes; k += 64) {
    const w0 = v128.load(v + k);
    const w1 = v128.load(v + k, 16);
    const w2 = v128.load(v + k, 32);
    const w3 = v128.load(v + k, 48);
    if (!v128.any_true(v128.or(v128.or(w0, w1), v128.or(w2, w3)))) {
      if (kept != 0) clear(kept + k, 64);
      continue;
    }
    const d0 = f32x4.sub(v128.load(z + k), top);
    const d1 = f32x4.sub(v128.load(z + k, 16), top);
    const d2 = f32x4.sub(v128.load(z + k, 32), top);
    const d3 = f32x4.sub(v128.load(z + k, 48), top);
    const t0 = term(exponential(d0, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5), w0);
    const t1 = term(exponential(d1, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5), w1);
    const t2 = term(exponential(d2, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5), w2);
    const t3 = term(exponential(d3, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5), w3);
    if (kept != 0) {
      v128.store(kept + k, t0);
      v128.store(kept + k, t1, 16);
      v128.store(kept + k, t2, 32);
      v128.store(kept + k, t3, 48);
    }
    const sum = f32x4.add(f32x4.add(t0, t1), f32x4.add(t2, t3));
    s0 = f64x2.add(s0, lower(sum));
    s1 = f64x2.add(s1, upper(sum));
  }
  store<f64>(state, load<f64>(state, 8) + sumOf(f64x2.add(s0, s1)), 8);
}

/** `w e`, and 0 where w is, whatever e is. SPEC N1. */
// @ts-ignore: decorator
@inline
function term(e: v128, w: v128): v128 {
  return v128.and(f32x4.mul(w, e), f32x4.gt(w, f32x4.splat(0)));
}

/** Any batch, a vector at a time. */
function sumOfVectors(z: usize, v: usize, y: usize, bytes: usize, max: f32, kept: usize, state: usize): void {
  const lowest = constant(LOWEST);
  const log2e = constant(LOG2E);
  const magic = constant(MAGIC);
  const ln2 = constant(MINUS_LN2);
  const rest = constant(MINUS_LN2_REST);
  const one = constant(ONE);
  const c2 = constant(C2);
  const c3 = constant(C3);
  const c4 = constant(C4);
  const c5 = constant(C5);
  const zero = f32x4.splat(0);
  const top = f32x4.splat(max);
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let masses = f64x2.splat(0);
  let gaps = f64x2.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const d = f32x4.sub(v128.load(z + k), top);
    const e = exponential(d, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5);
    const t = term(e, weight(v, y, k, one));
    if (kept != 0) v128.store(kept + k, t);
    s0 = f64x2.add(s0, lower(t));
    s1 = f64x2.add(s1, upper(t));
    if (y != 0) {
      const target = v128.load(y + k);
      const gap = v128.and(f32x4.mul(target, d), f32x4.gt(target, zero));
      masses = f64x2.add(masses, f64x2.add(lower(target), upper(target)));
      gaps = f64x2.sub(gaps, f64x2.add(lower(gap), upper(gap)));
    }
  }
  store<f64>(state, load<f64>(state, 8) + sumOf(f64x2.add(s0, s1)), 8);
  store<f64>(state, load<f64>(state, 24) + sumOf(masses), 24);
  // Only target rows have it; a label's is its own.
  if (y != 0) store<f64>(state, load<f64>(state, 32) + sumOf(gaps), 32);
}

// @ts-ignore: decorator
@inline
function sumOf(lanes: v128): f64 {
  return f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
}

/** `share term - scale y` of what is included, else 0. */
function gradients(
  z: usize,
  g: usize,
  v: usize,
  y: usize,
  count: i32,
  max: f32,
  share: f32,
  scale: f32,
  kept: bool,
  next: usize,
  scratch: usize,
): void {
  const bytes = <usize>(count & ~3) << 2;
  const left = <usize>(count & 3) << 2;
  if (y == 0 && kept && share < Infinity) gradientsOfTerms(g, bytes, share, next);
  else gradientsOfVectors(z, g, v, y, bytes, max, share, scale, kept);
  if (left == 0) return;
  const last = scratch + 48;
  remainder(z + bytes, v + bytes, y == 0 ? 0 : y + bytes, g + bytes, left, scratch);
  gradientsOfVectors(scratch, last, scratch + 16, scratch + 32, 16, max, share, scale, kept);
  copy(g + bytes, last, left);
}

/** Index labels: the terms are there already, 0 where nothing is included, which a finite share leaves 0. */
function gradientsOfTerms(g: usize, bytes: usize, share: f32, next: usize): void {
  const shares = f32x4.splat(share);
  let k: usize = 0;
  for (const end = bytes & ~63; k < end; k += 64) {
    // The next row's logits are fetched meanwhile: looking for their maximum would have to wait for memory.
    load<i32>(next + k);
    v128.store(g + k, f32x4.mul(shares, v128.load(g + k)));
    v128.store(g + k, f32x4.mul(shares, v128.load(g + k, 16)), 16);
    v128.store(g + k, f32x4.mul(shares, v128.load(g + k, 32)), 32);
    v128.store(g + k, f32x4.mul(shares, v128.load(g + k, 48)), 48);
  }
  for (; k < bytes; k += 16) v128.store(g + k, f32x4.mul(shares, v128.load(g + k)));
}

function gradientsOfVectors(
  z: usize,
  g: usize,
  v: usize,
  y: usize,
  bytes: usize,
  max: f32,
  share: f32,
  scale: f32,
  kept: bool,
): void {
  const lowest = constant(LOWEST);
  const log2e = constant(LOG2E);
  const magic = constant(MAGIC);
  const ln2 = constant(MINUS_LN2);
  const rest = constant(MINUS_LN2_REST);
  const one = constant(ONE);
  const c2 = constant(C2);
  const c3 = constant(C3);
  const c4 = constant(C4);
  const c5 = constant(C5);
  const zero = f32x4.splat(0);
  const top = f32x4.splat(max);
  const shares = f32x4.splat(share);
  const scales = f32x4.splat(scale);
  for (let k: usize = 0; k < bytes; k += 16) {
    const w = weight(v, y, k, one);
    let term: v128;
    if (kept) {
      term = v128.load(g + k);
    } else {
      const d = f32x4.sub(v128.load(z + k), top);
      term = f32x4.mul(w, exponential(d, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5));
    }
    let result = f32x4.mul(shares, term);
    if (y != 0) result = f32x4.sub(result, f32x4.mul(scales, v128.load(y + k)));
    v128.store(g + k, v128.and(result, f32x4.gt(w, zero)));
  }
}
