import { createGate } from '@eqloss/core';
import { codeOf } from '@eqloss/core/testing';
import { describe, expect, test } from 'vitest';
import type { LossBatch } from '../index.ts';
import { jobOf, variantOf } from './job.ts';

const gate = createGate([5, 1, 5], { threshold: 2 });
const logits = Float32Array.of(1, -2, 3, 0, 0.5, -0.25);
const sigmoid = (batch: Partial<LossBatch>) => jobOf('sigmoid', gate, { logits, ...batch }, 'mean');
const softmax = (batch: Partial<LossBatch>) => jobOf('softmax', gate, { logits, ...batch }, 'mean');

describe('a model has those inputs only that the batch needs', () => {
  test('row weights: not if all are 1, or take out rows that are out by their label or for want of a target', () => {
    const weights = (job: ReturnType<typeof sigmoid>) => variantOf(job).rowWeights;
    expect(weights(sigmoid({ labels: [0, 1] }))).toBe(false);
    expect(weights(sigmoid({ labels: [-1, 1] }))).toBe(false);
    expect(weights(sigmoid({ labels: [0, 1], rowWeights: [0, 1] }))).toBe(false);
    expect(weights(sigmoid({ labels: [0, 1], rowWeights: [0, 2] }))).toBe(true);
    expect(weights(sigmoid({ targets: [0, 0, 0, 0, 1, 0] }))).toBe(false);
    expect(weights(sigmoid({ targets: [0, 0, 0, 0, 1, 0], rowWeights: [0, 1] }))).toBe(true);
    expect(weights(softmax({ targets: [0, 0, 0, 0, 1, 0], beta: 0 }))).toBe(false);
    expect(weights(softmax({ targets: [0, 0, 0, 0, 1, 0], beta: 0, rowWeights: [1, 0] }))).toBe(true);
  });

  test('a row of weight 0 has the label of an ignored one, a background row that of background', () => {
    expect(sigmoid({ labels: [3, 3], rowWeights: [0, 1] }).labels).toEqual(Int32Array.of(-1, 3));
    expect(sigmoid({ labels: [-1, 2] }).labels).toEqual(Int32Array.of(-1, 2));
  });

  test('foreground: not where it says what the labels say', () => {
    const foreground = (job: ReturnType<typeof sigmoid>) => variantOf(job).foreground;
    expect(foreground(sigmoid({ labels: [0, 3] }))).toBe(false);
    expect(foreground(sigmoid({ labels: [0, 3], foreground: [1, 0] }))).toBe(false);
    expect(foreground(sigmoid({ labels: [0, 3], foreground: [1, 1] }))).toBe(true);
    expect(foreground(sigmoid({ labels: [-1, 3], foreground: [1, 0] }))).toBe(false);
    expect(foreground(sigmoid({ targets: [0, 0, 0, 0.5, 0, 0], foreground: [0, 1] }))).toBe(false);
    expect(foreground(sigmoid({ targets: [0, 0, 0, 0.5, 0, 0], foreground: [1, 1] }))).toBe(true);
  });

  test('β: as it comes', () => {
    const shape = (beta: LossBatch['beta']) => variantOf(softmax({ labels: [0, 1], beta })).beta;
    expect(shape(0.5)).toBe('scalar');
    expect(shape([0, 1, 0.5])).toBe('class');
    expect(shape(Uint8Array.of(0, 1, 1))).toBe('class');
    expect(shape([0, 1, 1, 0, 0, 1])).toBe('element');
    expect(shape(Uint8Array.of(0, 1, 1, 0, 0, 1))).toBe('drawn');
    expect(shape({ gamma: 0.9, seed: 1, step: 1 })).toBe('drawn');
    expect(variantOf(sigmoid({ labels: [0, 1] })).beta).toBe(undefined);
  });
});

test('what is as large as the logits is not copied', () => {
  const targets = Float32Array.of(0, 0.5, 0, 0, -0, 1);
  const beta = Uint8Array.of(0, 1, 1, 0, 0, 1);
  const job = softmax({ targets, beta });
  expect(job.logits.buffer).toBe(logits.buffer);
  expect((job.targets as Float32Array).buffer).toBe(targets.buffer);
  expect(job.beta?.shape === 'drawn' && (job.beta.beta as Uint8Array).buffer).toBe(beta.buffer);
});

test('a subnormal target is raised to the smallest normal number, in a copy', () => {
  const targets = Float32Array.of(0, 0.5, 0, 2 ** -149, 0, 2 ** -126);
  expect(sigmoid({ targets }).targets).toEqual(Float32Array.of(0, 0.5, 0, 2 ** -126, 0, 2 ** -126));
  expect(targets[3]).toBe(2 ** -149);
});

test('1 - β is formed in double (X1)', () => {
  const beta = 1 - 2 ** -40;
  const oneMinus = (job: ReturnType<typeof softmax>) =>
    job.beta?.shape !== 'drawn' && job.beta?.shape !== 'element' && job.beta?.oneMinus;
  expect(oneMinus(softmax({ labels: [0, 1], beta }))).toEqual(Float32Array.of(2 ** -40));
  expect(oneMinus(softmax({ labels: [0, 1], beta: [beta, 0, 1] }))).toEqual(Float32Array.of(2 ** -40, 1, 0));
});

const bad: readonly [string, 'sigmoid' | 'softmax', object][] = [
  ['BETA_RANGE', 'softmax', { labels: [0, 1], beta: { gamma: 2, seed: 1, step: 1 } }],
  ['BETA_RANGE', 'softmax', { labels: [0, 1], beta: { gamma: 0.5, seed: -1, step: 1 } }],
  ['BETA_RANGE', 'softmax', { labels: [0, 1], beta: { gamma: 0.5, seed: 1 } }],
  ['ROW_COUNT', 'softmax', { labels: [0, 1], beta: { gamma: 0.5, seed: 1, step: 1, rowOffset: 0.5 } }],
  ['UNSUPPORTED', 'softmax', { labels: [0, 1], beta: { gamma: 0.5, seed: 1, step: 1, offset: 1 } }],
  ['UNSUPPORTED', 'sigmoid', { labels: [0, 1], beta: { gamma: 0.5, seed: 1, step: 1 } }],
  ['BETA_RANGE', 'softmax', { labels: [0, 1], beta: Uint8Array.of(0, 1, 2, 0, 0, 0) }],
  // Convert with Array.from(labels, Number), as core says.
  ['LABEL_RANGE', 'sigmoid', { labels: BigInt64Array.of(0n, 1n) }],
  ['ROW_COUNT', 'sigmoid', { labels: [0], shape: [2, 3] }],
  ['CLASS_COUNT', 'sigmoid', { targets: [1] }],
  ['CLASS_COUNT', 'sigmoid', { targets: Float32Array.of(1), shape: [2, 3] }],
  ['ROW_COUNT', 'sigmoid', { targets: [1, 0, 0], shape: [2, 3] }],
  ['ROW_COUNT', 'sigmoid', { labels: [0, 1], foreground: [1] }],
  ['ROW_COUNT', 'sigmoid', { labels: [0, 1], rowWeights: [] }],
  ['BUFFER', 'sigmoid', { labels: [], logits: detached() }],
];

test.each(bad)('%s (%s, %o)', (code, form, change) => {
  expect(codeOf(() => jobOf(form, gate, { logits, ...change }, 'mean'))).toBe(code);
});

function detached(): Float32Array {
  const values = new Float32Array(6);
  structuredClone(values, { transfer: [values.buffer] });
  return values;
}
