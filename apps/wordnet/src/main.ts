// `npm run train`: trains heads on WordNet's glosses with each loss.

import { type Outcome, runCommand } from '@eqloss/training/command';
import { startProgress } from '@eqloss/training/progress';
import type { Group } from '@eqloss/training/scores';
import { readGlosses } from './glosses.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { countSteps, runTrials } from './run.ts';
import { startStack } from './stack.ts';
import { createTask, GAMMA, type Task, THRESHOLD } from './task.ts';

process.exitCode = await runCommand({ usage, parse: parseOptions, train }, process.argv.slice(2));

async function train(options: Options): Promise<Outcome> {
  const stack = await startStack(options.stack, options.backend);
  const task = createTask(await readGlosses());
  const progress = startProgress(countSteps(task, options));
  const trials = await runTrials(stack, task, options, progress).finally(() => progress.end());
  const { epochs, backend, rates } = options;
  const part = rates === undefined ? 'test' : 'validation';
  const rows = trials.map(({ title: _, method, scores, ...trial }) => ({ method: method.name, ...trial, ...scores }));
  return {
    trials,
    columns: ['accuracy', 'tail', 'mid', 'head', 'balanced'],
    legend: legendOf(task, options),
    decimals: 1,
    record: { stack: options.stack, backend, epochs, threshold: THRESHOLD, gamma: GAMMA, part, rows },
  };
}

function legendOf({ train, test, validation, groups }: Task, options: Options): string {
  const { seeds, epochs, stack, backend, rates } = options;
  const judged = rates === undefined ? `${test.labels.length} test` : `${validation.labels.length} validation`;
  const of = (name: Group): number => groups.filter((group) => group === name).length;
  return [
    `Right answers in % of ${judged} glosses of WordNet in ${groups.length} classes: ${of('tail')} tail, ${of('mid')} mid,`,
    `${of('head')} head; balanced is the mean of the classes' recall. Tail has less than ${100 * THRESHOLD} % of the`,
    `glosses (λ ${THRESHOLD}), γ is ${GAMMA}. Trained on ${train.labels.length} glosses, epochs: ${epochs}, stack:`,
    `${stack}, backend: ${backend}, seed: ${seeds.join(', ')}.`,
  ].join(' ');
}
