// `npm run train:mnist`: trains a network for digits with each loss.

import { type Outcome, runCommand } from '@eqloss/training/command';
import { startProgress } from '@eqloss/training/progress';
import { endOnSignals } from '../../../scripts/signals.mjs';
import { GAMMA } from './batches.ts';
import { CLASSES } from './digits.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { openPlace } from './place.ts';
import { countEpochs, runTrials } from './run.ts';
import { TEST, trainingSizes } from './split.ts';
import { THRESHOLD } from './task.ts';

// Leaving ends the browser.
endOnSignals();
process.exitCode = await runCommand({ usage, parse: parseOptions, train }, process.argv.slice(2));

async function train(options: Options): Promise<Outcome> {
  const place = await openPlace(options.place, options.mode);
  const { runtime } = place;
  const progress = startProgress(countEpochs(options));
  const trials = await runTrials(place, options, progress).finally(() => {
    progress.end();
    return place.close();
  });
  const { mode, epochs } = options;
  const rows = trials.map(({ title: _, scores, ...trial }) => ({ ...trial, ...scores }));
  return {
    trials,
    // The test has as many digits of each class: its accuracy is the balanced one.
    columns: ['accuracy', 'tail', 'mid', 'head'],
    legend: legendOf(runtime, options),
    decimals: 2,
    record: { runtime, mode, epochs, sizes: trainingSizes(), threshold: THRESHOLD, gamma: GAMMA, rows },
  };
}

function legendOf(runtime: string, { seeds, epochs, mode }: Options): string {
  const sizes = trainingSizes();
  const trained = sizes.reduce((sum, size) => sum + size, 0);
  const tail = sizes.flatMap((size, digit) => (size / trained < THRESHOLD ? [digit] : []));
  return [
    `Right answers in % of ${TEST * CLASSES} test digits, ${TEST} of each class: accuracy is balanced recall, too.`,
    `Trained on ${trained} digits, ${sizes[0]} of the largest class to ${sizes.at(-1)} of the smallest. Tail has less than`,
    `${100 * THRESHOLD} % of them (λ ${THRESHOLD}): the digits ${tail.join(', ')}; γ is ${GAMMA}. Epochs: ${epochs},`,
    `gpu.js in mode ${mode}, ${runtime}, seed: ${seeds.join(', ')}.`,
  ].join(' ');
}
