// e^x for the path in single precision: as exact as its results can show, at a quarter of the cost of Math.exp.

/** Parts of an octave that the table holds. */
const STEPS = 32;
/** Where the table's octaves begin: 2^-1076, which is 0, so that everything below is 0 too. */
const LOWEST = -1076;
/** Below this, e^x is 0. */
const UNDERFLOW = -745.5;
/** Steps from the table's begin to e^0. */
const ORIGIN = -LOWEST * STEPS;
/** Steps in one unit of x. */
const PER_UNIT = STEPS / Math.LN2;

// 2^((d - 1/2) / 32) for d in [0, 1), see expOf: c0 + c1 r + c2 r^2 + c3 r^3 with r = (d - 1/2) U, in powers of d.
const U = Math.LN2 / STEPS;
const H = U / 2;
const [C0, C1, C2, C3] = [1 - H ** 4 / 192, 1, 1 / 2 + H ** 2 / 24, 1 / 6];
const P0 = C0 - C1 * H + C2 * H ** 2 - C3 * H ** 3;
const P1 = (C1 - 2 * C2 * H + 3 * C3 * H ** 2) * U;
const P2 = (C2 - 3 * C3 * H) * U ** 2;
const P3 = C3 * U ** 3;

/** The largest x that {@link expOf} takes. */
export const LARGEST_EXPONENT = 300;

/** What {@link expOf} reads: 32 steps of an octave, then the octaves. 12 KB, made in a few microseconds. */
export function exponentialTable(): Float64Array {
  const octaves = Math.ceil(LARGEST_EXPONENT / Math.LN2) - LOWEST + 1;
  const table = new Float64Array(STEPS + octaves);
  for (let k = 0; k < STEPS; k++) table[k] = 2 ** ((k + 0.5) / STEPS);
  for (let n = 0; n < octaves; n++) table[STEPS + n] = 2 ** (n + LOWEST);
  return table;
}

/**
 * e^x, with a relative error below 1e-10 where the result is a normal number (x >= -708), and exact at 0 = e^-Infinity.
 *
 * With t = x 32 / ln 2 = k + d, k an integer and d in [0, 1): `e^x = 2^((k + 1/2) / 32) e^r`, r = (d - 1/2) ln 2 / 32,
 * so |r| <= h = ln 2 / 64. The first factor comes from the table. In the second, the series to r^4 has a remainder below
 * 1.02 h^5 / 120 = 1.3e-12, and replacing r^4 by h^2 r^2 - h^4 / 8 costs at most h^4 / 8 (the difference is
 * T_4(r / h) h^4 / 8, a Chebyshev polynomial), hence h^4 / 192 = 7.17e-11: together 7.4e-11 of a value >= e^-h. The
 * rounding of t, 1.1e-11 at worst, is worth 2.4e-13; all other roundings 1e-15.
 *
 * @param table From {@link exponentialTable}.
 * @param x At most 300. NaN gives NaN.
 */
export function expOf(table: Float64Array, x: number): number {
  const t = Math.max(x, UNDERFLOW) * PER_UNIT + ORIGIN;
  const k = t | 0; // t >= 0: the floor; 0 for NaN, which d keeps
  const d = t - k;
  // The octave last: a subnormal result is then rounded once.
  return (P0 + d * (P1 + d * (P2 + d * P3))) * table[k & 31] * table[STEPS + (k >> 5)];
}
