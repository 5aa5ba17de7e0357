// The kernels as source text, and why they look as they do.
//
// gpu.js translates a small JavaScript to GLSL, WGSL, WebAssembly or JavaScript. Of what it offers, these kernels use
// only + - * / floor, comparisons and loops bounded by a literal: its log1p and expm1 lose their digits near 0, its exp
// is a few 1e-6 off on GPUs, its loops stop at 1000 when an argument bounds them, and its outputs of two dimensions are
// limited in width, so an output is flat and finds its own row.

import type { ProgramSource } from './engine.ts';
import type { Variant } from './plan.ts';

/** How many classes one kernel thread sums in single precision; the host adds the blocks in double. */
export const BLOCK = 16;

/**
 * Sigmoid form: the gradient `[rows * classes]`, then sums of element losses `[rows * blocks]`, in one output, so that
 * the logits travel once.
 *
 * Arguments: logits `[rows * classes]`, tail `[classes]`, and three numbers a row: label, foreground, scale of the
 * gradient; dense also targets `[rows * classes]`.
 */
export function sigmoidSource(variant: Variant, rows: number, classes: number): ProgramSource {
  const blocks = Math.ceil(classes / BLOCK);
  const byIndex = variant === 'light';
  const targetAt = (column: string, index: string): string =>
    byIndex ? `isSame(perRow[row * 3], ${column})` : `targets[${index}]`;
  const main = `function (logits, tail, perRow${byIndex ? '' : ', targets'}) {
    const index = this.thread.x;
    let value = 0.0;
    if (index < ${rows * classes}) {
      const row = rowOf(index, ${classes});
      const column = index - row * ${classes};
      const y = ${targetAt('column', 'index')};
      const w = weightOf(y, perRow[row * 3 + 1], tail[column]);
      if (w > 0.0) {
        value = perRow[row * 3 + 2] * w * sigmoidMinus(logits[index], y);
      }
    } else {
      const block = index - ${rows * classes};
      const row = rowOf(block, ${blocks});
      const start = (block - row * ${blocks}) * ${BLOCK};
      for (let k = 0; k < ${BLOCK}; k++) {
        const column = start + k;
        if (column < ${classes}) {
          const place = row * ${classes} + column;
          const y = ${targetAt('column', 'place')};
          const w = weightOf(y, perRow[row * 3 + 1], tail[column]);
          if (w > 0.0) {
            value = value + w * elementLoss(logits[place], y);
          }
        }
      }
    }
    return value;
  }`;
  const functions = [ROW_OF, EXP_OF_NEGATIVE, LOG1P, WEIGHT_OF, SIGMOID_MINUS, ELEMENT_LOSS];
  if (byIndex) functions.push(IS_SAME);
  return { main, functions, output: rows * (classes + blocks) };
}

/**
 * Softmax form: the terms `w e^(z - m)` of D, `[rows * classes]`. The host adds them in double and scales them to the
 * gradient: it has to touch each of them to hand them over, and sums of 1203 terms in single precision are too coarse.
 *
 * Arguments: logits `[rows * classes]`, weights `[classes]` (dense `[rows * classes]`), maxima `[rows]`.
 */
export function softmaxSource(variant: Variant, rows: number, classes: number): ProgramSource {
  const main = `function (logits, weights, maxima) {
    const index = this.thread.x;
    const row = rowOf(index, ${classes});
    const w = weights[${variant === 'light' ? `index - row * ${classes}` : 'index'}];
    let value = 0.0;
    if (w > 0.0) {
      value = w * expOfNegative(logits[index] - maxima[row]);
    }
    return value;
  }`;
  return { main, functions: [ROW_OF, EXP_OF_NEGATIVE], output: rows * classes };
}

// A GPU divides to a few units in the last place: the quotient may fall on the wrong side of an integer, and is put right
// by exact products. Exact while index < 2^24.
const ROW_OF = `function rowOf(index, width) {
  let row = Math.floor((index + 0.5) / width);
  if (row * width > index) {
    row = row - 1.0;
  }
  if ((row + 1.0) * width <= index) {
    row = row + 1.0;
  }
  return row;
}`;

