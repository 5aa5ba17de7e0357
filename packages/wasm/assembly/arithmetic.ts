// Exponentials and logarithms of the kernels, with their error.

/** `a b + c`: rounded once in the fused module, twice in the other. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/**
 * `e^x` for x <= 0, in single precision: within 4e-7 of the exact value, relative, down to x = -87.6; 0 below; NaN for NaN.
 * Above 0 the result is meaningless and must not be used.
 *
 * `x = n ln 2 + r`, `|r| <= ln 2 / 2`, `e^x = 2^n e^r`. Adding 1.5 · 2^23 rounds x / ln 2 to the integer n; the 127 beside it
 * is the bias of exponents, so that the sum's low bits, shifted, are 2^n already. Below -87.6 they are 0, which is 2^-127 in
 * the place of exponents: the result is 0. Neither step can turn a NaN into a number, since r stays one.
 */
// @ts-ignore: decorator
@inline
export function exponential(
  x: v128,
  lowest: v128,
  log2e: v128,
  magic: v128,
  minusLn2: v128,
  minusLn2Rest: v128,
  one: v128,
  c2: v128,
  c3: v128,
  c4: v128,
  c5: v128,
): v128 {
  const bounded = f32x4.pmax(x, lowest);
  const shifted = multiplyAdd(bounded, log2e, magic);
  const n = f32x4.sub(shifted, magic);
  let r = multiplyAdd(n, minusLn2, bounded);
  if (!ASC_FEATURE_RELAXED_SIMD) r = multiplyAdd(n, minusLn2Rest, r);
  let p = multiplyAdd(c5, r, c4);
  p = multiplyAdd(p, r, c3);
  p = multiplyAdd(p, r, c2);
  p = multiplyAdd(p, r, one);
  p = multiplyAdd(p, r, one);
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}

/** The first two lanes, as doubles. */
// @ts-ignore: decorator
@inline
export function lower(a: v128): v128 {
  return f64x2.promote_low_f32x4(a);
}

/** The last two. */
// @ts-ignore: decorator
@inline
export function upper(a: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(a, a, 1, 1));
}

/** `log(1 + x)` in double for x >= 0, to a few units of the last place however small x is. */
export function logOnePlus(x: f64): f64 {
  if (!(x < Infinity)) return x;
  const u = 1 + x;
  // What 1 + x lost, as a part of u.
  return x < 0.4 ? atanhSeries(x / (2 + x)) : logOf(u) + (x >= 1 ? 1 - (u - x) : x - (u - 1)) / u;
}

/** `log(x)` in double for normal x > 0. */
export function logOf(x: f64): f64 {
  if (!(x < Infinity)) return x;
  if (x == 0) return -Infinity;
  const bits = reinterpret<u64>(x);
  // x = 2^k m with m in [sqrt(1/2), sqrt(2))
  const k = <i64>(bits - 0x3fe6a09e667f3bcd) >> 52;
  const m = reinterpret<f64>(bits - (<u64>k << 52));
  return <f64>k * 0.6931471805599453 + atanhSeries((m - 1) / (m + 1));
}

/** `2 atanh(s)` for |s| <= 0.1716: the next term of the series is below 1e-17 of the first. */
function atanhSeries(s: f64): f64 {
  const q = s * s;
  let sum: f64 = 1.0 / 21;
  sum = sum * q + 1.0 / 19;
  sum = sum * q + 1.0 / 17;
  sum = sum * q + 1.0 / 15;
  sum = sum * q + 1.0 / 13;
  sum = sum * q + 1.0 / 11;
  sum = sum * q + 1.0 / 9;
  sum = sum * q + 1.0 / 7;
  sum = sum * q + 1.0 / 5;
  sum = sum * q + 1.0 / 3;
  return 2 * (s + s * q * sum);
}
