// A plain implementation in double with a switch for every mistake that the vectors must catch. It shares no code with
// the oracle or with core. Right when `fault` is undefined; used only to prove that no mistake goes unnoticed.

import type { DecodedTest, Outputs } from '../src/target.ts';
import { type Has, sigmoid, softmax } from './mutant-rows.ts';

/** Mistakes by form; each is one wrong turn in the code below. */
export const FAULTS = {
  both: [
    'gate: <= for <',
    'gate: single precision',
    'gate: frequency in single precision',
    'gate: frequencies normalized to sum 1',
    'gate: every class is tail',
    'gate: no class is tail',
    'gate: tail of the label instead of the entry',
    'label: ignored is class 0',
    'label: ignored is the last class',
    'targets: soft taken for hard',
    'targets: transposed',
    'targets: 1 - (1 - y) in single precision',
    'weight: the positive is gated',
    'excluded: multiplied by 0',
    'gradient: sign',
    'gradient: divisor missing',
    'gradient: row weight missing',
    'gradient: mean for reduction none',
    'loss: row weight missing',
    'loss: row losses divided',
    'row weight: 0 multiplied',
    'row weight: ignored altogether',
    'mean: over elements',
    'mean: over the sum of row weights',
    'mean: over non-zero row weights',
    'mean: ignored rows counted',
    'mean: 0 / 0 when empty',
    'mean: not divided',
    'normalizer: ignored',
    'normalizer: besides the count',
    'exp: clamped at 10',
    'log: epsilon of 1e-7',
    'probability: clamped to [1e-7, 1 - 1e-7]',
    'nan: taken for 0',
    'infinity: taken for 1e30',
    'minus infinity: taken for -1e30',
    'logits: clamped to ±1000',
    'logits: clamped to ±80',
    'classes: loop stops at 1000',
  ],
  sigmoid: [
    'label: ignored is background',
    'label: background is class 0',
    'label: background is the last class',
    'label: background is ignored',
    'foreground: always 1',
    'foreground: explicit one ignored',
    'foreground: explicit one merged by or',
    'foreground: explicit one merged by and',
    'foreground: target above one half',
    'foreground: targets sum to 1',
    'mean: over foreground rows',
    'gate: head negatives withheld',
    'gate: background rows gated',
    'exp: clamped at 50',
    'gradient: p - 1 cancels',
  ],
  softmax: [
    'maximum: over all entries',
    'maximum: none',
    'beta: acts on head classes',
    'beta: 1 - β in single precision of β',
    'beta: per class applied by row',
    'beta: per element transposed',
    'beta: per element taken from row 0',
    'beta: rounded to 0 or 1',
    'beta: squared',
    'beta: scales the logit',
    'targets: row mass forgotten',
    'targets: all-zero rows pushed down',
    'nan: spreads to excluded entries',
    'minus infinity: all of them cost nothing',
    'loss: label left out of the sum',
    'loss: a soft target taken for a label of weight 1',
  ],
} as const;

/** Mistakes that only show in double precision. */
export const FINE_FAULTS = ['log1p: log(1 + x)', 'gradient: p - 1 cancels'] as const;

/** What the implementation with one fault answers to a valid test. */
export function compute(test: DecodedTest, fault?: string): Outputs {
  const has = (name: string): boolean => fault === name;
  const { inputs, options } = test;
  const [rows, classes] = inputs.logits.shape;
  const tail = gate(test, has);
  const rowLosses = new Float64Array(rows);
  const gradient = new Float64Array(rows * classes);
  let foregroundRows = 0;
  for (let i = 0; i < rows; i++) {
    const weight = has('row weight: ignored altogether') ? 1 : (inputs.rowWeights?.[i] ?? 1);
    const label = labelOf(inputs.labels?.[i], classes, has);
    if (label === -1 || (weight === 0 && !has('row weight: 0 multiplied'))) continue;
    const targets = targetsOf(test, i, label, has);
    if (label === undefined ? targets.some((y) => y > 0) : label < classes) foregroundRows++;
    const gated = has('gate: tail of the label instead of the entry')
      ? tail.map(() => targets.some((y, j) => y > 0 && tail[j]))
      : tail;
    const logits = Array.from(inputs.logits.data.slice(i * classes, (i + 1) * classes), (z) => special(z, has));
    const row =
      test.form === 'sigmoid'
        ? sigmoid(test, i, logits, targets, gated, has)
        : softmax(test, i, logits, targets, gated, has);
    rowLosses[i] = row.loss * (has('loss: row weight missing') ? 1 : weight);
    for (let j = 0; j < classes; j++) {
      gradient[i * classes + j] = row.gradient[j] * (has('gradient: row weight missing') ? 1 : weight);
    }
  }
  const divisor = divisorOf(test, foregroundRows, has);
  const loss = rowLosses.reduce((sum, value) => sum + value, 0) / divisor;
  const scaled = has('gradient: mean for reduction none') && options.reduction === 'none' ? rows : divisor;
  const slope = (has('gradient: sign') ? -1 : 1) / (has('gradient: divisor missing') ? 1 : scaled);
  return {
    ...(options.reduction !== 'none' && { loss }),
    rowLosses: has('loss: row losses divided') ? rowLosses.map((value) => value / divisor) : rowLosses,
    gradient: gradient.map((value) => value * slope),
  };
}

