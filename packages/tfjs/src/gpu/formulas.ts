// The arithmetic of the programs, in the language of language.ts: what GPUs do not get right by themselves, and both losses of
// one entry. SPEC S2, S3, X2 to X4, N1 to N4.
//
// Beside them a program has notANumber(), isBad() (whether it is one) and isInfinite() of its own kind of shader: compilers of
// shaders may assume that there is no NaN and no Infinity, so neither is left to arithmetic where a branch can say it.

import { literal } from './language.ts';

/** Below every finite logit's whole part there is none; and no infinity, which compilers may lose. */
export const LOWEST: string = literal(-3.4028234663852886e38);

/**
 * `decayWhole(n)`, e^-n for whole n in [0, 127]; `decay(s)`, e^-s for s >= 0, to 1e-6 relative down to 2^-126.
 *
 * GPUs compute e^x as 2^(x log2 e): the rounded product costs up to 2 |x| units in the last place. So only a fraction goes
 * through theirs; e^-n is a product of e^-1, e^-2, e^-4, …, as the bits of n say. All is exact but products, whatever a
 * compiler rearranges.
 */
export const DECAY: string = `
f32 decayWhole(f32 n) {
  f32 value = 1.;
  f32 rest = n;
${[64, 32, 16, 8, 4, 2, 1]
  .map((bit) => `  if (rest >= ${bit}.) { value *= ${literal(Math.exp(-bit))}; rest -= ${bit}.; }`)
  .join('\n')}
  return value;
}
f32 decay(f32 s) {
  f32 bounded = min(s, 104.);
  f32 whole = floor(bounded);
  return decayWhole(whole) * exp(whole - bounded);
}`;

// Of P in log(1 + u) = t P(t^2), t = u / (2 + u) in [0, 1/3], highest power first: through the Chebyshev nodes of [0, 1/9],
// 4e-9 away from the exact function.
const artanh = [
  0.2815777836660226, 0.2796515774455717, 0.4002459523071185, 0.6666632164138003, 2.000000007681759,
] as const;

/**
 * `softplusRest(s)`, log(1 + e^-s) for s >= 0; `sigmoidLoss(z, y)`; `sigmoidSlope(z, y)`.
 *
 * With u = e^-|z|:
 *
 *     softplus(z) - y z = y max(-z, 0) + (1 - y) max(z, 0) + log(1 + u),
 *     σ(z) - y = (1 - y - y u) / (1 + u) for z >= 0, else ((1 - y) u - y) / (1 + u).
 *
 * Sums of terms >= 0, and 1 - y and y alone: a well-classified entry keeps its digits (N3). A factor of 0 wins over an
 * infinite logit (N2).
 */
export const SIGMOID: string = `
f32 softplusRest(f32 s) {
  f32 u = decay(s);
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
f32 sigmoidLoss(f32 z, f32 y) {
  if (isBad(z)) { return notANumber(); }
  f32 loss = softplusRest(abs(z));
  if (y > 0.) { loss += y * max(-z, 0.); }
  if (y < 1.) { loss += (1. - y) * max(z, 0.); }
  return loss;
}
f32 sigmoidSlope(f32 z, f32 y) {
  if (isBad(z)) { return notANumber(); }
  f32 u = decay(abs(z));
  f32 other = 1. - y;
  f32 numerator = other * u - y;
  if (z >= 0.) { numerator = other - y * u; }
  return numerator / (1. + u);
}`;

// Weights below this are split into a power of e and a rest.
const SMALL_WEIGHT = literal(2 ** -10);

/**
 * `levelOf(z, w)`, `termOf(z, w, reference)`, `logarithm(s)`, `softmaxLoss(reference, s, pulled, mass)`.
 *
 * A row's terms are w e^z. Its reference is a whole number n, the largest floor(z) + q over the included entries, and
 * q = 0, or about log w where w is small: an entry of tiny weight that holds the largest logit must not underflow the others.
 * Then
 *
 *     w e^z / e^n = (w e^-q) e^(z - floor(z)) e^-(n - floor(z) - q),
 *
 * in which the fraction z - floor(z) and the whole number n - floor(z) - q are exact for every z: a difference of two logits
 * is not, and costs 2e-6 where they are 40 apart.
 *
 * With s = Σ w e^z / e^n: L = (Σ y) log s + Σ y (n - z).
 */
export const SOFTMAX: string = `
f32 shiftOf(f32 w) {
  if (w < ${SMALL_WEIGHT}) { return max(ceil(log(w)), -87.); }
  return 0.;
}
f32 levelOf(f32 z, f32 w) {
  if (isBad(z) || isBad(w)) { return notANumber(); }
  if (z > 0. && isInfinite(z)) { return notANumber(); }
  return floor(z) + shiftOf(w);
}
f32 termOf(f32 z, f32 w, f32 reference) {
  f32 whole = floor(z);
  f32 shift = shiftOf(w);
  f32 gap = reference - (whole + shift);
  if (gap > 104.) { return 0.; }
  f32 factor = w;
  if (shift < 0.) { factor = w / decayWhole(-shift); }
  return factor * exp(z - whole) * decayWhole(max(gap, 0.));
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
f32 softmaxLoss(f32 reference, f32 s, f32 pulled, f32 mass) {
  if (isBad(reference) || isBad(s) || isBad(pulled)) { return notANumber(); }
  if (s > 0.) { return mass * logarithm(s) + pulled; }
  return notANumber();
}`;
