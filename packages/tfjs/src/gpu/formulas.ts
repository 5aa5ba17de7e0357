// The arithmetic of the programs, in the language of language.ts: what GPUs do not get right by themselves, and both losses of
// one entry. SPEC S2, S3, X2 to X4, N1 to N4.
//
// Beside them a program has notANumber(), isBad(x) (NaN), opaque(x) and twoToMinus(k) of its own kind of shader: compilers of shaders may assume that there
// is no NaN and no Infinity, so neither is left to arithmetic where a choice can say it.

import { literal } from './language.ts';

/** The level of no entry. No infinity, which compilers may lose. */
export const LOWEST: string = literal(-3.4028234663852886e38);
/** The level of an entry that leaves its row without a distribution: NaN or +Infinity. It wins every maximum. SPEC N2. */
export const HIGHEST: string = literal(3.4028234663852886e38);

// ln 2 = C1 - C2: k C1 is exact for k up to 2^15.
const C1 = 0.693359375;
const C2 = C1 - Math.LN2;

/**
 * `decayWhole(n)`, e^-n for whole n in [0, 127]; `decay(s)`, e^-s for s >= 0, to 1e-6 relative down to 2^-126.
 *
 * GPUs compute e^x as 2^(x log2 e): the rounded product costs up to 2 |x| units in the last place. So only a rest goes through
 * theirs: e^-s = 2^-k e^-r with r = s - k ln 2 in [0, 0.7), and s - k C1 is exact. opaque(x) is x, and keeps compilers
 * from joining C1 and C2 again. For whole numbers e^-n is a product of e^-1, e^-2, e^-4, …, as the bits of n say.
 */
export const DECAY: string = `
f32 decayWhole(f32 n) {
  f32 value = 1.;
  f32 rest = n;
${[64, 32, 16, 8, 4, 2, 1]
  .map(
    (bit) => `  value *= choose(rest >= ${bit}., ${literal(Math.exp(-bit))}, 1.);
  rest -= choose(rest >= ${bit}., ${bit}., 0.);`,
  )
  .join('\n')}
  return value;
}
f32 decay(f32 s) {
  f32 bounded = min(s, 104.);
  f32 k = min(floor(bounded * ${literal(Math.LOG2E)}), 126.);
  f32 rest = opaque(bounded - opaque(k * ${literal(C1)}));
  return twoToMinus(k) * exp(-(rest + k * ${literal(C2)}));
}`;

// Of P in log(1 + u) = t P(t^2), t = u / (2 + u) in [0, 1/3], highest power first: through the Chebyshev nodes of [0, 1/9],
// 4e-9 away from the exact function.
const artanh = [
  0.2815777836660226, 0.2796515774455717, 0.4002459523071185, 0.6666632164138003, 2.000000007681759,
] as const;

/**
 * `weightOf(y, e, t)`, w; `lossOf(z, y, w)` and `slopeOf(z, y, w)`, 0 for w = 0.
 *
 * With u = e^-|z|:
 *
 *     softplus(z) - y z = y max(-z, 0) + (1 - y) max(z, 0) + log(1 + u),
 *     σ(z) - y = (1 - y - y u) / (1 + u) for z >= 0, else ((1 - y) u - y) / (1 + u).
 *
 * Sums of terms >= 0, and 1 - y and y alone: a well-classified entry keeps its digits (N3). A factor of 0 wins over an
 * infinite logit (N2).
 *
 * @param soft Whether y may lie between 0 and 1.
 */
export function sigmoidText(soft: boolean): string {
  return `
f32 weightOf(f32 y, f32 e, f32 t) {
  return choose(e * t > 0., y, 1.);
}
f32 softplusRest(f32 u) {
  f32 reciprocal = 1. / (2. + u);
  f32 t = u * reciprocal;
  f32 square = t * t;
  f32 p = ${literal(artanh[0])};
${artanh
  .slice(1)
  .map((coefficient) => `  p = p * square + ${literal(coefficient)};`)
  .join('\n')}
  return u * (reciprocal * p);
}
f32 lossOf(f32 z, f32 y, f32 w) {
  f32 result = 0.;
  if (!(w == 0.)) {
    f32 linear = ${soft ? 'choose(y > 0., y * max(-z, 0.), 0.)' : 'max(choose(y > 0., -z, z), 0.)'};
    ${soft ? 'linear += choose(y < 1., (1. - y) * max(z, 0.), 0.);' : ''}
    result = choose(isBad(z), notANumber(), w * (softplusRest(decay(abs(z))) + linear));
  }
  return result;
}
f32 slopeOf(f32 z, f32 y, f32 w) {
  f32 result = 0.;
  if (!(w == 0.)) {
    f32 u = decay(abs(z));
    f32 other = 1. - y;
    f32 numerator = choose(z >= 0., other - y * u, other * u - y);
    result = choose(isBad(z), notANumber(), w * (numerator / (1. + u)));
  }
  return result;
}`;
}

