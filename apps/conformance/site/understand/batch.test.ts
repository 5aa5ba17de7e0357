// The small batch: what is drawn, and that every weight is the loss's own.

import { sigmoidEql, softmaxEql } from '@eqloss/core';
import { describe, expect, test } from 'vitest';
import { type BetaChoice, drawBatch, entriesOf, entryWords } from './batch.ts';
import { cutAt, rank } from './gate-model.ts';

const counts = Float64Array.from({ length: 300 }, (_, j) => Math.ceil(3000 / (1 + ((j * 7) % 300)) ** 1.3));
const ranked = rank({ names: [...counts].map((_, j) => `c${j}`), counts }, 10_000);
const { gate } = cutAt(ranked, 0.002);
const sizes = { rows: 12, background: 3, columns: 40 };
const batch = drawBatch(ranked, sizes, 1);

describe('the draw', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(drawBatch(ranked, sizes, 1)).toEqual(batch);
    expect(drawBatch(ranked, sizes, 2).labels).not.toEqual(batch.labels);
  });

  test('shows every label, the most and the least frequent class, and no class twice, by falling frequency', () => {
    const { columns, labels } = batch;
    expect(labels.filter((label) => label === -1)).toHaveLength(3);
    expect(columns).toEqual(expect.arrayContaining(labels.filter((label) => label !== -1)));
    expect(columns).toHaveLength(40);
    expect(new Set(columns).size).toBe(40);
    expect(columns[0]).toBe(ranked.order[0]);
    expect(columns.at(-1)).toBe(ranked.order[299]);
    for (let k = 1; k < 40; k++) expect(counts[columns[k]]).toBeLessThanOrEqual(counts[columns[k - 1]]);
  });

  test.each([1, 2, 5])('%i classes are all columns', (classes) => {
    const few = rank(
      { names: Array.from({ length: classes }, (_, j) => `c${j}`), counts: counts.slice(0, classes) },
      10_000,
    );
    expect([...drawBatch(few, sizes, 1).columns].sort()).toEqual(Array.from({ length: classes }, (_, j) => j));
  });

  test('never draws a class that does not occur by its count', () => {
    const one = rank({ names: ['a', 'b'], counts: Float64Array.of(0, 5) }, 5);
    const { labels } = drawBatch(one, { rows: 50, background: 0, columns: 2 }, 3);
    expect(labels.slice(0, 48).every((label) => label === 1)).toBe(true);
  });

  test('draws frequent classes more often: 3 to 1 is 3 to 1 within 5 %', () => {
    const two = rank({ names: ['a', 'b'], counts: Float64Array.of(1, 3) }, 4);
    const { labels } = drawBatch(two, { rows: 10_002, background: 0, columns: 2 }, 4);
    const share = labels.slice(0, 10_000).filter((label) => label === 1).length / 10_000;
    expect(Math.abs(share - 0.75)).toBeLessThan(0.0375);
  });
});

describe('the weights are those of the loss', () => {
  const { columns, labels } = batch;
  const classes = columns.length;
  const tail = Uint8Array.from(columns, (j) => gate.tail[j]);
  const shown = { classes, threshold: gate.threshold, tail };

  test('sigmoid: at z = 0 its gradient is w (1/2 - y)', () => {
    const places = labels.map((label) => (label === -1 ? classes : columns.indexOf(label)));
    const logits = new Float64Array(labels.length * classes);
    const { gradient } = sigmoidEql({ gate: shown, labels: places, logits }, { reduction: 'sum' });
    const entries = entriesOf(batch, gate, 'sigmoid', { kind: 'fixed', value: 1 }, 1).flat();
    expect(entries.map(({ weight, label }) => weight * (0.5 - label) + 0)).toEqual([...gradient].map((g) => g + 0));
  });

  test.each<BetaChoice>([
    { kind: 'drawn', value: 0.9 },
    { kind: 'fixed', value: 0.75 },
    { kind: 'fixed', value: 0 },
  ])('softmax: at z = 0 its gradient is w / D - y, $kind $value', (choice) => {
    const own = drawBatch(ranked, { ...sizes, background: 0 }, 1);
    const entries = entriesOf(own, gate, 'softmax', choice, 1);
    const width = own.columns.length;
    const { gradient } = softmaxEql(
      {
        gate: { ...shown, classes: width, tail: Uint8Array.from(own.columns, (j) => gate.tail[j]) },
        labels: own.labels.map((label) => own.columns.indexOf(label)),
        logits: new Float64Array(own.labels.length * width),
        beta: entries.flatMap((row) => row.map(({ beta }) => beta)),
      },
      { reduction: 'sum' },
    );
    for (const [i, row] of entries.entries()) {
      const sum = row.reduce((total, { weight }) => total + weight, 0);
      for (const [k, { weight, label }] of row.entries()) {
        expect(gradient[i * width + k]).toBeCloseTo(weight / sum - label, 12);
      }
    }
    if (choice.kind === 'drawn') expect(new Set(entries.flat().map(({ weight }) => weight))).toEqual(new Set([0, 1]));
  });
});

test('words say why', () => {
  const entry = { foreground: 1, tail: 1, label: 0, beta: 1, weight: 0 } as const;
  expect(entryWords(entry, 'sigmoid')).toMatch(/withholds this negative gradient/);
  expect(entryWords(entry, 'softmax')).toMatch(/β is 1: the loss leaves the entry out/);
  expect(entryWords({ ...entry, beta: 0, weight: 1 }, 'softmax')).toMatch(/β is 0 here/);
  expect(entryWords({ ...entry, beta: 0.75, weight: 0.25 }, 'softmax')).toMatch(/β is 0.75: it counts 0.25 times/);
  expect(entryWords({ ...entry, foreground: 0, weight: 1 }, 'sigmoid')).toMatch(/background/);
  expect(entryWords({ ...entry, tail: 0, weight: 1 }, 'sigmoid')).toMatch(/head class/);
  expect(entryWords({ ...entry, label: 1, weight: 1 }, 'sigmoid')).toMatch(/label/);
});
