// `npm run train:mnist`: trains, prints the table, and says by its exit code whether all is well: 0, 1 for a failed
// training, 2 for a bad call.

import { writeFileSync } from 'node:fs';
import { startProgress } from '@eqloss/training/progress';
import { type Columns, largestRange, renderMarkdown, renderTable, wrap } from '@eqloss/training/table';
import { GAMMA } from './batches.ts';
import { CLASSES } from './digits.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { openPlace } from './place.ts';
import { countEpochs, type NetworkTrial, runTrials } from './run.ts';
import { TEST, trainingSizes } from './split.ts';
import { THRESHOLD } from './task.ts';

// The test has as many digits of each class: its accuracy is the balanced one.
const columns: Columns = ['accuracy', 'tail', 'mid', 'head'];

endOnSignals();
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: Options | 'help';
  try {
    options = parseOptions(args);
    if (options === 'help') {
      process.stdout.write(`${usage}\n`);
      return 0;
    }
    // A file that cannot be written is better found before the work than after it.
    if (options.out !== undefined) writeFileSync(options.out, '', { flag: 'a' });
  } catch (error) {
    say(messageOf(error));
    return 2;
  }
  try {
    return await train(options);
  } catch (error) {
    say(messageOf(error));
    return 1;
  }
}

async function train(options: Options): Promise<number> {
  const place = await openPlace(options.place, options.mode);
  const progress = startProgress(countEpochs(options));
  const trials = await runTrials(place, options, progress).finally(() => {
    progress.end();
    return place.close();
  });
  process.stdout.write(`${renderTable(trials, columns)}\n${legend(place.runtime, options, trials)}`);
  if (options.out !== undefined) {
    const isTable = options.out.endsWith('.md');
    writeFileSync(options.out, isTable ? renderMarkdown(trials, columns) : renderJson(place.runtime, options, trials));
    say(`written to ${options.out}`);
  }
  return trials.every(({ scores }) => Number.isFinite(scores.accuracy)) ? 0 : 1;
}

function legend(runtime: string, { seeds, epochs, mode }: Options, trials: readonly NetworkTrial[]): string {
  const sizes = trainingSizes();
  const trained = sizes.reduce((sum, size) => sum + size, 0);
  const tail = sizes.flatMap((size, digit) => (size / trained < THRESHOLD ? [digit] : []));
  const parts = [
    `Right answers in % of ${TEST * CLASSES} test digits, ${TEST} of each class: accuracy is balanced recall, too.`,
    `Trained on ${trained} digits, ${sizes[0]} of the largest class to ${sizes.at(-1)} of the smallest. Tail has less than`,
    `${100 * THRESHOLD} % of them (λ ${THRESHOLD}): the digits ${tail.join(', ')}; γ is ${GAMMA}. Epochs: ${epochs},`,
    `gpu.js in mode ${mode}, ${runtime}, seed: ${seeds.join(', ')}. ${pace(epochs, trials)}`,
    seeds.length > 1 ? `Means; seeds lie at most ${largestRange(trials, columns).toFixed(1)} points apart.` : '',
  ];
  return wrap(parts.join(' '), 80);
}

/** How long an epoch took: background rows, for one, take longer. */
function pace(epochs: number, trials: readonly NetworkTrial[]): string {
  const times = trials.map(({ seconds }) => seconds / epochs);
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => time.toFixed(2));
  return `An epoch took ${least === most ? '' : `${least} to `}${most} s.`;
}

function renderJson(runtime: string, { epochs, mode }: Options, trials: readonly NetworkTrial[]): string {
  const rows = trials.map(({ title: _, scores, ...trial }) => ({ ...trial, ...scores }));
  const record = { runtime, mode, epochs, sizes: trainingSizes(), threshold: THRESHOLD, gamma: GAMMA, rows };
  return `${JSON.stringify(record, undefined, 1)}\n`;
}

/** Leaving ends the browser. */
function endOnSignals(): void {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.on(signal, () => process.exit(128 + number));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function say(line: string): void {
  process.stderr.write(`train: ${line}\n`);
}
