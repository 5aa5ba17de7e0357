// Simpler batches near a batch: fewer rows, fewer classes, fewer inputs, plainer numbers.

import { nextAbove, nextBelow } from '../floats.ts';
import { type Case, exactInputs, type Grid } from '../oracle/case.ts';
import { refusalsOf } from '../oracle/refusal.ts';
import type { Batch } from './draw.ts';
import { plainerNumbers, replaced } from './plainer.ts';
import { isTail } from './roles.ts';
import { weightOf } from './weigh.ts';

/** Steps to simpler batches, boldest first; each still to be tried. */
export function* simplerBatches(batch: Batch): Generator<Batch> {
  for (const given of simplerCases(batch)) {
    const exact = exactInputs(given);
    const [error] = refusalsOf(batch.form, exact);
    // A crash on bad input may need none; but what is valid stays so.
    if (error !== undefined && error !== batch.given.error) continue;
    const simpler = { ...batch, given: { ...exact, error } };
    if (weightOf(simpler) < weightOf(batch)) yield simpler;
  }
}

function* simplerCases({ form, given }: Batch): Generator<Case> {
  const [rows, classes] = given.logits.shape;
  if (given.logits.shape.length === 2) {
    for (const [from, to] of spans(rows)) yield withoutRows(given, from, to);
    for (const [from, to] of spans(classes)) yield withoutClasses(given, from, to);
  }
  yield* withoutInputs(given);
  yield* plainerGate(given);
  const background = form === 'sigmoid' ? classes : undefined;
  yield* asLabels(given, background);
  for (const [i, label] of (given.labels ?? []).entries()) {
    for (const lower of [0, 1]) {
      if (label > lower || label < 0) yield { ...given, labels: replaced(given.labels ?? [], i, lower) };
    }
  }
  yield* plainerNumbers(given);
}

/** Halves, quarters, … down to single places, of which the last come first. */
function* spans(count: number): Generator<readonly [number, number]> {
  for (let size = count >> 1 || 1; size >= 1; size >>= 1) {
    for (let to = count; to > 0; to -= size) yield [Math.max(0, to - size), to];
  }
}

function withoutRows(given: Case, from: number, to: number): Case {
  const cut = <T>(values: readonly T[]): readonly T[] => [...values.slice(0, from), ...values.slice(to)];
  const cutGrid = ({ shape: [rows, columns], data }: Grid): Grid => ({
    shape: [rows - (to - from), columns],
    data: Array.from(data).filter((_, at) => at < from * columns || at >= to * columns),
  });
  const { labels, targets, foreground, rowWeights, beta } = given;
  return {
    ...given,
    logits: cutGrid(given.logits),
    ...(labels && { labels: cut(labels) }),
    ...(targets && { targets: cutGrid(targets) }),
    ...(foreground && { foreground: cut(foreground) }),
    ...(rowWeights && { rowWeights: cut(rowWeights) }),
    ...(typeof beta === 'object' && beta.shape.length === 2 && { beta: cutGrid(beta) }),
  };
}

/** A label of a class that goes becomes the first class; the others follow their class. */
function withoutClasses(given: Case, from: number, to: number): Case {
  const gone = to - from;
  const stays = (j: number) => j < from || j >= to;
  const cutGrid = ({ shape, data }: Grid): Grid => {
    const columns = shape[shape.length - 1];
    const left = Array.from({ length: columns }, (_, j) => j).filter(stays).length;
    return {
      shape: [...shape.slice(0, -1), left],
      data: Array.from(data).filter((_, at) => stays(at % columns)),
    };
  };
  const { labels, targets, beta } = given;
  const follow = (label: number) => (label < from ? label : label < to ? 0 : label - gone);
  return {
    ...given,
    logits: cutGrid(given.logits),
    frequencies: given.frequencies.filter((_, j) => stays(j)),
    ...(labels && { labels: labels.map(follow) }),
    ...(targets && { targets: cutGrid(targets) }),
    ...(typeof beta === 'object' && { beta: cutGrid(beta) }),
  };
}

function* withoutInputs(given: Case): Generator<Case> {
  for (const key of ['integerLogits', 'released', 'rowWeights', 'foreground', 'normalizer', 'judge'] as const) {
    if (given[key] !== undefined) yield { ...given, [key]: undefined };
  }
  const { beta } = given;
  if (typeof beta === 'object') {
    for (const value of new Set([0, 1, ...Array.from(beta.data)])) yield { ...given, beta: value };
    const classes = given.frequencies.length;
    if (beta.shape.length === 2)
      yield { ...given, beta: { shape: [classes], data: Array.from(beta.data).slice(0, classes) } };
  }
  for (const reduction of ['mean', 'sum']) yield { ...given, reduction };
}

/** The same tail with frequencies of 0 and 1; or the comparison that matters, moved to 1. */
function* plainerGate(given: Case): Generator<Case> {
  const { frequencies, threshold } = given;
  if (threshold === undefined) return;
  yield { ...given, frequencies: frequencies.map((_, j) => (isTail(given, j) ? 0 : 1)), threshold: 1 };
  yield { ...given, frequencies: frequencies.map(() => 1), threshold: 0 };
  const moved = frequencies.map((f) => (f === threshold || Math.abs(f - threshold) < 1e-6 * threshold ? 1 : f));
  for (const value of [1, nextAbove(1), nextBelow(1)]) yield { ...given, frequencies: moved, threshold: value };
}

/** Target rows with one positive are labels, and all zero are background. */
function* asLabels(given: Case, background: number | undefined): Generator<Case> {
  const { targets, frequencies } = given;
  if (!targets || given.labels) return;
  const classes = frequencies.length;
  const labels = Array.from({ length: given.logits.shape[0] }, (_, i) => {
    const row = Array.from(targets.data).slice(i * classes, (i + 1) * classes);
    const label = row.findIndex((y) => y > 0);
    return label < 0 ? (background ?? -1) : label;
  });
  yield { ...given, targets: undefined, labels };
}
