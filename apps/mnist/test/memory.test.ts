// Nothing leaves the GPU in a step, and nothing is left on it. WebGPU in Node; chromium.test.ts does WebGL.

import { describe, expect, test } from 'vitest';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { startDawn } from '../../../scripts/dawn.mjs';
import { readDigits } from '../src/digits.ts';
import { methodOf } from '../src/methods.ts';
import { createTask } from '../src/task.ts';
import { startTraining } from '../src/train.ts';
import { startCounting } from './counting.ts';

const reason = await startDawn();
const counts = startCounting();

describe.skipIf(reason !== undefined && !isContinuousIntegration())('in mode webgpu', () => {
  // One method of each form, two steps an epoch: software GPUs are slow.
  const methods = [methodOf('seql'), methodOf('eql')];
  const task = { ...createTask(readDigits(), 1), trained: 128 };

  test.each(methods)(
    '$name holds as much after each epoch, reads one loss in it, and leaves nothing',
    async (method) => {
      const training = await startTraining(task, method, { seed: 1, epochs: 3, mode: 'webgpu' });
      // Kernels get their memory at their first run.
      expect(await training.epoch()).toBeGreaterThan(0);
      const before = counts();
      expect(before.held).toBeGreaterThan(10);
      for (let epoch = 1; epoch < 3; epoch++) {
        expect(await training.epoch()).toBeGreaterThan(0);
        expect(counts()).toEqual({ held: before.held, reads: before.reads + epoch });
      }
      await training.close();
      expect(counts().held).toBe(0);
    },
  );
});
