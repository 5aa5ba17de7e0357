// What the command line asks for.

import { parseArgs } from 'node:util';
import { EqlError } from '@eqloss/core';
import type { AttachOptions } from '../attach/attach.ts';
import type { LogitsChoice } from '../attach/logits.ts';
import { type LossOptions, resolveLoss } from '../options.ts';
import type { GateWishes } from './gate.ts';

/** Wrong usage; the message is one line. */
export class UsageError extends Error {}

/** What is to be done. */
export interface Wishes {
  readonly command: 'inspect' | 'attach' | 'expose';
  /** The model's file. */
  readonly model: string;
  readonly json: boolean;
  /** The file to write; empty for `inspect`. */
  readonly target: string;
  readonly force: boolean;
  readonly choice: LogitsChoice;
  /** For `attach`; the loss in them is checked. */
  readonly options: AttachOptions;
  readonly gate: GateWishes | undefined;
  readonly beta: number | undefined;
}

export const usage = `Usage: eqloss-onnx inspect MODEL [--json]
       eqloss-onnx attach MODEL --form FORM -o FILE [options]
       eqloss-onnx expose MODEL -o FILE [options]

inspect  says what a model is, and where its logits are
attach   adds Equalization Loss and its gradient to the model's outputs
expose   adds the logits to the model's outputs: for opset 12 and lower, to run
         the loss in a session of its own

  -o, --out FILE       the model to write; --force replaces one that is there
  --logits NAME        the value that holds the logits, or
  --graph-output NAME  the output that leads to them; else they are looked for

attach:
  --form FORM          sigmoid or softmax
  --labels KIND        index (default): one class a row; rows: targets
  --label-type TYPE    int32 (default) or int64
  --outputs LIST       of loss,rowLosses,gradient; default all
  --reduction NAME     mean (default), sum or none
  --row-weights        adds an input of row weights
  --normalizer         adds an input that replaces the mean's divisor
  --foreground         sigmoid: adds an input of foreground rows
  --beta NUMBER        softmax: the model carries this β, or
  --beta-shape SHAPE   takes it: scalar (default), class, element or drawn
  --arithmetic KIND    cpu (default) or gpu
  --as KIND            graph (default), or function: one op, defined in the model
  --prefix TEXT        of every added name; default eql_

The classes that are tail; without these the model has an input for them:
  --counts FILE        JSON: images of each class, [900, 12, …] or
                       {"counts": […], "total": …}
  --total NUMBER       all images; default: the sum of the counts
  --frequencies FILE   JSON, instead of counts: in any unit
  --threshold NUMBER   λ, in the unit of the frequencies (counts / total), or
  --tail-ratio NUMBER  the share of all occurrences that may be tail, 0.02 to 0.1

Exit code: 0 done; 1 the model, the counts or a file will not do; 2 wrong usage.
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  inspect: { json: flag },
  expose: { out: { ...text, short: 'o' }, force: flag, logits: text, 'graph-output': text },
  attach: {
    ...{ out: { ...text, short: 'o' }, force: flag, logits: text, 'graph-output': text, form: text, labels: text },
    ...{ 'label-type': text, outputs: text, reduction: text, 'row-weights': flag, normalizer: flag, foreground: flag },
    ...{
      beta: text,
      'beta-shape': text,
      arithmetic: text,
      as: text,
      prefix: text,
      counts: text,
      total: text,
      frequencies: text,
    },
    ...{ threshold: text, 'tail-ratio': text },
  },
} as const;

/**
 * Reads the arguments.
 *
 * @throws {UsageError}
 */
export function readArguments(args: readonly string[]): Wishes | 'help' {
  if (args.includes('--help') || args.includes('-h') || args[0] === 'help') return 'help';
  const [command, ...rest] = args;
  if (command !== 'inspect' && command !== 'attach' && command !== 'expose') {
    throw new UsageError(
      `${command === undefined ? 'a command is missing' : `${command} is no command`}; there are inspect, attach and expose`,
    );
  }
  const { values, positionals } = parse(rest, options[command]);
  if (positionals.length !== 1) throw new UsageError(`${positionals.length} models came; wanted the path of one`);
  const string = (name: string): string | undefined => values[name] as string | undefined;
  const is = (name: string): boolean => values[name] === true;
  const target = string('out') ?? '';
  if (command !== 'inspect' && target === '') throw new UsageError('where to write is missing: -o FILE');
  const choice = { logits: string('logits'), output: string('graph-output') };
  const loss = {
    form: string('form'),
    labels: string('labels') ?? 'index',
    labelType: string('label-type'),
    outputs: string('outputs')?.split(','),
    reduction: string('reduction'),
    rowWeights: is('row-weights'),
    normalizer: is('normalizer'),
    foreground: is('foreground'),
    beta: string('beta-shape'),
    arithmetic: string('arithmetic'),
  } as LossOptions;
  if (command === 'attach') checkLoss(loss);
  return {
    command,
    model: positionals[0],
    json: is('json'),
    target,
    force: is('force'),
    choice,
    options: { ...choice, ...loss, as: string('as'), prefix: string('prefix') } as AttachOptions,
    gate: command === 'attach' ? gateWishes(string) : undefined,
    beta: numberOf('beta', string('beta')),
  };
}

function parse(args: readonly string[], known: NonNullable<Parameters<typeof parseArgs>[0]>['options']) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: known, allowPositionals: true });
    return { values: values as Readonly<Record<string, unknown>>, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message.split(/[\n.]/)[0]);
  }
}

/** The library knows the words and what goes together; here it is the arguments that are wrong. */
function checkLoss(loss: LossOptions): void {
  if (loss.form === undefined) throw new UsageError('the form is missing: --form sigmoid or --form softmax');
  try {
    resolveLoss(loss);
  } catch (error) {
    if (!(error instanceof EqlError)) throw error;
    throw new UsageError(error.message);
  }
}

function gateWishes(string: (name: string) => string | undefined): GateWishes | undefined {
  const [counts, frequencies] = [string('counts'), string('frequencies')];
  const [threshold, ratio, total] = ['threshold', 'tail-ratio', 'total'].map((name) => numberOf(name, string(name)));
  const given = (value: unknown): boolean => value !== undefined;
  if (![counts, frequencies, threshold, ratio, total].some(given)) return undefined;
  if (given(counts) === given(frequencies)) throw new UsageError('wanted one of --counts and --frequencies');
  if (given(threshold) === given(ratio)) throw new UsageError('wanted one of --threshold and --tail-ratio');
  if (given(total) && given(frequencies)) throw new UsageError('--total goes with --counts; frequencies need none');
  return { counts, frequencies, total, threshold, tailRatio: ratio };
}

function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number)) throw new UsageError(`--${name} is ${value}; wanted a number`);
  return number;
}
