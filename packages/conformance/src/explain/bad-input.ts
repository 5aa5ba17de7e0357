// Which input of a vector is bad: a sentence for every error code that the vectors expect.

import type { DecodedTest } from '../target.ts';
import { shortest } from './numbers.ts';

/**
 * Says what is wrong with a test that expects an error.
 *
 * @returns One sentence; undefined when nothing is found that the code would be for.
 */
export function badInput(test: DecodedTest, code: string): string | undefined {
  return finders[code]?.(test);
}

type Finder = (test: DecodedTest) => string | undefined;

const finders: Readonly<Record<string, Finder>> = {
  RANK: ({ inputs }) => `logits have shape [${inputs.logits.shape.join(', ')}]; wanted is [rows, classes]`,
  ROW_COUNT: wrongRows,
  CLASS_COUNT: wrongClasses,
  LABEL_RANGE: wrongLabel,
  TARGET_RANGE: ({ inputs }) =>
    outside('targets', inputs.targets?.data, (value) => value >= 0 && value <= 1, 'a number from 0 to 1'),
  FREQUENCY_RANGE: ({ inputs }) => outside('frequencies', inputs.frequencies, isAmount, 'finite and >= 0'),
  THRESHOLD_RANGE: ({ options }) => {
    if (options.threshold === undefined) return 'the threshold λ is missing; it is required';
    return outside('threshold', [options.threshold], isAmount, 'finite and >= 0');
  },
  BETA_RANGE: ({ inputs }) => {
    if (inputs.beta === undefined) return 'β is missing; the softmax form requires it';
    const values = typeof inputs.beta === 'number' ? [inputs.beta] : inputs.beta;
    return outside('beta', values, (value) => value >= 0 && value <= 1, 'a number from 0 to 1');
  },
  FOREGROUND_RANGE: ({ inputs }) =>
    outside('foreground', inputs.foreground, (value) => value === 0 || value === 1, 'either 0 or 1'),
  ROW_WEIGHT_RANGE: ({ inputs }) => outside('rowWeights', inputs.rowWeights, isAmount, 'finite and >= 0'),
  REDUCTION: ({ options }) => `the reduction is ${JSON.stringify(options.reduction)}; known are none, sum and mean`,
  NORMALIZER_RANGE: ({ options: { normalizer, reduction } }) => {
    if (normalizer === undefined) return undefined;
    const bad = outside('normalizer', [normalizer], (value) => isAmount(value) && value > 0, 'finite and > 0');
    return bad ?? `a normalizer came with reduction ${reduction}, where it would have no effect; it goes with mean`;
  },
  DTYPE: ({ inputs }) =>
    inputs.logits.data instanceof Int32Array ? 'logits are integers (int32); wanted is a float array' : undefined,
  UNSUPPORTED: contradiction,
  DISPOSED: ({ options }) =>
    options.released ? 'nothing is wrong with the batch: the handle was released before (options.released)' : undefined,
};

function isAmount(value: number): boolean {
  return value >= 0 && value < Number.POSITIVE_INFINITY;
}

function outside(
  name: string,
  values: ArrayLike<number> | undefined,
  good: (value: number) => boolean,
  wanted: string,
): string | undefined {
  const at = Array.from(values ?? []).findIndex((value) => !good(value));
  if (at < 0 || !values) return undefined;
  const place = name === 'threshold' || name === 'normalizer' ? name : `${name}[${at}]`;
  return `${place} is ${shortest(values[at])}; it must be ${wanted}`;
}

function wrongLabel({ form, inputs }: DecodedTest): string | undefined {
  const classes = inputs.frequencies.length;
  const top = form === 'sigmoid' ? classes : classes - 1;
  const at = inputs.labels?.findIndex((label) => !Number.isInteger(label) || label < -1 || label > top) ?? -1;
  if (at < 0) return undefined;
  const last = form === 'sigmoid' ? `, ${classes} for background` : '; this form has no background label (X6)';
  return `labels[${at}] is ${inputs.labels?.[at]}; allowed are the classes 0 to ${classes - 1}, -1 for ignored${last}`;
}

function wrongRows({ inputs }: DecodedTest): string | undefined {
  const { logits, labels, targets, foreground, rowWeights, frequencies } = inputs;
  const [rows] = logits.shape;
  const counts: readonly (readonly [string, number | undefined])[] = [
    ['labels', labels?.length],
    ['targets', targets && targets.data.length / frequencies.length],
    ['foreground', foreground?.length],
    ['rowWeights', rowWeights?.length],
  ];
  const wrong = counts.find(([, count]) => count !== undefined && count !== rows);
  return wrong && `${wrong[0]} have ${wrong[1]} rows, but the logits have ${rows}`;
}

function wrongClasses({ inputs }: DecodedTest): string | undefined {
  const { logits, targets, beta, frequencies } = inputs;
  const [rows, columns] = logits.shape;
  const classes = frequencies.length;
  if (classes === 0) return 'frequencies are empty: a gate needs at least one class';
  if (columns !== classes) {
    const hint = columns === classes + 1 ? '; a background column is none of the gate’s classes' : '';
    return `logits have ${columns} columns, but there are ${classes} frequencies${hint}`;
  }
  if (targets && targets.shape.at(-1) !== classes) {
    return `targets have ${targets.shape.at(-1)} columns, but there are ${classes} classes`;
  }
  if (typeof beta !== 'object' || beta.length === classes || beta.length === rows * classes) return undefined;
  return `beta has ${beta.length} values; wanted are ${classes}, one per class, or ${rows * classes}, one per element`;
}

function contradiction({ form, inputs }: DecodedTest): string | undefined {
  const { labels, targets, foreground, beta } = inputs;
  if (labels && targets) return 'labels and targets came together; a batch has one of them (G7)';
  if (!labels && !targets) return 'neither labels nor targets came; a batch has one of them (G7)';
  if (form === 'sigmoid' && beta !== undefined) return 'β came, which the sigmoid form does not have (S5)';
  if (form === 'softmax' && foreground) return 'foreground came, which the softmax form does not have (X6)';
  return undefined;
}