/** Weights below this are split into a power of e and a rest. */
export const SMALL_WEIGHT: number = 2 ** -4;

/**
 * `vOf(beta, t)`, v, NaN for a bad β; `weightOf(y, v)`, w; `levelOf(z, w)`, `termOf(z, w, reference)`, `pullOf(z, y, reference)`
 * and `slopeOf(z, y, w, reference, share)`, which leave out what w = 0 excludes; `spoilerOf(z, w)`, 1 for NaN and +Infinity,
 * which are to be looked for where a level is the highest, and make s NaN; `logarithm(s)`; `shareOf(s, mass)`;
 * `softmaxLoss(s, pulled, mass)`.
 *
 * A row's terms are w e^z. Its reference is a whole number n, the largest floor(z) + q over the included entries, and
 * q = 0, or about log w where w is small: an entry of tiny weight that holds the largest logit must not underflow the others.
 * Then
 *
 *     w e^z / e^n = (w e^-q) e^((z - floor(z)) - (n - floor(z) - q)),
 *
 * in which the fraction z - floor(z) and the whole number n - floor(z) - q are exact for every z: a difference of two logits
 * is not, and costs 2e-6 where they are 40 apart. The last difference is rounded, and the exponential off, in proportion to its
 * size, which its own exponential outweighs.
 *
 * With s = Σ w e^z / e^n: L = (Σ y) log s + Σ y (n - z), gradient (Σ y) / s (w e^z / e^n) - y.
 *
 * @param tiny Whether a weight below {@link SMALL_WEIGHT} but 0 can come.
 */
export function softmaxText(tiny: boolean): string {
  const shift = `max(ceil(log(w)), -87.)`;
  return `
f32 vOf(f32 beta, f32 t) {
  f32 v = choose(t > 0., 1. - beta, 1.);
  return choose(isBad(beta) || beta < 0. || beta > 1., notANumber(), v);
}
f32 weightOf(f32 y, f32 v) {
  return choose(y > 0., v + (1. - v) * y, v);
}
f32 levelOf(f32 z, f32 w) {
  f32 level = floor(z);
  ${tiny ? `if (w > 0. && w < ${SMALL_WEIGHT}) { level += ${shift}; }` : ''}
  return choose(w == 0., ${LOWEST}, choose(isBad(z + w), ${HIGHEST}, min(level, ${HIGHEST})));
}
f32 spoilerOf(f32 z, f32 w) {
  return choose(w == 0. || !(isBad(z + w) || z * 0.5 > 2e38), 0., 1.);
}
f32 termOf(f32 z, f32 w, f32 reference) {
  f32 term = 0.;
  if (!(w == 0.)) {
    f32 level = floor(z);
    f32 fraction = z - level;
    f32 factor = w;
    ${tiny ? `if (w < ${SMALL_WEIGHT}) { f32 q = ${shift}; level += q; factor = w / decayWhole(-q); }` : ''}
    f32 gap = reference - level;
    term = choose(gap > 104., 0., factor * exp(fraction - gap));
  }
  return term;
}
f32 pullOf(f32 z, f32 y, f32 reference) {
  return choose(y > 0., y * (reference - z), 0.);
}
f32 shareOf(f32 s, f32 mass) {
  return choose(isBad(s) || !(s > 0.), notANumber(), mass / s);
}
f32 slopeOf(f32 z, f32 y, f32 w, f32 reference, f32 share) {
  return choose(isBad(share), notANumber(), share * termOf(z, w, reference) - y);
}
f32 logarithm(f32 s) {
  f32 m = s;
  f32 power = 0.;
${[16, 8, 4, 2, 1]
  .map((bit) => `  if (m >= ${2 ** bit}.) { m *= ${literal(2 ** -bit)}; power += ${bit}.; }`)
  .join('\n')}
${[16, 8, 4, 2, 1]
  .map((bit) => `  if (m < ${literal(2 ** (0.5 - bit))}) { m *= ${2 ** bit}.; power -= ${bit}.; }`)
  .join('\n')}
  if (m > ${literal(Math.SQRT2)}) { m *= 0.5; power += 1.; }
  f32 t = (m - 1.) / (m + 1.);
  f32 square = t * t;
  f32 p = ${literal(2 / 9)};
${[7, 5, 3, 1].map((n) => `  p = p * square + ${literal(2 / n)};`).join('\n')}
  return power * ${literal(Math.LN2)} + t * p;
}
f32 softmaxLoss(f32 s, f32 pulled, f32 mass) {
  f32 share = shareOf(s, mass);
  return choose(isBad(share), share, mass * logarithm(s) + pulled);
}`;
}
