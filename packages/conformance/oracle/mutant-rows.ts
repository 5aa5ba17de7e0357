// One row of each form with a switch for every mistake; see mutants.ts.

import type { DecodedTest } from '../src/target.ts';

/** Whether the mistake of this name is to be made. */
export type Has = (name: string) => boolean;

/** What one row costs, and its slopes. */
export interface Row {
  readonly loss: number;
  readonly gradient: readonly number[];
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

/** One row of the sigmoid form. */
export function sigmoid(
  test: DecodedTest,
  i: number,
  logits: number[],
  targets: number[],
  tail: boolean[],
  has: Has,
): Row {
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
    const share = (x: number) => clampProbability(1 / (1 + exp(-x, has)), has);
    // σ(z) - y = (1 - y) - σ(-z): a large logit with a target near 1 keeps its digits.
    const agrees = z >= 0 && !has('gradient: p - 1 cancels');
    return weight * (agrees ? 1 - y - share(-z) : share(z) - y);
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
  // softplus(z) - z = softplus(-z) likewise.
  return z < 0 ? softplus(z, has) - y * z : softplus(-z, has) + (1 - y) * z;
}

/** One row of the softmax form. */
export function softmax(
  test: DecodedTest,
  i: number,
  logits: number[],
  targets: number[],
  tail: boolean[],
  has: Has,
): Row {
  const mass = targets.reduce((sum, y) => sum + y, 0);
  if (mass === 0 && !has('targets: all-zero rows pushed down')) return { loss: 0, gradient: logits.map(() => 0) };
  const weights = logits.map((_, k) => weightOf(test, i, k, targets[k], tail[k], has));
  const inside = logits.map(
    (_, k) =>
      (weights[k] > 0 || has('excluded: multiplied by 0')) && !(k >= 1000 && has('classes: loop stops at 1000')),
  );
  const shown = logits.map((z, k) => (has('beta: scales the logit') ? z * weights[k] : z));
  // A tiny weight counts in the maximum: its entry may hold the largest logit without being the largest term.
  const isTiny = (k: number): boolean => weights[k] > 0 && weights[k] < 1e-150;
  const levels = shown.map((z, k) => (isTiny(k) ? z + Math.log(weights[k]) : z));
  const top = Math.max(...levels.filter((_, k) => inside[k] || has('maximum: over all entries')));
  const base = has('maximum: none') || !(Math.abs(top) < Number.POSITIVE_INFINITY) ? 0 : top;
  const label = targets.findIndex((y) => y > 0);
  const terms = shown.map((z, k) => {
    if (!inside[k] || (k === label && has('loss: label left out of the sum'))) return 0;
    if (isTiny(k)) return exp(levels[k] - base, has);
    return (has('beta: scales the logit') ? 1 : weights[k]) * exp(z - base, has);
  });
  const total = terms.reduce((sum, term) => sum + term, 0);
  const dead = logits.every((z, k) => !inside[k] || z === Number.NEGATIVE_INFINITY);
  const broken =
    (dead && !has('minus infinity: all of them cost nothing')) ||
    shown.some((z, k) => inside[k] && !(z < Number.POSITIVE_INFINITY));
  let loss = 0;
  for (const [j, y] of targets.entries())
    if (y > 0) loss += y * elementLoss(shown, terms, total, base, j, isWhole(y, mass, has), has);
  const factor = has('targets: row mass forgotten') ? 1 : mass || 1;
  const gradient = terms.map((term, k) => {
    if (broken) return inside[k] || has('nan: spreads to excluded entries') ? Number.NaN : 0;
    // p - 1 = -(the others) / D likewise.
    if (k === label && targets[k] === 1 && mass === 1 && !has('gradient: p - 1 cancels')) {
      return -clampProbability(terms.reduce((sum, other, j) => (j === k ? sum : sum + other), 0) / total, has);
    }
    return factor * clampProbability(term / total, has) - targets[k];
  });
  if (has('probability: clamped to [1e-7, 1 - 1e-7]'))
    return { loss, gradient: gradient.map((g, k) => (inside[k] ? g : 0)) };
  return { loss: broken ? Number.NaN : loss, gradient };
}

/** Whether a target is all there is: its entry has weight 1 then, and `D / e^z` is 1 and the others. */
function isWhole(y: number, mass: number, has: Has): boolean {
  return mass === 1 && (y === 1 || has('loss: a soft target taken for a label of weight 1'));
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
