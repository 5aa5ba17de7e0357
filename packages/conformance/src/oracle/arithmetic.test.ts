import { expect, test } from 'vitest';
import { createArithmetic } from './arithmetic.ts';

const math = createArithmetic();

test('a double becomes itself, not its shortest decimal', () => {
  expect(math.exact(0.1).toFixed()).toBe('0.1000000000000000055511151231257827021181583404541015625');
  expect(math.exact(2 ** -60).toFixed()).toBe(`0.${(5n ** 60n).toString().padStart(60, '0')}`);
  expect(math.exact(-1.5).toString()).toBe('-1.5');
  expect(math.exact(5e-324).times('1e324').toFixed(9)).toBe('4.940656458');
});

test.each([0, -0, 0.1, -2.5, 1e-300, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, 2 ** 53, 1 / 3])(
  'the double %s survives the way there and back',
  (value) => {
    expect(math.toDouble(math.exact(value))).toBe(value + 0);
  },
);

test('special values stay what they are', () => {
  expect(math.toDouble(math.exact(Number.NaN))).toBeNaN();
  expect(math.toDouble(math.exact(Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
  expect(math.toDouble(math.exact(Number.NEGATIVE_INFINITY))).toBe(Number.NEGATIVE_INFINITY);
});

test('rounding to double is to the nearest, ties to even', () => {
  const half = math.exact(2 ** -53);
  expect(math.toDouble(math.exact(1).plus(half))).toBe(1);
  expect(math.toDouble(math.exact(1).plus(half).plus('1e-70'))).toBe(1 + 2 ** -52);
});

test('softplus(0) is ln 2 and softplus(x) - softplus(-x) is x, to 75 digits', () => {
  // The first 75 digits of ln 2.
  const ln2 = '0.693147180559945309417232121458176568075500134360255254120680009493393621969694';
  expect(math.softplus(math.exact(0)).minus(ln2).abs().lt('1e-75')).toBe(true);
  for (const x of [0.1, 3, 17.25, 88.8, 104, 9999.5]) {
    const gap = math
      .softplus(math.exact(x))
      .minus(math.softplus(math.exact(-x)))
      .minus(math.exact(x));
    expect(gap.abs().lt('1e-70')).toBe(true);
  }
});

test('a small softplus keeps its digits', () => {
  for (const x of [60, 75, 104, 300]) {
    const small = math.exp(math.exact(-x));
    // softplus(-x) = e^-x - e^-2x / 2 + …
    const relative = math.softplus(math.exact(-x)).div(small).minus(1).plus(small.div(2));
    expect(relative.abs().lt('1e-50')).toBe(true);
  }
});

test('sigmoid(x) + sigmoid(-x) is 1', () => {
  for (const x of [0, 0.1, 3, 104]) {
    const sum = math.sigmoid(math.exact(x)).plus(math.sigmoid(math.exact(-x)));
    expect(sum.minus(1).abs().lt('1e-75')).toBe(true);
  }
});
