// The network's kernels against plain loops in double, in every mode that Node has.

import { createGate, drawBeta, type Form } from '@eqloss/core';
import { createSigmoidEql, createSoftmaxEql, free, readBack } from '@eqloss/gpujs';
import { describe, expect, test } from 'vitest';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { startDawn } from '../../../scripts/dawn.mjs';
import { PIXELS, SIDE } from '../src/digits.ts';
import { openGpu } from '../src/gpu.ts';
import { createImages } from '../src/images.ts';
import { createNetwork, MOMENTUM } from '../src/network.ts';
import { descend, type Problem } from './descent.ts';

const reason = await startDawn();
const modes = [
  'cpu',
  'webasm',
  ...(reason === undefined || isContinuousIntegration() ? ['webgpu' as const] : []),
] as const;
if (modes.length < 3) process.stderr.write(`mnist: mode webgpu is left out: ${reason}\n`);

const rates = [0.5, 0.3, 0.1];
const widths = [7, 5, 4] as const;
const rows = 6;

describe.each(modes)('in mode %s', (mode) => {
  test.each(['softmax', 'sigmoid'] as const)('%s: three steps descend as central differences do', async (form) => {
    const gpu = await openGpu(mode);
    const { gate, images, labels, beta } = problemOf(form);
    const loss = await (form === 'softmax' ? createSoftmaxEql : createSigmoidEql)(gpu, { rows, gate, pipeline: true });
    const network = await createNetwork(gpu, loss, { rows, widths, bias: -0.5, seed: 4 });
    const [first, second] = network.layers;
    const start = [await first.weights(), await second.weights()] as const;
    const wanted = descend({ ...problemOf(form), start }, rates, MOMENTUM);
    for (const [step, rate] of rates.entries()) {
      const value = await network.step(images, { labels, beta, rate, wantsLoss: true });
      expect(Math.abs(value - wanted.losses[step])).toBeLessThan(1e-5);
    }
    for (const [k, layer] of [first, second].entries()) {
      expect(Math.max(...wanted.velocity[k].map(Math.abs))).toBeGreaterThan(0.1);
      expectNear(await layer.velocity(), wanted.velocity[k]);
      expectNear(await layer.weights(), wanted.weights[k]);
    }
    network.free();
    await loss.destroy();
    await gpu.destroy();
  });

  test('images are put together of the quarters of digits', async () => {
    const digits = Float32Array.from({ length: 5 * PIXELS }, (_, k) => Math.floor(k / PIXELS) + (k % PIXELS) / PIXELS);
    const gpu = await openGpu(mode);
    const quarters = [4, 4, 4, 4, 0, 1, 2, 3];
    const images = await createImages(gpu, digits, 2)(Float32Array.from(quarters));
    const wanted = Array.from({ length: 2 * PIXELS }, (_, k) => {
      const [row, pixel] = [Math.floor(k / PIXELS), k % PIXELS];
      const [y, x] = [Math.floor(pixel / SIDE), pixel % SIDE];
      const quarter = (y < SIDE / 2 ? 0 : 2) + (x < SIDE / 2 ? 0 : 1);
      return digits[quarters[row * 4 + quarter] * PIXELS + pixel];
    });
    expect(Array.from(await readBack(images))).toEqual(wanted);
    free(images);
    await gpu.destroy();
  });
});

/** Rows of each kind: of a head class, of a tail class, and, in the sigmoid form, background. */
function problemOf(form: Form): Omit<Problem, 'start'> & { readonly beta?: readonly number[] } {
  const gate = createGate([0.5, 0.01, 0.4, 0.02], { threshold: 0.1 });
  const { classes } = gate;
  const labels = form === 'softmax' ? [0, 1, 2, 3, 0, 2] : [0, 1, 2, 3, classes, classes];
  const images = Float32Array.from({ length: rows * widths[0] }, (_, k) => Math.sin(12.9898 * k));
  const beta = Array.from(drawBeta({ rows, classes, gamma: 0.5, seed: 1, step: 0 }));
  return { gate, widths, images, labels, ...(form === 'softmax' && { beta }) };
}

function expectNear(actual: Float32Array, wanted: Float64Array): void {
  expect(actual).toHaveLength(wanted.length);
  // Single precision against double.
  for (const [k, value] of wanted.entries()) expect(Math.abs(actual[k] - value)).toBeLessThan(1e-5);
}
