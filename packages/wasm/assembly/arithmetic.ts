// Exponentials and logarithms of the kernels, with their error.

/** `a b + c`: rounded once in the fused module, twice in the other. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/**
 * `e^x` for x <= 0, in single precision. Relative error: at most 2.2e-7; in the fused module 2.1e-7 + 2.8e-9 |x|, which is 4.6e-7
 * at most. Below -87.33, where results are subnormal, 1e-7 more. 0 below -126.5 ln 2 = -87.683; NaN for NaN.
 * Above 0 the result is meaningless and must not be used.
 *
 * `x = n ln 2 + r`, `|r| <= ln 2 / 2`, `e^x = 2^n e^r`. Adding 1.5 · 2^23 rounds x / ln 2 to the integer n; the 127 beside it
 * is the bias of exponents, so that the sum's low bits, shifted, are 2^n already. Below -126.5 ln 2 they are 0, which is 2^-127
 * in the place of exponents: the result is 0. Neither step can turn a NaN into a number, since r stays one.
 *
 * Why the bound holds, with u = 2^-24 = 5.96e-8, relative to e^r:
 *
 * - The polynomial, its coefficients rounded: 1.06e-7.
 * - r: n times the first part of ln 2 is exact (7 bits by 15), so is its difference to x; then r <= 0.35 is rounded once: 0.25 u.
 *   Fused, ln 2 is one number, 1.905e-9 off, n times: 2.75e-9 |x| + 1e-9.
 * - The last sum 1 + r p: u for r > 0, where it is at least 1; else u / 2 in at least 0.7, 0.71 u. The sum before it, times r:
 *   0.25 u. All earlier ones, times r² or less: 0.06 u. Not fused, each product is rounded too: 0.24 u for r > 0, else 0.43 u.
 *
 * Together 1.56 u fused and 1.8 u else, beside the polynomial and n: 2.0e-7 + 2.75e-9 |x|, and 2.14e-7. The product by 2^n is exact,
 * but for subnormal results: half of 2^-149 in 0.7 · 2^-126, 8.5e-8. Over all floats the errors come to 1.96e-7 and, fused and
 * at -87.05, to 4.04e-7.
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

/** `log(1 + x)` in double for x of 0 or normal x > 0, within 4 units of the last place however small x is. */
export function logOnePlus(x: f64): f64 {
  if (!(x < Infinity)) return x;
  const u = 1 + x;
  // What 1 + x lost, as a part of u.
  return x < 0.4 ? atanhSeries(x / (2 + x)) : logOf(u) + (x >= 1 ? 1 - (u - x) : x - (u - 1)) / u;
}

/** `log(x)` in double for x of 0 or normal x > 0, within 4 units of the last place. */
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
