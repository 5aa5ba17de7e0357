import { expect, test } from 'vitest';
import { expOf, exponentialTable, LARGEST_EXPONENT } from './exponential.ts';

const table = exponentialTable();

/** Math.exp is right to one unit in the last place. */
const errorAt = (x: number): number => Math.abs(expOf(table, x) / Math.exp(x) - 1);

// Every float is out of reach of a unit test, but a dense sample is not: between neighbours of it, less than 2^-14 apart in
// x, the error is a smooth function of the same few polynomial pieces, 64 of which the sample crosses in every unit of x.
test('e^x is within 1e-10 of Math.exp over every 997th single-precision number from -708 to 300', () => {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  let [worst, count] = [0, 0];
  for (const [sign, limit] of [
    [0, LARGEST_EXPONENT],
    [0x80000000, 708],
  ]) {
    for (let word = 0; ; word += 997) {
      bits[0] = sign + word;
      if (Math.abs(float[0]) > limit) break;
      worst = Math.max(worst, errorAt(float[0]));
      count++;
    }
  }
  expect(count).toBeGreaterThan(2_000_000);
  expect(worst).toBeLessThan(7.5e-11); // the bound that the doc comment derives
});

test('e^x is as near at the seams of the table, one double to either side', () => {
  let worst = 0;
  for (let k = -708 * 46; k < 300 * 46; k++) {
    const seam = (k * Math.LN2) / 32;
    for (const x of [seam - Math.abs(seam) * 2 ** -52, seam, seam + Math.abs(seam) * 2 ** -52]) {
      worst = Math.max(worst, errorAt(x));
    }
  }
  expect(worst).toBeLessThan(7.5e-11);
});

test('e^x ends at exactly 0, and NaN stays', () => {
  for (const x of [-Infinity, -1e300, -1e4, -746]) expect(expOf(table, x)).toBe(0);
  for (let x = -745; x < -708; x += 0.37) expect(Math.abs(expOf(table, x) - Math.exp(x))).toBeLessThan(1e-317);
  expect(expOf(table, Number.NaN)).toBeNaN();
});

test('every call has a table of its own', () => {
  expect(exponentialTable()).not.toBe(table);
  expect(exponentialTable()).toEqual(table);
});
