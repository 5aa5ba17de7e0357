// Arbitrary-precision arithmetic for the oracle: exact conversion from doubles, and memory for what is expensive.

import { Decimal } from 'decimal.js';

/** A decimal number of arbitrary precision. */
export type Exact = Decimal;

/** What the oracle computes with. All functions take finite values. */
export interface Arithmetic {
  /** Significant decimal digits of every operation. */
  readonly digits: number;
  /** The double itself, all of its up to 767 digits; one object for equal doubles. NaN and ±Infinity stay. */
  readonly exact: (value: number) => Exact;
  /** `-x`; one object for one argument. */
  readonly negate: (x: Exact) => Exact;
  /** `e^x`. */
  readonly exp: (x: Exact) => Exact;
  /** `ln x` for x > 0. */
  readonly ln: (x: Exact) => Exact;
  /** `softplus(x) = max(x, 0) + log1p(e^-|x|)`. */
  readonly softplus: (x: Exact) => Exact;
  /** `σ(x) = 1 / (1 + e^-x)`. */
  readonly sigmoid: (x: Exact) => Exact;
  /** The nearest double; -0 is written as 0. */
  readonly toDouble: (x: Exact) => number;
}

/**
 * Makes the arithmetic. Results are remembered by argument, so a batch on a coarse grid of logits costs little more
 * than its sums.
 *
 * @param digits Significant digits, >= 50.
 */
export function createArithmetic(digits = 80): Arithmetic {
  const Real = Decimal.clone({ precision: digits, rounding: Decimal.ROUND_HALF_EVEN, minE: -9e15, maxE: 9e15 });
  const one = new Real(1);
  const exact = remember((value: number) => new Real(decimalText(value)));
  const exp = remember((x: Exact) => Real.exp(x));
  const negate = remember((x: Exact) => x.neg());
  const log1p = (x: Exact): Exact => {
    // 1 + x would round away the digits of a tiny x; three terms of the series are exact to x^3 = 1e-90.
    if (x.lt('1e-30')) return x.minus(x.times(x).div(2)).plus(x.pow(3).div(3));
    return Real.ln(one.plus(x));
  };
  return {
    digits,
    exact,
    negate,
    exp,
    ln: (x) => Real.ln(x),
    softplus: remember((x: Exact) => Real.max(x, 0).plus(log1p(exp(Real.abs(x).neg())))),
    sigmoid: remember((x: Exact) => one.div(one.plus(exp(negate(x))))),
    toDouble: remember((x: Exact) => Number(x.toString()) + 0),
  };
}

/** The decimal expansion of a double, which is finite because 2^-k = 5^k 10^-k. */
function decimalText(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value))
    return Number.isFinite(value) ? BigInt(value).toString() : `${value}`;
  let mantissa = value;
  let k = 0;
  // Doubling is exact; below 2^53 every double becomes an integer after at most 1074 steps.
  for (; !Number.isInteger(mantissa); k++) mantissa *= 2;
  return `${BigInt(mantissa) * 5n ** BigInt(k)}e-${k}`;
}

function remember<Key, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = compute(key);
      known.set(key, value);
    }
    return value;
  };
}
