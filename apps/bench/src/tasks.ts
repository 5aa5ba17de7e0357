// THE list of tasks: work that is no batch of logits, or no ordinary one. Ways to do the same are measured together.

import type { Form } from '@eqloss/core';
import type { AttachTask } from './tasks/attach.ts';
import type { GpujsStepTask } from './tasks/gpujs-step.ts';
import type { HeadTask } from './tasks/head.ts';
import type { RunOneTask } from './tasks/run-one.ts';
import type { WaysTask } from './tasks/ways.ts';

/** One piece of work, and the ways to do it. */
export interface TaskGroup {
  /** As `--tasks` has it. */
  readonly task: string;
  readonly form?: Form;
  /** How large, in a few characters. */
  readonly size: string;
  /** The others are compared with the first. */
  readonly ways: readonly Way[];
  /** Whether memory is a question here. */
  readonly memory?: boolean;
  /** Turns of a way at most: for work of seconds. */
  readonly rounds?: number;
}

/** One way. */
export interface Way {
  /** What the table calls it. */
  readonly name: string;
  /** The file in ./tasks, and what it is given. */
  readonly module: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether the first call of a process is meant: then each round has a process of its own. */
  readonly cold?: boolean;
}

const forms: readonly Form[] = ['sigmoid', 'softmax'];

const way = <T extends { readonly [K in keyof T]: unknown }>(
  module: string,
  name: string,
  options: T,
  cold?: boolean,
): Way => {
  return { name, module, options: { ...options }, ...(cold && { cold }) };
};

/** 10,000 classes of 256 features: 10.3 MB of weights. */
const attach = (): TaskGroup => {
  const model = { features: 256, classes: 10_000 };
  const attached: AttachTask = { way: 'attach', ...model };
  return {
    ...{ task: 'attach', size: '10 MB' },
    ways: [
      way<AttachTask>('attach', 'copy of the model', { way: 'copy', ...model }),
      way('attach', 'attachLoss', attached),
      way('attach', 'attachLoss, first call', attached, true),
    ],
  };
};

const runOne = (form: Form, classes: number): TaskGroup => {
  const one = (name: string, how: RunOneTask['way']) => way<RunOneTask>('run-one', name, { way: how, form, classes });
  return {
    ...{ task: 'run-one', form, size: `1x${classes}` },
    ways: [one('smallest graph', 'nothing'), one('graph of the loss', 'graph'), one('session.run', 'run')],
  };
};

const ways = (form: Form): TaskGroup => {
  const shape = { form, rows: 512, classes: 1203 };
  const one = (name: string, how: WaysTask['way']) => way<WaysTask>('ways', name, { way: how, ...shape });
  const common = [
    one('plain', 'plain'),
    one('one NaN', 'nan'),
    one('one-hot target rows', 'one-hot'),
    one('soft target rows', 'soft'),
  ];
  const betas = [one('β per class', 'class'), one('β drawn before', 'given'), one('β drawn on the way', 'drawn')];
  return { task: 'ways', form, size: '512x1203', ways: form === 'sigmoid' ? common : [...common, ...betas] };
};

const head = (form: Form): TaskGroup => {
  const options: HeadTask = { form, rows: 512, features: 256, classes: 100_000, optimizer: 'sgd' };
  return {
    ...{ task: 'head', form, size: '512x256 to 100k', memory: true, rounds: 5 },
    ways: [
      way<HeadTask>('head', 'all classes at once', { ...options, chunk: false }),
      way<HeadTask>('head', 'in pieces', options),
    ],
  };
};

const million = (form: Form): TaskGroup => {
  const options = { form, rows: 512, features: 64, classes: 1_000_000 };
  return {
    ...{ task: 'head-million', form, size: '512x64 to 1M', memory: true, rounds: 2 },
    ways: [
      way<HeadTask>('head', 'SGD with momentum', { ...options, optimizer: 'momentum' }),
      way<HeadTask>('head', 'AdamW', { ...options, optimizer: 'adamw' }),
    ],
  };
};

/** Few features, so that the loss counts beside the layer. */
const gpujsStep = (mode: GpujsStepTask['mode'], form: Form): TaskGroup => {
  const step = { mode, form, rows: 512, features: 16, classes: 1203 };
  const one = (name: GpujsStepTask['way']) => way<GpujsStepTask>('gpujs-step', name, { way: name, ...step });
  return { task: `gpujs-step-${mode}`, form, size: '512x16 to 1203', ways: [one('read back'), one('pipelined')] };
};

/** Every task, in the order of tables. */
export const tasks: readonly TaskGroup[] = [
  attach(),
  ...forms.flatMap((form) => [runOne(form, 45), runOne(form, 1203)]),
  ...forms.map(ways),
  ...forms.map(head),
  ...forms.map(million),
  ...(['cpu', 'webasm', 'webgpu'] as const).flatMap((mode) => forms.map((form) => gpujsStep(mode, form))),
];

/**
 * The tasks of some names; all for `all`.
 *
 * @throws {RangeError} for a name that the list does not have; the message has the known ones.
 */
export function selectTasks(names: readonly string[]): readonly TaskGroup[] {
  const known = [...new Set(tasks.map(({ task }) => task))];
  const unknown = names.find((name) => name !== 'all' && !known.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`unknown task ${JSON.stringify(unknown)}; known: all, ${known.join(', ')}`);
  }
  return names.includes('all') ? tasks : tasks.filter(({ task }) => names.includes(task));
}
