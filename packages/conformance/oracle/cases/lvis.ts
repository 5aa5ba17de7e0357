// Batches of the size that the paper trained with: 512 proposals, the 1203 classes of LVIS v1 and their image counts.

import { readFile } from 'node:fs/promises';
import type { Case, Grid } from '../../src/oracle/case.ts';
import { createRandom } from '../../src/oracle/random.ts';
import { type Variation, vary } from '../base.ts';
import { SEED, type Suite } from '../suite.ts';
import { drawn } from './partition.ts';

/** What fixtures/lvis-v1-image-counts.json holds. */
export interface LvisFixture {
  readonly source: string;
  readonly licence: string;
  /** Images with an annotation. */
  readonly images: number;
  /** Images that hold each class. */
  readonly counts: readonly number[];
}

/** Reads the counts. */
export async function readLvis(): Promise<LvisFixture> {
  return JSON.parse(await readFile(new URL('../fixtures/lvis-v1-image-counts.json', import.meta.url), 'utf8'));
}

const GROUP = 'LVIS v1';
/** λ of the authors' code on LVIS v1: 815 tail classes, 5.9 % of the images. */
const LAMBDA = 1.1e-3;

/** One file per form. */
export async function lvisSuites(): Promise<Suite[]> {
  const lvis = await readLvis();
  const provenance = { [GROUP]: `Class counts: ${lvis.source}. ${lvis.licence}. Logits and labels are drawn.` };
  return [
    { name: 'sigmoid-lvis.json', form: 'sigmoid', cases: sigmoidLvis(lvis), provenance },
    { name: 'softmax-lvis.json', form: 'softmax', cases: softmaxLvis(lvis), provenance },
  ];
}

function sigmoidLvis(lvis: LvisFixture): Case[] {
  const from = common(lvis);
  const classes = lvis.counts.length;
  const random = createRandom(SEED, 'lvis sigmoid');
  // A detector samples one foreground proposal in four.
  const labels = (rows: number) => Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? draw(lvis, random) : classes));
  const whole = labels(512);
  const weighted = labels(48).map((label, i) => (i % 16 === 5 ? -1 : label));
  return vary(GROUP, from, [
    {
      id: 'lvis-512x1203',
      comment: '512 proposals, a quarter of them foreground, mean.',
      flags: ['real-counts', 'many-classes', 'background', 'reduction'],
      logits: grown('lvis sigmoid', whole, classes, -4, 2),
      labels: whole,
    },
    {
      id: 'lvis-48x1203-row-weights',
      comment: '48 proposals with row weights, ignored rows and the normalizer of a larger batch.',
      flags: ['real-counts', 'many-classes', 'ignored', 'row-weights', 'normalizer'],
      logits: grown('lvis weighted', weighted, classes, -5, 1.5),
      labels: weighted,
      rowWeights: weighted.map((_, i) => (i % 5) / 2),
      normalizer: 512,
    },
    {
      id: 'lvis-32x1203-targets',
      comment: '32 multi-hot target rows.',
      flags: ['real-counts', 'many-classes', 'target-rows', 'multi-hot'],
      logits: grown('lvis targets', labels(32), classes, -4, 2),
      targets: targetRows(lvis, 32, [1, 1, 1]),
      reduction: 'sum',
    },
    {
      id: 'lvis-16x1203-paper-lambda',
      comment: '16 foreground proposals at 1.76e-3: 876 tail classes.',
      flags: ['real-counts', 'many-classes', 'gate-strict'],
      ...threshold(1.76e-3),
      ...foregroundRows(lvis, 16),
      reduction: 'none',
    },
  ]);
}

