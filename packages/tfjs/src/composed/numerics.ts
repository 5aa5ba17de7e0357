// The few functions that not every engine gets right, and nobody knows on which this will run: e^-s, log(1 + u), and sums over many classes. SPEC N3, N4.

import * as tf from '@tensorflow/tfjs-core';

/**
 * `e^-s` for s >= 0, to about 3e-7 relative as long as the result is a normal number; NaN stays NaN or becomes Infinity.
 *
 * GPUs compute e^x as 2^(x log2 e): the rounded product costs up to 2 |x| units in the last place. So the whole part of
 * s goes through a table and only its fraction through the engine.
 *
 * @param size s, any shape, >= 0; +Infinity gives 0.
 */
export function decay(size: tf.Tensor): tf.Tensor {
  // At 104, e^-s is below half the smallest single: 0.
  const bounded = tf.minimum(size, 104);
  const whole = tf.floor(bounded);
  const table = tf.tensor1d(Float32Array.from({ length: 105 }, (_, k) => Math.exp(-k)));
  const coarse = tf.gather(table, tf.reshape(tf.cast(whole, 'int32'), [-1]));
  return tf.mul(tf.reshape(coarse, size.shape), tf.exp(tf.sub(whole, bounded)));
}

/**
 * `log(1 + u)` for u in [0, 1], to 3e-7 relative.
 *
 * Several backends compute it as `log(1 + u)` after rounding `1 + u`, which is 0 for u = 1e-8. With t = u / (2 + u) in
 * [0, 1/3], `log(1 + u) = 2 artanh t = t P(t²)`: P is a polynomial of degree 4 through the Chebyshev nodes of
 * [0, 1/9], 4e-9 away from the exact function.
 *
 * @param u Any shape, in [0, 1]; NaN stays NaN.
 */
export function log1p(u: tf.Tensor): tf.Tensor {
  // The factor u comes last: u / (2 + u) itself would be flushed to 0 one power of two too early.
  const reciprocal = tf.reciprocal(tf.add(u, 2));
  const square = tf.square(tf.mul(u, reciprocal));
  let value: tf.Tensor = tf.add(tf.mul(square, artanhCoefficients[0]), artanhCoefficients[1]);
  for (const coefficient of artanhCoefficients.slice(2)) value = tf.add(tf.mul(value, square), coefficient);
  return tf.mul(u, tf.mul(reciprocal, value));
}

/**
 * Sum of each row, `[rows, n]` to `[rows]`, with a rounding error that grows with log n.
 *
 * Backends that add one value after the other in single precision are 1e-5 off at 100,000 classes, and equal terms, as a
 * fresh head has them, are rounded to the same side every time. So the sum is one of blocks of 8, of blocks of 8.
 */
export function rowSums(values: tf.Tensor): tf.Tensor {
  let sums = values as tf.Tensor2D;
  while (sums.shape[1] > 8) {
    const [rows, n] = sums.shape;
    const blocks = Math.ceil(n / 8);
    const whole = n === blocks * 8 ? sums : tf.pad2d(sums, [noPadding, [0, blocks * 8 - n]]);
    sums = tf.sum<tf.Tensor2D>(tf.reshape(whole, [rows, blocks, 8]), 2);
  }
  return tf.sum(sums, 1);
}

const noPadding: [number, number] = [0, 0];

/** Of P, highest power first. */
const artanhCoefficients = [
  0.2815777836660226, 0.2796515774455717, 0.4002459523071185, 0.6666632164138003, 2.000000007681759,
] as const;
