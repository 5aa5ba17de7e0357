// The arithmetic in single precision, as mode webasm runs it, against Math in double.

import { GPU } from 'gpu.js';
import { afterAll, describe, expect, test } from 'vitest';
import { decay, logarithm, logOfOnePlus, logOfUpTo16, powers } from './arithmetic.ts';

const gpu = new GPU({ mode: 'webasm' });
afterAll(() => gpu.destroy());

type Declare = (name: string, x: string) => string;

/** f(x) of every x. */
function apply(declare: Declare, values: Float32Array): Float32Array {
  const source = `function (values) { const x = values[this.thread.x];${declare('y', 'x')}\nreturn y; }`;
  const settings = { output: [values.length], precision: 'single', constants: { powers: powers() } };
  const kernel = gpu.createKernel(source, settings as object);
  const results = kernel(values) as Float32Array;
  kernel.destroy();
  return results;
}

/** A million numbers spread evenly, and a million by order of magnitude. */
function spread(from: number, to: number): Float32Array {
  const count = 1_000_000;
  const least = Math.max(from, 2 ** -40);
  return Float32Array.from({ length: 2 * count }, (_, k) => {
    const part = (k % count) / (count - 1);
    const x = k < count ? from + (to - from) * part : least * (to / least) ** part;
    return Math.min(x, to);
  });
}

/** The largest error relative to what it may be. */
function worst(
  declare: Declare,
  values: Float32Array,
  exact: (x: number) => number,
  scale: (right: number) => number,
): number {
  const results = apply(declare, values);
  let most = 0;
  values.forEach((x, k) => {
    const right = exact(x);
    const error = Math.abs(results[k] - right) / scale(right);
    most = Number.isNaN(error) ? Infinity : Math.max(most, error);
  });
  return most;
}

const relative = Math.abs;

describe('within the error that is promised', () => {
  test('e^-s to 2e-7 while it is normal', () => {
    expect(worst(decay, spread(0, 87.3), (s) => Math.exp(-s), relative)).toBeLessThan(2e-7);
  });

  test('log(1 + u) to 3e-7, a small u to the last digits', () => {
    expect(worst(logOfOnePlus, spread(0, 1).filter(Boolean), Math.log1p, relative)).toBeLessThan(3e-7);
    expect(worst(logOfOnePlus, spread(2 ** -126, 2 ** -20), Math.log1p, relative)).toBeLessThan(3e-7);
  });

  test('log(1 + u) up to 15 to 6e-7', () => {
    expect(worst(logOfUpTo16, spread(0, 15).filter(Boolean), Math.log1p, relative)).toBeLessThan(6e-7);
    expect(worst(logOfUpTo16, spread(2 ** -126, 2 ** -20), Math.log1p, relative)).toBeLessThan(6e-7);
  });

  test('log(s) to 3e-7 max(1, |log(s)|) from 2^-31 to 2^31', () => {
    const scale = (right: number): number => Math.max(1, Math.abs(right));
    expect(worst(logarithm, spread(2 ** -31, 1), Math.log, scale)).toBeLessThan(3e-7);
    expect(worst(logarithm, spread(1, 2 ** 31), Math.log, scale)).toBeLessThan(3e-7);
    const nearOne = spread(0.75, 1.4).filter((s) => s !== 1);
    expect(worst(logarithm, nearOne, Math.log, relative)).toBeLessThan(3e-7);
  });
});

describe('at the ends', () => {
  test('e^-s is exactly 1 at 0, exactly 0 where single precision has no normal numbers, and hands NaN on', () => {
    const results = apply(decay, Float32Array.of(0, -0, 88, 104, 1e30, Infinity, Number.NaN));
    expect([...results]).toEqual([1, 1, 0, 0, 0, 0, Number.NaN]);
  });

  test('log(1 + 0) is exactly 0, and log(1) too', () => {
    expect(apply(logOfOnePlus, Float32Array.of(0))[0]).toBe(0);
    expect(apply(logOfUpTo16, Float32Array.of(0))[0]).toBe(0);
    expect(apply(logarithm, Float32Array.of(1))[0]).toBe(0);
  });
});