function softmaxLvis(lvis: LvisFixture): Case[] {
  const from = { ...common(lvis), beta: 0.9 };
  const classes = lvis.counts.length;
  const random = createRandom(SEED, 'lvis softmax');
  const labels = (rows: number) => Array.from({ length: rows }, () => draw(lvis, random));
  const whole = labels(512);
  return vary(GROUP, from, [
    {
      id: 'lvis-512x1203-drawn',
      comment: '512 rows, β drawn with γ = 0.9, mean.',
      flags: ['real-counts', 'many-classes', 'beta-drawn', 'beta-element', 'reduction'],
      logits: grown('lvis softmax', whole, classes, 0, 1.25),
      labels: whole,
      ...drawn(512, classes, { gamma: 0.9, seed: 1, step: 0, rowOffset: 0 }),
    },
    {
      id: 'lvis-48x1203',
      comment: '48 rows, β = 0.9, ignored rows and row weights.',
      flags: ['real-counts', 'many-classes', 'beta-number', 'ignored', 'row-weights'],
      ...(() => {
        const some = labels(48).map((label, i) => (i % 16 === 5 ? -1 : label));
        return { labels: some, logits: grown('lvis weighted', some, classes, 0, 1.5) };
      })(),
      rowWeights: Array.from({ length: 48 }, (_, i) => (i % 5) / 2),
    },
    {
      id: 'lvis-32x1203-targets',
      comment: '32 soft target rows.',
      flags: ['real-counts', 'many-classes', 'target-rows', 'soft-targets'],
      logits: grown('lvis targets', labels(32), classes, 0, 1.5),
      targets: targetRows(lvis, 32, [0.75, 0.125, 0.125]),
      reduction: 'sum',
    },
    {
      id: 'lvis-16x1203-paper-lambda',
      comment: '16 rows at 1.76e-3: 876 tail classes.',
      flags: ['real-counts', 'many-classes', 'gate-strict'],
      ...threshold(1.76e-3),
      ...foregroundRows(lvis, 16),
      reduction: 'none',
    },
  ]);
}

function common({ counts, images }: LvisFixture): Omit<Case, 'id' | 'comment' | 'flags' | 'group'> {
  return {
    logits: { shape: [0, counts.length], data: [] },
    frequencies: counts.map((count) => count / images),
    threshold: LAMBDA,
    reduction: 'mean',
    dictionary: true,
  };
}

function threshold(lambda: number): Pick<Variation, 'threshold'> {
  return { threshold: lambda };
}

/** Every row has a label of its own, half of them rare. */
function foregroundRows(lvis: LvisFixture, rows: number): Pick<Case, 'labels' | 'logits'> {
  const random = createRandom(SEED, 'lvis foreground');
  const rare = lvis.counts.flatMap((count, j) => (count <= 10 ? [j] : []));
  const labels = Array.from({ length: rows }, (_, i) =>
    i % 2 === 0 ? draw(lvis, random) : rare[random.integer(rare.length)],
  );
  return { labels, logits: grown('lvis foreground', labels, lvis.counts.length, -3, 1.5) };
}

/** A class drawn by its image count. */
function draw({ counts }: LvisFixture, random: { integer: (below: number) => number }): number {
  let left = random.integer(counts.reduce((sum, count) => sum + count));
  return counts.findIndex((count) => {
    left -= count;
    return left < 0;
  });
}

/** Logits on a grid of 1/8, the label's own 4 higher. */
function grown(name: string, labels: readonly number[], classes: number, centre: number, spread: number): Grid {
  const random = createRandom(SEED, name);
  const data = Array.from({ length: labels.length * classes }, (_, at) => {
    const own = labels[Math.floor(at / classes)] === at % classes;
    return random.bell(own ? centre + 4 : centre, spread, 1 / 8);
  });
  return { shape: [labels.length, classes], data };
}

/** Rows with one positive for each of `values`, classes drawn by their counts; every eighth row is empty. */
function targetRows(lvis: LvisFixture, rows: number, values: readonly number[]): Grid {
  const random = createRandom(SEED, 'lvis targets');
  const classes = lvis.counts.length;
  const data = Array.from({ length: rows * classes }, () => 0);
  for (let i = 0; i < rows; i++) {
    for (const value of i % 8 === 7 ? [] : values) data[i * classes + draw(lvis, random)] = value;
  }
  return { shape: [rows, classes], data };
}
