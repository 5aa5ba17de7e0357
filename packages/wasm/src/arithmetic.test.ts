import { expect, test } from 'vitest';
import { compileKernels, instantiate, type KernelExports } from './module.ts';

const vectorized = ['simd', 'relaxed-simd'] as const;

/** Numbers of a block. */
const BLOCK = 2 ** 20;
const START = 65_536;

/** What assembly/arithmetic.ts derives. */
const bounds = {
  simd: () => 2.2e-7,
  'relaxed-simd': (x: number) => 2.1e-7 + 2.8e-9 * -x,
} as const;

/** One unit of the last place, halved, of the smallest result that is not 0: what numbers below 2^-126 lose. */
const SUBNORMAL = 1e-7;

async function kernelsOf(backend: 'simd' | 'relaxed-simd', pages = 65) {
  const compiled = await compileKernels(false, backend);
  if (typeof compiled === 'string') throw new Error(compiled);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  return { memory, kernels: instantiate(compiled.module, memory, 0) };
}

/** The kernels' e^x of each number. */
async function exponentialsOf(backend: 'simd' | 'relaxed-simd', values: Float32Array): Promise<Float32Array> {
  const length = Math.ceil(values.length / 4) * 4;
  const { kernels, memory } = await kernelsOf(backend, 2 + Math.ceil((4 * length) / 65_536));
  // As words: copied as numbers, signalling NaNs might not stay so.
  const words = new Uint32Array(memory.buffer, START, values.length);
  words.set(new Uint32Array(values.buffer, values.byteOffset, values.length));
  kernels.exponentials(START, 4 * length);
  return new Float32Array(memory.buffer, START, values.length);
}

const wordOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0];

test.each(vectorized)('%s: e^x is within its bound for every float from -2^-24 to -88', async (backend) => {
  const { kernels, memory } = await kernelsOf(backend);
  const results = new Float32Array(memory.buffer, START, BLOCK);
  const words = new Uint32Array(BLOCK);
  const inputs = new Float32Array(words.buffer);
  const bound = bounds[backend];
  const [first, last] = [wordOf(-(2 ** -24)), wordOf(-88)];
  const worst = { ratio: 0, at: 0, error: 0, largest: 0, largestAt: 0 };
  let checked = 0;
  let zeros = 0;
  for (let word = first; word <= last; word += BLOCK) {
    const count = Math.min(BLOCK, last - word + 1);
    for (let k = 0; k < count; k++) words[k] = word + k;
    new Uint32Array(memory.buffer, START, BLOCK).set(words);
    kernels.exponentials(START, 4 * BLOCK);
    for (let k = 0; k < count; k++) {
      const x = inputs[k];
      const e = results[k];
      if (e === 0 && x < -87.683) {
        zeros++; // from -126.5 ln 2 = -87.6831 on
        continue;
      }
      const exact = Math.exp(x);
      const error = Math.abs(e - exact) / exact;
      const ratio = error / (bound(x) + (exact < 2 ** -126 ? SUBNORMAL : 0));
      if (!(ratio <= worst.ratio)) Object.assign(worst, { ratio, at: x, error });
      if (!(error <= worst.largest) && exact >= 2 ** -126) Object.assign(worst, { largest: error, largestAt: x });
      checked++;
    }
  }
  console.log(`${backend}: e^x is wrong by ${worst.largest.toExponential(3)} at most, at ${worst.largestAt}`);
  expect(worst.ratio, `${worst.error} at ${worst.at}`).toBeLessThanOrEqual(1);
  expect(checked + zeros).toBe(last - first + 1);
  expect(zeros).toBeGreaterThanOrEqual(last - wordOf(-87.6832));
});

test.each(vectorized)('%s: e^x of what is nearer to 0 than 2^-24 is 1 within half a unit', async (backend) => {
  // Every 997th such float, the subnormal ones too: the result no longer depends on more than x + 1.
  const words = Uint32Array.from({ length: Math.ceil((wordOf(2 ** -24) + 1) / 997) }, (_, k) => 0x80000000 + k * 997);
  const results = await exponentialsOf(backend, new Float32Array(words.buffer));
  expect(results.length).toBeGreaterThan(850_000);
  expect(results.every((e) => e === 1 || e === 1 - 2 ** -24)).toBe(true);
  expect([...(await exponentialsOf(backend, Float32Array.of(0, -0, -(2 ** -149))))]).toEqual([1, 1, 1]);
});

