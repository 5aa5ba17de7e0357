// `npm run train`: trains, prints the table, and says by its exit code whether all is well: 0, 1 for a failed training,
// 2 for a bad call.

import { writeFileSync } from 'node:fs';
import { readGlosses } from './glosses.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { startProgress } from './progress.ts';
import { countSteps, runTrials } from './run.ts';
import { startStack } from './stack.ts';
import { largestRange, renderMarkdown, renderTable, type Trial } from './table.ts';
import { createTask, GAMMA, type Group, type Task, THRESHOLD } from './task.ts';

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
  process.stdout.write(`${renderTable(trials)}\n${legend(task, options, trials)}`);
  if (options.out !== undefined) {
    writeFileSync(options.out, options.out.endsWith('.md') ? renderMarkdown(trials) : renderJson(options, trials));
    say(`written to ${options.out}`);
  }
  return trials.every(({ scores }) => Number.isFinite(scores.balanced)) ? 0 : 1;
}

function legend({ train, test, validation, groups }: Task, options: Options, trials: readonly Trial[]): string {
  const { seeds, epochs, stack, backend, rates } = options;
  const judged = rates === undefined ? `${test.labels.length} test` : `${validation.labels.length} validation`;
  const of = (name: Group): number => groups.filter((group) => group === name).length;
  const parts = [
    `Right answers in % of ${judged} glosses of WordNet in ${groups.length} classes: ${of('tail')} tail, ${of('mid')} mid,`,
    `${of('head')} head; balanced is the mean of the classes' recall. Tail has less than ${100 * THRESHOLD} % of the`,
    `glosses (λ ${THRESHOLD}), γ is ${GAMMA}. Trained on ${train.labels.length} glosses, epochs: ${epochs}, stack:`,
    `${stack}, backend: ${backend}, seed: ${seeds.join(', ')}. ${pace(epochs, trials)}`,
    seeds.length > 1 ? `Means; seeds lie at most ${largestRange(trials).toFixed(1)} points apart.` : '',
  ];
  return wrap(parts.join(' '), 80);
}

/** How long an epoch took: background rows, for one, take longer. */
function pace(epochs: number, trials: readonly Trial[]): string {
  const times = trials.map(({ seconds }) => seconds / epochs);
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => time.toFixed(1));
  return `An epoch took ${least === most ? '' : `${least} to `}${most} s.`;
}

function wrap(text: string, columns: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`.trim();
    if (line.length <= columns) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function renderJson({ epochs, stack, backend, rates }: Options, trials: readonly Trial[]): string {
  const part = rates === undefined ? 'test' : 'validation';
  const rows = trials.map(({ method, scores, ...trial }) => ({ method: method.name, ...trial, ...scores }));
  return `${JSON.stringify({ stack, backend, epochs, threshold: THRESHOLD, gamma: GAMMA, part, rows }, undefined, 1)}\n`;
}

function say(line: string): void {
  process.stderr.write(`train: ${line}\n`);
}