function gate({ inputs, options }: DecodedTest, has: Has): boolean[] {
  const threshold = options.threshold as number;
  const total = inputs.frequencies.reduce((sum, f) => sum + f, 0);
  return Array.from(inputs.frequencies, (f) => {
    if (has('gate: every class is tail')) return true;
    if (has('gate: no class is tail')) return false;
    if (has('gate: <= for <')) return f <= threshold;
    if (has('gate: single precision')) return Math.fround(f) < Math.fround(threshold);
    if (has('gate: frequency in single precision')) return Math.fround(f) < threshold;
    if (has('gate: frequencies normalized to sum 1')) return f / total < threshold;
    return f < threshold;
  });
}

function labelOf(label: number | undefined, classes: number, has: Has): number | undefined {
  if (label === -1) {
    if (has('label: ignored is class 0')) return 0;
    if (has('label: ignored is the last class')) return classes - 1;
    if (has('label: ignored is background')) return classes;
  }
  if (label === classes) {
    if (has('label: background is class 0')) return 0;
    if (has('label: background is the last class')) return classes - 1;
    if (has('label: background is ignored')) return -1;
  }
  return label;
}

function targetsOf({ inputs }: DecodedTest, i: number, label: number | undefined, has: Has): number[] {
  const [rows, classes] = inputs.logits.shape;
  return Array.from({ length: classes }, (_, j) => {
    if (!inputs.targets) return Number(j === label);
    const y = inputs.targets.data[has('targets: transposed') ? j * rows + i : i * classes + j] ?? 0;
    return has('targets: soft taken for hard') ? Number(y > 0) : y;
  });
}

function special(z: number, has: Has): number {
  if (has('nan: taken for 0') && Number.isNaN(z)) return 0;
  if (has('infinity: taken for 1e30') && z === Number.POSITIVE_INFINITY) return 1e30;
  if (has('minus infinity: taken for -1e30') && z === Number.NEGATIVE_INFINITY) return -1e30;
  if (has('logits: clamped to ±1000')) return Math.min(Math.max(z, -1000), 1000);
  if (has('logits: clamped to ±80')) return Math.min(Math.max(z, -80), 80);
  return z;
}

function divisorOf({ inputs, options }: DecodedTest, foregroundRows: number, has: Has): number {
  const [rows, classes] = inputs.logits.shape;
  if (options.reduction !== 'mean' || has('mean: not divided')) return 1;
  const weights = inputs.rowWeights ?? new Float64Array(rows).fill(1);
  const ignored = has('mean: ignored rows counted') ? 0 : (inputs.labels?.filter((label) => label === -1).length ?? 0);
  const counted = rows - ignored || (has('mean: 0 / 0 when empty') ? 0 : 1);
  const { normalizer } = options;
  if (normalizer !== undefined && has('normalizer: besides the count')) return counted * normalizer;
  if (normalizer !== undefined && !has('normalizer: ignored')) return normalizer;
  if (has('mean: over elements')) return counted * classes;
  if (has('mean: over the sum of row weights')) return weights.reduce((sum, w) => sum + w, 0) || 1;
  if (has('mean: over non-zero row weights')) return weights.filter((w) => w > 0).length - ignored || 1;
  if (has('mean: over foreground rows')) return foregroundRows || 1;
  return counted;
}
