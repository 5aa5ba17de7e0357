// The sigmoid form with index labels. SPEC S1 to S3.
//
// An entry that is no positive has y = 0. With e = e^-|z|:
//
//     loss = max(z, 0) + log(1 + e),    gradient = σ(z) = (z >= 0 ? 1 : e) / (1 + e).
//
// The logarithms of a row are taken together: log Π (1 + e) = log(1 + Q). Q is built without the 1, as Q + e + Q e, so that
// losses of 1e-9 keep their digits (SPEC N3). Eight factors are multiplied in single precision, as a tree (at most three
// times two roundings), then in double, where Q cannot overflow in the 120 blocks of a chunk: 2^(120 · 8) at most.
//
// The positive has y = 1: loss softplus(-z), gradient -σ(-z). Its block is copied, with -z, and calculated like any other.

import { clear, copy } from './copy';
import { exponential, logOnePlus, lower, multiplyAdd, upper } from './arithmetic';

import { C2, C3, C4, C5, constant, LOG2E, LOWEST, MAGIC, MINUS_LN2, MINUS_LN2_REST, ONE, SIGN } from './constants';
import {
  blocksOf,
  columns,
  gradientOf,
  kindOf,
  labelOf,
  logitsOf,
  lossOf,
  scaleOf,
  targetsOf,
  weightsOf,
} from './job';
import { sigmoidTargets } from './targets';

/** Classes of a block, and blocks of a chunk, after which logarithms are taken. */
const BLOCK: i32 = 32;
const CHUNK: i32 = 120;
/** Blocks up to which all four lanes are multiplied too, 2^(30 · 32) at most, and one logarithm does: a quarter of them. */
const SHORT: i32 = 30;

const TAKEN_OUT: u8 = 0;
const PLAIN: u8 = 1;
/** Targets that single precision does not do for: the host calculates the row. */
const LEFT_TO_HOST: u8 = 3;

/** Rows `from` to `to` of a tile: adds to their losses, writes their gradients. `scratch`: 384 bytes of this thread's. */
export function sigmoid(job: usize, from: i32, to: i32, scratch: usize): void {
  for (let row = from; row < to; row++) {
    const gradient = gradientOf(job, row);
    const kind = kindOf(job, row);
    if (kind == LEFT_TO_HOST) continue;
    if (kind == TAKEN_OUT) {
      if (gradient != 0) memory.fill(gradient, 0, <usize>columns(job) << 2);
    } else if (targetsOf(job, row) != 0) {
      sigmoidTargets(job, row, scratch);
    } else {
      labelled(job, row, scratch);
    }
  }
}

function labelled(job: usize, row: i32, scratch: usize): void {
  const count = columns(job);
  const label = labelOf(job, row);
  const mask = weightsOf(job, 0);
  const kinds: usize = kindOf(job, row) == PLAIN ? 0 : blocksOf(job);
  const scale = scaleOf(job, row);
  const whole = count / BLOCK;
  const special = label >= 0 && label < count ? label / BLOCK : -1;
  const total = lossOf(job, row);
  for (let first = 0; first * BLOCK < count; first += CHUNK) {
    const last = min(first + CHUNK, whole);
    const z = logitsOf(job, row);
    const g = gradientOf(job, row);
    let sum: f64 = 0;
    let begin = first;
    // The label's block, and one that is not whole, are calculated on copies.
    if (special >= first && special < last) {
      sum += range(z, g, mask, kinds, begin, special, scale);
      sum += copied(z, g, mask, kinds, special, BLOCK, label, scale, scratch);
      begin = special + 1;
    }
    sum += range(z, g, mask, kinds, begin, last, scale);
    if (last == whole && count > whole * BLOCK && whole < first + CHUNK) {
      sum += copied(z, g, mask, kinds, whole, count - whole * BLOCK, special == whole ? label : -1, scale, scratch);
    }
    store<f64>(total, load<f64>(total) + sum);
  }
}

/** A block, or the part of one at the end of a row, on a copy: `label` is included and negated. */
function copied(
  z: usize,
  g: usize,
  mask: usize,
  kinds: usize,
  block: i32,
  size: i32,
  label: i32,
  scale: f32,
  scratch: usize,
): f64 {
  const start = <usize>block * 128;
  const bytes = <usize>size << 2;
  const masks = scratch + 128;
  const kind = scratch + 256;
  clear(scratch, 256);
  copy(scratch, z + start, bytes);
  // The table of masks is padded with zeros to whole blocks; a row that is not gated has no masks.
  if (kinds == 0) for (let k: usize = 0; k < bytes; k += 4) store<i32>(masks + k, -1);
  else copy(masks, mask + start, 128);
  store<u8>(kind, 2);
  const at = scratch + (<usize>(label - block * BLOCK) << 2);
  if (label >= 0) {
    store<f32>(at, -load<f32>(at));
    store<i32>(at + 128, -1);
  }
  const sum = range(scratch, g == 0 ? 0 : scratch, masks, kind, 0, 1, scale);
  if (g == 0) return sum;
  if (label >= 0) store<f32>(at, -load<f32>(at));
  copy(g + start, scratch, bytes);
  return sum;
}

/**
 * The loss of blocks `from` to `to`, and their gradient unless `g` is 0; `kinds` says of each what is included, 0 that all of
 * all is. One function for both: a second one without gradients would be no faster, and as large again.
 */
