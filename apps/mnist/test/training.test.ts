// What the loss is for: digits of the rare classes are found again, and the others are not lost.
// Fewer epochs than `npm run train:mnist`.

import type { Scores } from '@eqloss/training/scores';
import { describe, expect, test } from 'vitest';
import { readDigits } from '../src/digits.ts';
import { type MethodName, methodOf } from '../src/methods.ts';
import { createTask } from '../src/task.ts';
import { startTraining } from '../src/train.ts';

const EPOCHS = 5;
const SEED = 1;
const task = createTask(readDigits(), SEED);

describe(`after ${EPOCHS} epochs`, { timeout: 120_000 }, () => {
  test('SEQL finds more of the tail than softmax cross-entropy, and more digits in all', async () => {
    const [plain, equalized] = [await scoresOf('ce'), await scoresOf('seql')];
    expect(equalized.tail - plain.tail).toBeGreaterThan(0.05);
    expect(equalized.accuracy).toBeGreaterThan(plain.accuracy);
  });

  test('sigmoid EQL finds more of the tail than sigmoid cross-entropy, both with background', async () => {
    const [plain, equalized] = [await scoresOf('bce'), await scoresOf('eql')];
    expect(equalized.tail - plain.tail).toBeGreaterThan(0.05);
    expect(equalized.accuracy).toBeGreaterThan(plain.accuracy);
  });

  test('sigmoid EQL without background loses most of its accuracy, as SPEC D1 says', async () => {
    expect((await scoresOf('eql-alone')).accuracy).toBeLessThan(0.5);
  });
});

async function scoresOf(name: MethodName): Promise<Scores> {
  const training = await startTraining(task, methodOf(name), { seed: SEED, epochs: EPOCHS, mode: 'webasm' });
  for (let epoch = 0; epoch < EPOCHS; epoch++) await training.epoch();
  const scores = await training.scores();
  await training.close();
  return scores;
}