test.each(vectorized)('%s: e^x is exactly 0 for every float sampled below -87.7, and at -Infinity', async (backend) => {
  const [first, last] = [wordOf(-87.7), wordOf(-Infinity)];
  const words = Uint32Array.from({ length: Math.floor((last - first) / 997) }, (_, k) => first + k * 997);
  const results = await exponentialsOf(backend, new Float32Array(words.buffer));
  expect(results.length).toBeGreaterThan(1_000_000);
  expect(results.every((e) => e === 0)).toBe(true);
  expect((await exponentialsOf(backend, Float32Array.of(-Infinity)))[0]).toBe(0);
});

test.each(vectorized)('%s: e^NaN is NaN: quiet, signalling, of either sign', async (backend) => {
  const payloads = Array.from({ length: 2 ** 16 }, (_, k) => 1 + ((k * 2_654_435_761) % (2 ** 23 - 1)));
  const special = [1, 2 ** 22 - 1, 2 ** 22, 2 ** 23 - 1];
  for (const sign of [0x7f800000, 0xff800000]) {
    const words = Uint32Array.from([...special, ...payloads], (payload) => sign + payload);
    const results = await exponentialsOf(backend, new Float32Array(words.buffer));
    expect(results.every(Number.isNaN)).toBe(true);
  }
});

/** A unit in the last place of a double. */
function unitOf(value: number): number {
  const double = Float64Array.of(Math.abs(value));
  new BigInt64Array(double.buffer)[0] += 1n;
  return double[0] - Math.abs(value);
}

/** Dense over all orders of magnitude, and about 1, where log is 0. */
function* logarithmic(): Generator<number> {
  for (let k = 0; k < 600_000; k++) yield 10 ** (-300 + (600 * k) / 6e5 + 1e-7 * Math.sin(k));
  for (let k = 1; k < 200_000; k++) yield* [1 + k ** 3 * 1e-16, 1 - k ** 3 * 1e-16, 1 + k * 5e-6, 1 - k * 5e-6];
  // The ends of the reduced range.
  for (let k = -1000; k <= 1000; k++) {
    const seam = 2 ** (k / 2 + 0.5);
    yield* [seam * (1 - 2 ** -53), seam, seam * (1 + 2 ** -52)];
  }
}

test.each([
  ['logOf', Math.log],
  ['logOnePlus', Math.log1p],
] as const)('%s is within 4 units of the last place', async (name, exact) => {
  const { kernels } = await kernelsOf('simd', 1);
  const log = kernels[name];
  let worst = 0;
  let count = 0;
  for (const x of logarithmic()) {
    if (!(x > 2 ** -1022)) continue;
    const wanted = exact(x);
    const units = Math.abs(log(x) - wanted) / unitOf(wanted);
    if (!(units <= worst)) worst = units;
    count++;
  }
  console.log(`${name}: wrong by ${worst} units of the last place at most`);
  expect(count).toBeGreaterThan(1_000_000);
  expect(worst).toBeLessThanOrEqual(4);
});

test('logarithms of 0, Infinity and NaN follow the limits', async () => {
  for (const backend of vectorized) {
    const { kernels } = await kernelsOf(backend, 1);
    expect(kernels.logOf(0)).toBe(-Infinity);
    expect(kernels.logOf(1)).toBe(0);
    expect(kernels.logOf(Infinity)).toBe(Infinity);
    expect(kernels.logOf(Number.NaN)).toBeNaN();
    expect(kernels.logOnePlus(0)).toBe(0);
    expect(kernels.logOnePlus(2 ** -149)).toBe(2 ** -149);
    expect(kernels.logOnePlus(Infinity)).toBe(Infinity);
    expect(kernels.logOnePlus(Number.NaN)).toBeNaN();
  }
});

test('the module that is chosen rounds a multiply-add as its name says', async () => {
  const isFused = ({ kernels }: { readonly kernels: KernelExports }) => kernels.isFused(1 + 2 ** -12, -1);
  expect(isFused(await kernelsOf('simd', 1))).toBe(0);
  expect(isFused(await kernelsOf('relaxed-simd', 1))).toBe(1);
});
