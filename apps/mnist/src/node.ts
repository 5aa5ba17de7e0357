// Trainings in this process.

import { startDawn } from '../../../scripts/dawn.mjs';
import { readDigits } from './digits.ts';
import type { Place } from './place.ts';
import { createTask } from './task.ts';
import { startTraining, type TrainOptions } from './train.ts';

/** @throws {Error} when the mode is webgpu, and neither a GPU nor a software GPU is there. */
export async function openNode(mode: TrainOptions['mode']): Promise<Place> {
  if (mode === 'webgpu') {
    // Before gpu.js is loaded: it looks for `navigator.gpu`.
    const reason = await startDawn();
    if (reason !== undefined) throw new Error(reason);
  }
  const digits = readDigits();
  return {
    runtime: `Node ${process.versions.node}`,
    start: (method, options) => startTraining(createTask(digits, options.seed), method, options),
    close: async () => {},
  };
}
