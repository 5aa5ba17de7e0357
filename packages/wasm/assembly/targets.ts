// The sigmoid form with target rows. SPEC S1 to S3.
//
// w = 1, or y in a gated row's tail classes. With e = e^-|z|, p = e / (1 + e), and a = 1 - y for z >= 0, a = y for z < 0:
//
//     loss = w (a |z| + log(1 + e)),    gradient = w (a - p) for z >= 0, w (p - a) for z < 0.
//
// Weights forbid to take the logarithms together: log(1 + e) = 2 atanh(e / (2 + e)), one series an entry.

import { exponential, lower, multiplyAdd, upper } from './arithmetic';
import {
  A1,
  A2,
  A3,
  A4,
  C2,
  C3,
  C4,
  C5,
  constant,
  LOG2E,
  LOWEST,
  MAGIC,
  MINUS_LN2,
  MINUS_LN2_REST,
  ONE,
  SIGN,
  TWO,
} from './constants';
import { clear, copy } from './copy';
import { columns, gradientOf, kindOf, logitsOf, lossOf, scaleOf, targetsOf, weightsOf } from './job';

/** A row of a tile: adds to its loss, writes its gradient. `scratch`: 384 bytes. */
export function sigmoidTargets(job: usize, row: i32, scratch: usize): void {
  const count = columns(job);
  const z = logitsOf(job, row);
  const g = gradientOf(job, row);
  const y = targetsOf(job, row);
  const mask = weightsOf(job, 0);
  // -1 includes every entry of a row that is not gated.
  const always = kindOf(job, row) == 1 ? -1 : 0;
  const scale = scaleOf(job, row);
  const whole = count & ~3;
  let sum = vectors(z, g, y, mask, always, (<usize>whole) << 2, scale);
  if (whole < count) {
    const start = (<usize>whole) << 2;
    const bytes = (<usize>(count - whole)) << 2;
    clear(scratch, 48);
    copy(scratch, z + start, bytes);
    copy(scratch + 16, y + start, bytes);
    copy(scratch + 32, mask + start, bytes);
    // Beyond the row: target 0, not included in a gated row; in one that is not gated z = -Infinity costs nothing.
    for (let k = count - whole; k < 4; k++) store<f32>(scratch + ((<usize>k) << 2), -Infinity);
    sum += vectors(scratch, g == 0 ? 0 : scratch, scratch + 16, scratch + 32, always, 16, scale);
    if (g != 0) copy(g + start, scratch, bytes);
  }
  const total = lossOf(job, row);
  store<f64>(total, load<f64>(total) + sum);
}

function vectors(z: usize, g: usize, y: usize, mask: usize, always: i32, bytes: usize, scale: f32): f64 {
  const sign = constant(SIGN);
  const lowest = constant(LOWEST);
  const log2e = constant(LOG2E);
  const magic = constant(MAGIC);
  const ln2 = constant(MINUS_LN2);
  const rest = constant(MINUS_LN2_REST);
  const one = constant(ONE);
  const two = constant(TWO);
  const c2 = constant(C2);
  const c3 = constant(C3);
  const c4 = constant(C4);
  const c5 = constant(C5);
  const a1 = constant(A1);
  const a2 = constant(A2);
  const a3 = constant(A3);
  const a4 = constant(A4);
  const zero = f32x4.splat(0);
  const scales = f32x4.splat(scale);
  const all = i32x4.splat(always);
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.load(z + k);
    const target = v128.load(y + k);
    const w = v128.bitselect(one, target, v128.or(v128.load(mask + k), all));
    const included = f32x4.gt(w, zero);
    const minus = v128.or(x, sign);
    const e = exponential(minus, lowest, log2e, magic, ln2, rest, one, c2, c3, c4, c5);
    const negative = i32x4.shr_s(x, 31);
    const a = v128.bitselect(target, f32x4.sub(one, target), negative);
    // 0 · ∞ is 0 here: SPEC N2.
    const linear = v128.and(f32x4.mul(a, v128.xor(minus, sign)), f32x4.gt(a, zero));
    const s = f32x4.div(e, f32x4.add(two, e));
    const q = f32x4.mul(s, s);
    let series = multiplyAdd(a4, q, a3);
    series = multiplyAdd(series, q, a2);
    series = multiplyAdd(series, q, a1);
    series = multiplyAdd(series, q, one);
    const logarithm = f32x4.mul(f32x4.mul(two, s), series);
    const loss = v128.and(f32x4.mul(w, f32x4.add(linear, logarithm)), included);
    s0 = f64x2.add(s0, lower(loss));
    s1 = f64x2.add(s1, upper(loss));
    if (g != 0) {
      const p = f32x4.div(e, f32x4.add(one, e));
      // a - p, its sign turned for z < 0
      const difference = v128.xor(f32x4.sub(a, p), v128.and(negative, sign));
      v128.store(g + k, v128.and(f32x4.mul(scales, f32x4.mul(w, difference)), included));
    }
  }
  const sum = f64x2.add(s0, s1);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