function range(z: usize, g: usize, mask: usize, kinds: usize, from: i32, to: i32, scale: f32): f64 {
  const wanted = g != 0;
  const sign = constant(SIGN);
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
  const scales = f32x4.splat(scale);
  let q0 = f64x2.splat(0);
  let q1 = f64x2.splat(0);
  let r0 = f64x2.splat(0);
  let r1 = f64x2.splat(0);
  for (let block = from; block < to; block++) {
    const at = z + <usize>block * 128;
    const out = g + <usize>block * 128;
    const masks = mask + <usize>block * 128;
    const kind: u8 = kinds == 0 ? 1 : load<u8>(kinds + <usize>block);
    if (kind == 0) {
      if (wanted) clear(out, 128);
      continue;
    }
    let q: v128;
    let r: v128;
    // The parts above 0 first: the gradient may be written where the logits are.
    if (kind == 1) {
      r = f32x4.add(positiveParts(at, 0, false), positiveParts(at + 64, 0, false));
      q = both(
        four(at, out, 0, false, wanted, scales, sign, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5),
        four(at + 64, out + 64, 0, false, wanted, scales, sign, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5),
        one,
      );
    } else {
      r = f32x4.add(positiveParts(at, masks, true), positiveParts(at + 64, masks + 64, true));
      q = both(
        four(at, out, masks, true, wanted, scales, sign, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5),
        // biome-ignore format: one call, one line
        four(at + 64, out + 64, masks + 64, true, wanted, scales, sign, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5),
        one,
      );
    }
    q0 = bothDoubles(q0, lower(q));
    q1 = bothDoubles(q1, upper(q));
    r0 = f64x2.add(r0, lower(r));
    r1 = f64x2.add(r1, upper(r));
  }
  const r = f64x2.add(r0, r1);
  if (to - from <= SHORT) {
    const q = bothDoubles(q0, q1);
    const a = f64x2.extract_lane(q, 0);
    const b = f64x2.extract_lane(q, 1);
    return logOnePlus(a * b + (a + b)) + (f64x2.extract_lane(r, 0) + f64x2.extract_lane(r, 1));
  }
  return (
    logOnePlus(f64x2.extract_lane(q0, 0)) +
    logOnePlus(f64x2.extract_lane(q0, 1)) +
    logOnePlus(f64x2.extract_lane(q1, 0)) +
    logOnePlus(f64x2.extract_lane(q1, 1)) +
    (f64x2.extract_lane(r, 0) + f64x2.extract_lane(r, 1))
  );
}

/** Writes the gradient of 16 classes and gives `Π (1 + e) - 1` over every fourth of them. */
// @ts-ignore: decorator
@inline
function four(
  at: usize,
  out: usize,
  masks: usize,
  masked: bool,
  wanted: bool,
  scales: v128,
  sign: v128,
  lowest: v128,
  log2e: v128,
  magic: v128,
  ln2: v128,
  rest: v128,
  one: v128,
  c2: v128,
  c3: v128,
  c4: v128,
  c5: v128,
): v128 {
  const x0 = v128.load(at);
  let e0 = exponential(v128.or(x0, sign), lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5);
  if (masked) e0 = v128.and(e0, v128.load(masks));
  if (wanted) v128.store(out, slope(x0, e0, scales, one, masks, masked));
  const x1 = v128.load(at, 16);
  let e1 = exponential(v128.or(x1, sign), lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5);
  if (masked) e1 = v128.and(e1, v128.load(masks, 16));
  if (wanted) v128.store(out, slope(x1, e1, scales, one, masks + 16, masked), 16);
  const x2 = v128.load(at, 32);
  let e2 = exponential(v128.or(x2, sign), lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5);
  if (masked) e2 = v128.and(e2, v128.load(masks, 32));
  if (wanted) v128.store(out, slope(x2, e2, scales, one, masks + 32, masked), 32);
  const x3 = v128.load(at, 48);
  let e3 = exponential(v128.or(x3, sign), lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5);
  if (masked) e3 = v128.and(e3, v128.load(masks, 48));
  if (wanted) v128.store(out, slope(x3, e3, scales, one, masks + 48, masked), 48);
  return both(both(e0, e1, one), both(e2, e3, one), one);
}

/** `scale σ(z)`: 0 where masked. */
// @ts-ignore: decorator
@inline
function slope(x: v128, e: v128, scales: v128, one: v128, masks: usize, masked: bool): v128 {
  // 1 where the sign bit of z is 0, else 0: the larger of it and e is the numerator, and NaN if e is.
  const numerator = f32x4.pmax(e, v128.andnot(one, i32x4.shr_s(x, 31)));
  const g = f32x4.div(f32x4.mul(numerator, scales), f32x4.add(one, e));
  return masked ? v128.and(g, v128.load(masks)) : g;
}

/** `Σ max(z, 0)` over every fourth of 16 classes. */
// @ts-ignore: decorator
@inline
function positiveParts(at: usize, masks: usize, masked: bool): v128 {
  return f32x4.add(
    f32x4.add(positivePart(v128.load(at), masks, masked), positivePart(v128.load(at, 16), masks + 16, masked)),
    f32x4.add(positivePart(v128.load(at, 32), masks + 32, masked), positivePart(v128.load(at, 48), masks + 48, masked)),
  );
}

// @ts-ignore: decorator
@inline
function positivePart(x: v128, masks: usize, masked: bool): v128 {
  const part = v128.andnot(x, i32x4.shr_s(x, 31));
  return masked ? v128.and(part, v128.load(masks)) : part;
}

/** Adds a pair of factors: `(1 + a)(1 + b) - 1`. */
// @ts-ignore: decorator
@inline
function both(a: v128, b: v128, one: v128): v128 {
  return multiplyAdd(f32x4.add(one, a), b, a);
}

/** The same in double. */
// @ts-ignore: decorator
@inline
function bothDoubles(a: v128, b: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), f64x2.add(a, b));
}