const IS_SAME = `function isSame(label, column) {
  let y = 0.0;
  if (Math.abs(label - column) < 0.5) {
    y = 1.0;
  }
  return y;
}`;

// S1: w = 1 - E T (1 - y).
const WEIGHT_OF = `function weightOf(y, foreground, tail) {
  let w = 1.0;
  if (foreground * tail > 0.5) {
    w = y;
  }
  return w;
}`;

// e^x for x <= 0, to 1e-7 relative. x = r - k ln 2 with k an integer and |r| <= ln 2 / 2; ln 2 in two parts, the first of
// 9 bits, so that its product with k is exact; e^r by its Taylor polynomial; 2^-k by exact factors, since exp2 is not
// exact everywhere. Below e^-87 single precision has no normal numbers, and GPUs have 0; y only keeps the polynomial
// finite there.
const EXP_OF_NEGATIVE = `function expOfNegative(x) {
  let y = x;
  if (y < -90.0) { y = -90.0; }
  const k = Math.floor(0.5 - y * 1.44269504);
  const r = (y + k * 0.693359375) - k * 0.000212194440;
  let p = 0.000198412698;
  p = p * r + 0.00138888889;
  p = p * r + 0.00833333333;
  p = p * r + 0.0416666667;
  p = p * r + 0.166666667;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  let n = k;
  if (n >= 64.0) { p = p * ${2 ** -64}; n = n - 64.0; }
  if (n >= 32.0) { p = p * ${2 ** -32}; n = n - 32.0; }
  if (n >= 16.0) { p = p * ${2 ** -16}; n = n - 16.0; }
  if (n >= 8.0) { p = p * ${2 ** -8}; n = n - 8.0; }
  if (n >= 4.0) { p = p * ${2 ** -4}; n = n - 4.0; }
  if (n >= 2.0) { p = p * ${2 ** -2}; n = n - 2.0; }
  if (n >= 1.0) { p = p * ${2 ** -1}; }
  if (x < -87.0) { p = 0.0; }
  return p;
}`;

// log(1 + u) for 0 <= u <= 1, to 3e-7 relative: log((1 + s) / (1 - s)) = 2 (s + s^3 / 3 + s^5 / 5 + ...) with
// s = u / (2 + u) <= 1/3. It keeps the digits of a tiny u. N3.
const LOG1P = `function log1pOf(u) {
  const s = u / (2.0 + u);
  const q = s * s;
  let p = 0.0526315789;
  p = p * q + 0.0588235294;
  p = p * q + 0.0666666667;
  p = p * q + 0.0769230769;
  p = p * q + 0.0909090909;
  p = p * q + 0.111111111;
  p = p * q + 0.142857143;
  p = p * q + 0.2;
  p = p * q + 0.333333333;
  p = p * q + 1.0;
  return 2.0 * s * p;
}`;

// softplus(z) - y z = a |z| + log1p(e^-|z|) with a = 1 - y for z >= 0, else y: a sum of terms >= 0, nothing cancels. S2, N3.
const ELEMENT_LOSS = `function elementLoss(z, y) {
  let a = y;
  if (z >= 0.0) {
    a = 1.0 - y;
  }
  const size = Math.abs(z);
  return a * size + log1pOf(expOfNegative(0.0 - size));
}`;

// σ(z) - y, and for y = 1 its equal -σ(-z), which keeps its digits. S3.
const SIGMOID_MINUS = `function sigmoidMinus(z, y) {
  const e = expOfNegative(0.0 - Math.abs(z));
  let large = 1.0;
  let small = e;
  if (z < 0.0) {
    large = e;
    small = 1.0;
  }
  let value = large / (1.0 + e) - y;
  if (y >= 1.0) {
    value = (0.0 - small) / (1.0 + e);
  }
  return value;
}`;
