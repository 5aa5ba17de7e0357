// The few functions that no engine gets right everywhere: e^-s, log(1 + u), and sums over many classes. SPEC N3, N4.

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
  if (exactExp.has(tf.getBackend())) return tf.exp(tf.neg(size));
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
  if (exactLog1p.has(tf.getBackend())) return tf.log1p(u);
  const t = tf.div(u, tf.add(u, 2));
  const square = tf.square(t);
  const [highest, ...rest] = artanhCoefficients;
  const sum = rest.reduce<tf.Tensor>((value, c, k) => {
    return tf.add(k === 0 ? tf.mul(square, highest) : tf.mul(value, square), c);
  }, square);
  return tf.mul(t, sum);
}

/**
 * Sum of each row, `[rows, n]` to `[rows]`, with a rounding error that grows with √n at most.
 *
 * Backends that add one value after the other in single precision are 1e-5 off at 100,000 classes; they get the sum in
 * √n blocks of √n.
 */
export function rowSums(values: tf.Tensor): tf.Tensor {
  const [rows, n] = values.shape;
  if (treeSum.has(tf.getBackend()) || n <= 64) return tf.sum(values, 1);
  const block = Math.ceil(Math.sqrt(n));
  const blocks = Math.ceil(n / block);
  const padded = tf.pad(values, [
    [0, 0],
    [0, blocks * block - n],
  ]);
  return tf.sum(tf.sum(tf.reshape(padded, [rows, blocks, block]), 2), 1);
}

// By name, since tfjs offers no other way to tell. A backend that is on no list gets the careful way.
const exactExp: ReadonlySet<string> = new Set(['cpu', 'wasm', 'tensorflow']);
const exactLog1p: ReadonlySet<string> = new Set(['cpu', 'tensorflow']);
/** Sum in double (cpu) or as a tree. */
const treeSum: ReadonlySet<string> = new Set(['cpu', 'webgl', 'webgpu', 'tensorflow']);

/** Of P, highest power first. */
const artanhCoefficients = [
  0.2815777836660226, 0.2796515774455717, 0.4002459523071185, 0.6666632164138003, 2.000000007681759,
] as const;
