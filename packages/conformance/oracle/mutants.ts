// A plain implementation in double with a switch for every mistake that the vectors must catch. It shares no code with
// the oracle or with core. Right when `fault` is undefined; used only to prove that no mistake goes unnoticed.

import type { DecodedTest, Outputs } from '../src/target.ts';

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
  ],
} as const;

/** Mistakes that only show in double precision. */
export const FINE_FAULTS = ['log1p: log(1 + x)'] as const;

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

type Has = (name: string) => boolean;
interface Row {
  readonly loss: number;
  readonly gradient: readonly number[];
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

/** Mistakes with exponentials and logarithms, shared by the forms. */
function exp(x: number, has: Has): number {
  if (has('exp: clamped at 10')) return Math.exp(Math.min(Math.max(x, -10), 10));
  return Math.exp(has('exp: clamped at 50') ? Math.min(Math.max(x, -50), 50) : x);
}

function clampProbability(p: number, has: Has): number {
  return has('probability: clamped to [1e-7, 1 - 1e-7]') ? Math.min(Math.max(p, 1e-7), 1 - 1e-7) : p;
}

function softplus(x: number, has: Has): number {
  if (has('log: epsilon of 1e-7')) return -Math.log(1 / (1 + Math.exp(x)) + 1e-7);
  if (has('probability: clamped to [1e-7, 1 - 1e-7]')) return -Math.log(clampProbability(1 / (1 + Math.exp(x)), has));
  const small = exp(-Math.abs(x), has);
  return Math.max(x, 0) + (has('log1p: log(1 + x)') ? Math.log(1 + small) : Math.log1p(small));
}

function sigmoid(test: DecodedTest, i: number, logits: number[], targets: number[], tail: boolean[], has: Has): Row {
  const foreground = foregroundOf(test, i, targets, has);
  let loss = 0;
  const gradient = logits.map((z, j) => {
    const y = targets[j];
    let weight = foreground && tail[j] ? y : 1;
    if (has('weight: the positive is gated') && foreground && tail[j]) weight = 0;
    if (has('gate: head negatives withheld') && foreground && !tail[j]) weight = y;
    if (has('gate: background rows gated') && !foreground && tail[j]) weight = y;
    if (has('targets: 1 - (1 - y) in single precision'))
      weight = foreground && tail[j] ? Math.fround(1 - Math.fround(1 - y)) : 1;
    if ((weight === 0 && !has('excluded: multiplied by 0')) || (j >= 1000 && has('classes: loop stops at 1000')))
      return 0;
    const element = infiniteAware(z, y, has);
    loss += weight * element;
    return weight * (clampProbability(1 / (1 + exp(-z, has)), has) - y);
  });
  return { loss, gradient };
}

function foregroundOf({ inputs }: DecodedTest, i: number, targets: readonly number[], has: Has): boolean {
  const sum = targets.reduce((total, y) => total + y, 0);
  let suggested = targets.some((y) => y > (has('foreground: target above one half') ? 0.5 : 0));
  if (has('foreground: targets sum to 1')) suggested = sum >= 1;
  const explicit = inputs.foreground?.[i];
  if (has('foreground: always 1')) return true;
  if (explicit === undefined || has('foreground: explicit one ignored')) return suggested;
  if (has('foreground: explicit one merged by or')) return explicit === 1 || suggested;
  if (has('foreground: explicit one merged by and')) return explicit === 1 && suggested;
  return explicit === 1;
}

function infiniteAware(z: number, y: number, has: Has): number {
  if (y === 1) return softplus(-z, has);
  if (y === 0) return softplus(z, has);
  if (!Number.isFinite(z)) return Number.isNaN(z) ? z : Number.POSITIVE_INFINITY;
  return softplus(z, has) - y * z;
}

function softmax(test: DecodedTest, i: number, logits: number[], targets: number[], tail: boolean[], has: Has): Row {
  const mass = targets.reduce((sum, y) => sum + y, 0);
  if (mass === 0 && !has('targets: all-zero rows pushed down')) return { loss: 0, gradient: logits.map(() => 0) };
  const weights = logits.map((_, k) => weightOf(test, i, k, targets[k], tail[k], has));
  const inside = logits.map(
    (_, k) =>
      (weights[k] > 0 || has('excluded: multiplied by 0')) && !(k >= 1000 && has('classes: loop stops at 1000')),
  );
  const shown = logits.map((z, k) => (has('beta: scales the logit') ? z * weights[k] : z));
  const top = Math.max(...shown.filter((_, k) => inside[k] || has('maximum: over all entries')));
  const base = has('maximum: none') || !(Math.abs(top) < Number.POSITIVE_INFINITY) ? 0 : top;
  const label = targets.findIndex((y) => y > 0);
  const terms = shown.map((z, k) => {
    if (!inside[k] || (k === label && has('loss: label left out of the sum'))) return 0;
    return (has('beta: scales the logit') ? 1 : weights[k]) * exp(z - base, has);
  });
  const total = terms.reduce((sum, term) => sum + term, 0);
  const dead = logits.every((z, k) => !inside[k] || z === Number.NEGATIVE_INFINITY);
  const broken =
    (dead && !has('minus infinity: all of them cost nothing')) ||
    shown.some((z, k) => inside[k] && !(z < Number.POSITIVE_INFINITY));
  let loss = 0;
  for (const [j, y] of targets.entries())
    if (y > 0) loss += y * elementLoss(shown, terms, total, base, j, label === j && mass === 1, has);
  const factor = has('targets: row mass forgotten') ? 1 : mass || 1;
  const gradient = terms.map((term, k) => {
    if (broken) return inside[k] || has('nan: spreads to excluded entries') ? Number.NaN : 0;
    return factor * clampProbability(term / total, has) - targets[k];
  });
  if (has('probability: clamped to [1e-7, 1 - 1e-7]'))
    return { loss, gradient: gradient.map((g, k) => (inside[k] ? g : 0)) };
  return { loss: broken ? Number.NaN : loss, gradient };
}

function weightOf({ inputs }: DecodedTest, i: number, k: number, y: number, tail: boolean, has: Has): number {
  const [rows, classes] = inputs.logits.shape;
  if (!tail && !has('beta: acts on head classes')) return 1;
  let beta = betaAt(inputs.beta ?? 0, i, k, rows, classes, has);
  if (has('beta: rounded to 0 or 1')) beta = Math.round(beta);
  if (has('beta: squared')) beta *= beta;
  const kept = 1 - (has('beta: 1 - β in single precision of β') ? Math.fround(beta) : beta);
  if (has('weight: the positive is gated')) return kept;
  if (has('targets: 1 - (1 - y) in single precision')) return Math.fround(1 - Math.fround(beta * Math.fround(1 - y)));
  return kept + (1 - kept) * y;
}

function betaAt(beta: number | Float64Array, i: number, k: number, rows: number, classes: number, has: Has): number {
  if (typeof beta === 'number') return beta;
  if (beta.length === classes) return beta[has('beta: per class applied by row') ? i % classes : k];
  if (has('beta: per element transposed')) return beta[k * rows + i];
  return beta[has('beta: per element taken from row 0') ? k : i * classes + k];
}

function elementLoss(
  logits: readonly number[],
  terms: readonly number[],
  total: number,
  base: number,
  j: number,
  single: boolean,
  has: Has,
): number {
  if (has('log: epsilon of 1e-7')) return -Math.log(terms[j] / total + 1e-7);
  if (has('probability: clamped to [1e-7, 1 - 1e-7]')) return -Math.log(clampProbability(terms[j] / total, has));
  const others = terms.reduce((sum, term, k) => (k === j ? sum : sum + term), 0);
  // A label that dominates: log1p keeps the digits of the rest.
  if (single && others < terms[j] && !has('log1p: log(1 + x)')) return Math.log1p(others / terms[j]);
  return Math.log(total) - (logits[j] - base);
}
