// `npm run train`: trains, prints the table, and says by its exit code whether all is well: 0, 1 for a failed training,
// 2 for a bad call.

import { writeFileSync } from 'node:fs';
import { startProgress } from '@eqloss/training/progress';
import type { Group } from '@eqloss/training/scores';
import { type Columns, largestRange, renderMarkdown, renderTable, wrap } from '@eqloss/training/table';
import { readGlosses } from './glosses.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { countSteps, type HeadTrial, runTrials } from './run.ts';
import { startStack } from './stack.ts';
import { createTask, GAMMA, type Task, THRESHOLD } from './task.ts';

const columns: Columns = ['accuracy', 'tail', 'mid', 'head', 'balanced'];

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
    say(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const stack = await startStack(options.stack, options.backend);
  const task = createTask(await readGlosses());
  const progress = startProgress(countSteps(task, options));
  const trials = await runTrials(stack, task, options, progress);
  progress.end();
  process.stdout.write(`${renderTable(trials, columns)}\n${legend(task, options, trials)}`);
  if (options.out !== undefined) {
    writeFileSync(
      options.out,
      options.out.endsWith('.md') ? renderMarkdown(trials, columns) : renderJson(options, trials),
    );
    say(`written to ${options.out}`);
  }
  return trials.every(({ scores }) => Number.isFinite(scores.balanced)) ? 0 : 1;
}

function legend({ train, test, validation, groups }: Task, options: Options, trials: readonly HeadTrial[]): string {
  const { seeds, epochs, stack, backend, rates } = options;
  const judged = rates === undefined ? `${test.labels.length} test` : `${validation.labels.length} validation`;
  const of = (name: Group): number => groups.filter((group) => group === name).length;
  const parts = [
    `Right answers in % of ${judged} glosses of WordNet in ${groups.length} classes: ${of('tail')} tail, ${of('mid')} mid,`,
    `${of('head')} head; balanced is the mean of the classes' recall. Tail has less than ${100 * THRESHOLD} % of the`,
    `glosses (λ ${THRESHOLD}), γ is ${GAMMA}. Trained on ${train.labels.length} glosses, epochs: ${epochs}, stack:`,
    `${stack}, backend: ${backend}, seed: ${seeds.join(', ')}. ${pace(epochs, trials)}`,
    seeds.length > 1 ? `Means; seeds lie at most ${largestRange(trials, columns).toFixed(1)} points apart.` : '',
  ];
  return wrap(parts.join(' '), 80);
}

/** How long an epoch took: background rows, for one, take longer. */
function pace(epochs: number, trials: readonly HeadTrial[]): string {
  const times = trials.map(({ seconds }) => seconds / epochs);
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => time.toFixed(1));
  return `An epoch took ${least === most ? '' : `${least} to `}${most} s.`;
}

function renderJson({ epochs, stack, backend, rates }: Options, trials: readonly HeadTrial[]): string {
  const part = rates === undefined ? 'test' : 'validation';
  const rows = trials.map(({ title: _, method, scores, ...trial }) => ({ method: method.name, ...trial, ...scores }));
  return `${JSON.stringify({ stack, backend, epochs, threshold: THRESHOLD, gamma: GAMMA, part, rows }, undefined, 1)}\n`;
}

function say(line: string): void {
  process.stderr.write(`train: ${line}\n`);
}
