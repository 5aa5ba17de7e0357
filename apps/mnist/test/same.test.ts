// The same seed and mode give the same weights, bit for bit.

import { describe, expect, test } from 'vitest';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { startDawn } from '../../../scripts/dawn.mjs';
import { readDigits } from '../src/digits.ts';
import { methodOf, methods } from '../src/methods.ts';
import { createTask } from '../src/task.ts';
import { startTraining, type TrainOptions } from '../src/train.ts';

const reason = await startDawn();
const digits = readDigits();

describe.each(['webasm', 'cpu', 'webgpu'] as const)('in mode %s', (mode) => {
  const leftOut = mode === 'webgpu' && reason !== undefined && !isContinuousIntegration();

  // Software GPUs are slow: there one method of each form.
  const some = [methodOf('seql'), methodOf('eql')];

  test.skipIf(leftOut).each(mode === 'webgpu' ? some : methods)(
    '$name trains the same weights twice from one seed',
    async (method) => {
      const weightsOf = async (seed: number) => weightsAfter(method, { seed, epochs: 1, mode });
      const [first, again, other] = [await weightsOf(1), await weightsOf(1), await weightsOf(2)];
      expect(Buffer.from(again.buffer)).toEqual(Buffer.from(first.buffer));
      expect(Buffer.from(other.buffer)).not.toEqual(Buffer.from(first.buffer));
      expect(first.some((weight) => weight !== 0)).toBe(true);
    },
  );
});

async function weightsAfter(method: (typeof methods)[number], options: TrainOptions): Promise<Float32Array> {
  // Two steps an epoch.
  const task = { ...createTask(digits, options.seed), trained: 128 };
  const training = await startTraining(task, method, options);
  await training.epoch();
  const weights = await training.weights();
  await training.close();
  return Float32Array.from(weights.flatMap((layer) => [...layer]));
}
