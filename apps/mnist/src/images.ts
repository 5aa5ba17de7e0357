// Images put together on the GPU, where all digits stay.

import type { GpuArray } from '@eqloss/gpujs';
import type { GPU } from 'gpu.js';
import { PIXELS, SIDE } from './digits.ts';
import { createKernel } from './kernel.ts';

/**
 * Uploads the digits, once.
 *
 * @param pixels Of all digits.
 * @returns A kernel: from the digit of each quarter, `[rows * QUARTERS]`, to images, `[rows * PIXELS]`.
 */
export function createImages(
  gpu: GPU,
  pixels: Float32Array,
  rows: number,
): (quarters: Float32Array) => Promise<GpuArray> {
  return createKernel(gpu, IMAGES, rows * PIXELS, { digits: pixels, pixels: PIXELS, side: SIDE, half: SIDE / 2 });
}

const IMAGES = `function (quarters) {
  const row = Math.floor((this.thread.x + 0.5) / this.constants.pixels);
  const pixel = this.thread.x - row * this.constants.pixels;
  const y = Math.floor((pixel + 0.5) / this.constants.side);
  const x = pixel - y * this.constants.side;
  const below = y < this.constants.half ? 0.0 : 2.0;
  const right = x < this.constants.half ? 0.0 : 1.0;
  const digit = quarters[row * 4.0 + below + right];
  return this.constants.digits[digit * this.constants.pixels + pixel];
}`;
