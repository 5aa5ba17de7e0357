// Real class counts and real logits: 45 lexicographer files of WordNet, 344 : 1, and heads trained on their glosses.

import { readFile } from 'node:fs/promises';
import { decodeTensor } from '../../src/decode.ts';
import type { Form } from '../../src/format.ts';
import { type Case, vector } from '../../src/oracle/case.ts';
import { type Variation, vary } from '../base.ts';
import type { GlossFixture } from '../glosses.ts';
import type { Suite } from '../suite.ts';
import { drawn } from './partition.ts';

const GROUP = 'WordNet glosses';
/** 17 of 45 classes are tail, 6.0 % of the glosses. */
const LAMBDA = 7e-3;

/** Reads the fixture. */
export async function readGlossFixture(): Promise<GlossFixture> {
  return JSON.parse(await readFile(new URL('../fixtures/wordnet-glosses.json', import.meta.url), 'utf8'));
}

/** One file per form. */
export async function wordnetSuites(): Promise<Suite[]> {
  const fixture = await readGlossFixture();
  const { source, licence, made } = fixture;
  const provenance = { [GROUP]: `${source}. ${licence}. ${made}.` };
  return (['sigmoid', 'softmax'] as const).map((form) => {
    return { name: `${form}-wordnet.json`, form, cases: glossCases(form, fixture), provenance };
  });
}

function glossCases(form: Form, fixture: GlossFixture): Case[] {
  const { counts, labels } = fixture;
  const { shape, data } = decodeTensor(fixture.logits[form]);
  const total = counts.reduce((sum, count) => sum + count);
  const flags = ['real-logits', 'real-counts'];
  const some = (from: number, to: number) => ({
    logits: { shape: [to - from, shape[1]], data: Array.from(data).slice(from * shape[1], to * shape[1]) },
    labels: labels.slice(from, to),
  });
  const from = {
    logits: { shape, data },
    labels,
    frequencies: counts.map((count) => count / total),
    threshold: LAMBDA,
    ...(form === 'softmax' && { beta: 0.9 }),
    reduction: 'mean',
  };
  return vary(GROUP, from, [
    { id: 'wordnet-all', comment: 'All 257 held-out glosses, mean.', flags: [...flags, 'reduction'] },
    {
      id: 'wordnet-counts-as-frequencies',
      comment: '32 glosses with raw counts: λ = 500 glosses.',
      flags: [...flags, 'gate-unit'],
      ...some(0, 32),
      frequencies: counts,
      threshold: 500,
      reduction: 'none',
    },
    ...(form === 'sigmoid' ? ofSigmoid(flags, some, labels) : ofSoftmax(flags, some)),
  ]);
}

type Rows = (from: number, to: number) => Pick<Case, 'logits'> & { readonly labels: readonly number[] };

function ofSigmoid(flags: readonly string[], some: Rows, labels: readonly number[]): Variation[] {
  return [
    {
      id: 'wordnet-half-foreground',
      comment: '32 glosses, every second one with foreground 0.',
      flags: [...flags, 'foreground-explicit'],
      ...some(32, 64),
      foreground: labels.slice(32, 64).map((_, i) => i % 2),
      reduction: 'sum',
    },
    {
      id: 'wordnet-no-tail',
      comment: '32 glosses without tail classes: plain sigmoid cross-entropy.',
      flags: [...flags, 'no-tail'],
      ...some(64, 96),
      threshold: 0,
    },
  ];
}

function ofSoftmax(flags: readonly string[], some: Rows): Variation[] {
  return [
    {
      id: 'wordnet-drawn',
      comment: '32 glosses, β drawn with γ = 0.95.',
      flags: [...flags, 'beta-drawn', 'beta-element'],
      ...some(32, 64),
      ...drawn(32, 45, { gamma: 0.95, seed: 2020, step: 17, rowOffset: 32 }),
      reduction: 'sum',
    },
    {
      id: 'wordnet-beta-class',
      comment: '32 glosses, a β for every class.',
      flags: [...flags, 'beta-class'],
      ...some(64, 96),
      beta: vector(Array.from({ length: 45 }, (_, j) => (j % 9) / 8)),
    },
    {
      id: 'wordnet-no-tail',
      comment: '32 glosses without tail classes: plain softmax cross-entropy.',
      flags: [...flags, 'no-tail'],
      ...some(96, 128),
      threshold: 0,
    },
  ];
}
