// The arithmetic of the kernels: e^-s, log(1 + u) and log(s) from operations that every mode of gpu.js gets right.
//
// Only + - * / floor, sqrt, comparisons and one table. gpu.js's own exp is 1e-6 off on GPUs and a call for each of four lanes in
// webasm, its log(0) is -88.03, its log1p and expm1 lose their digits near 0, its pow of a negative base and its tanh beyond
// 89 are NaN. All of it is statements to be put into a kernel: webasm runs a helper function lane by lane.
//
// A clamp is a choice, `x > c ? c : x`, never Math.min: a choice hands NaN on, a GPU's min does not. SPEC N2. The place in a table
// is never NaN: after one such place V8 takes half as long again for all others. Nor is it outside, whatever s is: webasm traps.

/** What lies behind the powers in {@link powers}: a 0, for exponents beyond single precision, and a NaN. */
export const PLACE_OF_ZERO = 417;
export const PLACE_OF_NAN = 418;

/** The largest finite number of single precision. */
export const LARGEST: string = literal(3.4028234663852886e38);

// Beyond this e^-s is subnormal in single precision, which GPUs take for 0.
const LAST_NORMAL = 349;

// e^f for |f| <= 1/8, highest power first: 1.6e-8 relative, by Chebyshev interpolation at 40 digits.
const EXP = [0.0416938009728536, 0.166829487646404, 0.499999893999223, 0.9999993639214, 1];

// P in log(1 + u) = t P(t^2) with t = u / (2 + u), t^2 in [0, 1/9], highest power first: 4.2e-9 relative, likewise.
const ARTANH = [0.281577783631091, 0.279651577451973, 0.400245952307037, 0.666663216413778, 2.000000007681759];

/** `[419]`: e^(-k/4) for k up to 416, 0, NaN; the constant `powers` of every kernel. Kernels write no NaN and no infinity. */
export function powers(): Float32Array {
  return Float32Array.from({ length: PLACE_OF_NAN + 1 }, (_, k) =>
    k === PLACE_OF_NAN ? Number.NaN : k > LAST_NORMAL ? 0 : Math.exp(-k / 4),
  );
}

/** A number as gpu.js reads it: an integer with its point, so that it is no int. */
export function literal(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}

/**
 * Declares `name` = e^-s for s >= 0, to 2e-7 relative while it is a normal number; 0 beyond, NaN for NaN.
 *
 * e^-s = e^(-k/4) e^f with k the whole number next to 4 s and f = k/4 - s, which is exact.
 */
export function decay(name: string, s: string): string {
  return `
  const ${name}A = ${s};
  const ${name}S = ${name}A > 104.0 ? 104.0 : ${name}A;
  const ${name}K = Math.floor(Math.max(${name}A < 104.0 ? ${name}A : 104.0, 0.0) * 4.0 + 0.5);
  const ${name}F = ${name}K * 0.25 - ${name}S;
  const ${name} = this.constants.powers[${name}K] * ${polynomial(EXP, `${name}F`)};`;
}

/** Declares `name` = log(1 + u) for 0 <= u <= 1, to 3e-7 relative: a small u keeps its digits. SPEC N3. */
export function logOfOnePlus(name: string, u: string): string {
  return `
  const ${name}R = 1.0 / (2.0 + ${u});
  const ${name}T = ${u} * ${name}R;
  const ${name}Q = ${name}T * ${name}T;
  const ${name} = ${u} * (${name}R * ${polynomial(ARTANH, `${name}Q`)});`;
}

/**
 * Declares `name` = log(1 + u) for 0 <= u <= 15, to 6e-7 relative. With r = sqrt(1 + u), log(1 + u) = 2 log(1 + (r - 1)) and
 * r - 1 = u / (1 + r), which loses nothing; twice, and u is at most 1.
 */
export function logOfUpTo16(name: string, u: string): string {
  return `
  const ${name}A = ${u} / (1.0 + Math.sqrt(1.0 + ${u}));
  const ${name}B = ${name}A / (1.0 + Math.sqrt(1.0 + ${name}A));${logOfOnePlus(`${name}Root`, `${name}B`)}
  const ${name} = 4.0 * ${name}Root;`;
}

/**
 * Declares `name` = log(s) for s in [2^-31, 2^31], to 3e-7 max(1, |log(s)|); s is taken apart by exact powers of two, and what is
 * left of it is near 1 from both sides, so that near 1 the logarithm keeps its digits.
 */
export function logarithm(name: string, s: string): string {
  const bits = [16, 8, 4, 2, 1];
  return `
  let ${name}M = ${s};
  let ${name}E = 0.0;
${bits.map((bit) => `  if (${name}M >= ${literal(2 ** bit)}) { ${name}M = ${name}M * ${literal(2 ** -bit)}; ${name}E = ${name}E + ${literal(bit)}; }`).join('\n')}
${bits.map((bit) => `  if (${name}M < ${literal(2 ** (1 - bit))}) { ${name}M = ${name}M * ${literal(2 ** bit)}; ${name}E = ${name}E - ${literal(bit)}; }`).join('\n')}
  if (${name}M > ${literal(Math.SQRT2)}) { ${name}M = ${name}M * 0.5; ${name}E = ${name}E + 1.0; }
  const ${name}T = (${name}M - 1.0) / (${name}M + 1.0);
  const ${name}Q = ${name}T * ${name}T;
  const ${name} = ${name}E * ${literal(Math.LN2)} + ${name}T * ${polynomial(ARTANH, `${name}Q`)};`;
}

function polynomial(coefficients: readonly number[], x: string): string {
  return coefficients.map(literal).reduce((text, coefficient) => `(${text} * ${x} + ${coefficient})`);
}
