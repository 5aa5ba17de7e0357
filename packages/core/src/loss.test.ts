// Properties that both forms share.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch, Form, LossResult } from './index.ts';
import { createGate } from './index.ts';
import { batches, codeOf, lossOf, near } from './testing.ts';

const forms: Form[] = ['sigmoid', 'softmax'];
const gate = createGate([1, 10, 10], { threshold: 5 });

/** Everything but the logits of `rows`, for a batch of part of the rows. */
function rowsOf(batch: Batch & { shape: readonly number[] }, from: number, to: number): Batch {
  const { gate, labels, targets, foreground, rowWeights, beta, logits } = batch;
  const cut = (values: ArrayLike<number> | undefined, width: number) =>
    values && Array.from(values).slice(from * width, to * width);
  const width = gate.classes;
  return {
    gate,
    shape: [to - from, width],
    logits: logits.slice(from * width, to * width),
    labels: cut(labels, 1),
    targets: cut(targets, width),
    foreground: cut(foreground, 1),
    rowWeights: cut(rowWeights, 1),
    beta:
      typeof beta === 'object' && beta.length === batch.shape[0] * width && batch.shape[0] > 1
        ? cut(beta, width)
        : beta,
  };
}

describe.each(forms)('%s', (form) => {
  const loss = lossOf[form];

  test('the gradient is that of the returned loss: central differences agree (R5, S3, X4)', () => {
    fc.assert(
      fc.property(batches(form, 4), fc.constantFrom('sum', 'mean'), (batch, reduction) => {
        const { gradient } = loss(batch, { reduction });
        const h = 1e-5;
        for (let k = 0; k < batch.logits.length; k++) {
          const at = (step: number) => {
            const logits = Float64Array.from(batch.logits);
            logits[k] += step;
            return loss({ ...batch, logits }, { reduction }).loss;
          };
          expect(Math.abs((at(h) - at(-h)) / (2 * h) - gradient[k])).toBeLessThan(1e-7);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('sum adds the row losses, mean divides by the rows that are not ignored, none is judged as the sum (R1, R5)', () => {
    fc.assert(
      fc.property(batches(form), (batch) => {
        const sum = loss(batch, { reduction: 'sum' });
        const mean = loss(batch);
        const none = loss(batch, { reduction: 'none' });
        const labels = Array.from(batch.labels ?? []);
        const counted = Math.max(1, batch.shape[0] - labels.filter((label) => label === -1).length);
        expect(
          near(
            sum.loss,
            sum.rowLosses.reduce((a, b) => a + b, 0),
          ),
        ).toBe(true);
        expect(near(mean.loss, sum.loss / counted)).toBe(true);
        for (let k = 0; k < sum.gradient.length; k++)
          expect(near(mean.gradient[k], sum.gradient[k] / counted)).toBe(true);
        expect(none).toEqual(sum);
        expect(mean.rowLosses).toEqual(sum.rowLosses);
      }),
    );
  });

  test('a normalizer replaces the divisor of the mean (R2)', () => {
    fc.assert(
      fc.property(batches(form), fc.integer({ min: 1, max: 1000 }), (batch, normalizer) => {
        const sum = loss(batch, { reduction: 'sum' });
        const mean = loss({ ...batch, normalizer });
        expect(mean.loss).toBe(sum.loss / normalizer);
        for (let k = 0; k < sum.gradient.length; k++)
          expect(near(mean.gradient[k], sum.gradient[k] / normalizer)).toBe(true);
      }),
    );
  });

  test('row weights multiply loss and gradient of their row and nothing else (R3)', () => {
    fc.assert(
      fc.property(batches(form), (batch) => {
        const plain = loss({ ...batch, rowWeights: undefined });
        const weighted = loss({ ...batch, rowWeights: new Float64Array(batch.shape[0]).map((_, i) => i + 0.5) });
        const { classes } = batch.gate;
        for (let k = 0; k < plain.gradient.length; k++) {
          const i = Math.floor(k / classes);
          expect(near(weighted.rowLosses[i], (i + 0.5) * plain.rowLosses[i])).toBe(true);
          expect(near(weighted.gradient[k], (i + 0.5) * plain.gradient[k])).toBe(true);
        }
      }),
    );
  });

  test('leaving the gradient out changes nothing else', () => {
    fc.assert(
      fc.property(batches(form), (batch) => {
        const { gradient, ...value } = loss(batch);
        expect(loss(batch, { gradient: false })).toEqual(value);
        expect(gradient).toHaveLength(batch.logits.length);
      }),
    );
  });

  test('any split of the rows gives bit for bit what the whole gives (P1)', () => {
    fc.assert(
      fc.property(batches(form), fc.nat(5), (batch, at) => {
        const cut = Math.min(at, batch.shape[0]);
        const whole = loss({ ...batch, normalizer: 7 });
        const parts = [rowsOf(batch, 0, cut), rowsOf(batch, cut, batch.shape[0])].map((part) =>
          loss({ ...part, normalizer: 7 }),
        );
        expect([...parts[0].rowLosses, ...parts[1].rowLosses]).toEqual([...whole.rowLosses]);
        expect([...parts[0].gradient, ...parts[1].gradient]).toEqual([...whole.gradient]);
        expect(near(parts[0].loss + parts[1].loss, whole.loss)).toBe(true);
      }),
    );
  });

  test('a row taken out never matters, whatever it holds (G5, R3)', () => {
    fc.assert(
      fc.property(batches(form), fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e300), (batch, value) => {
        const rowWeights = Float64Array.from({ length: batch.shape[0] }, (_, i) => (i === 0 ? 0 : 1));
        const spoiled = batch.logits.map((z, k) => (k < batch.gate.classes ? value : z));
        const result = loss({ ...batch, rowWeights, logits: spoiled });
        expect(result).toEqual(loss({ ...batch, rowWeights }));
        expect(result.rowLosses[0]).toBe(0);
        expect(result.gradient.slice(0, batch.gate.classes).every((g) => g === 0)).toBe(true);
      }),
    );
  });

  test('a Float32Array gives what its values give in double', () => {
    fc.assert(
      fc.property(batches(form), (batch) => {
        const logits = Float32Array.from(batch.logits);
        expect(loss({ ...batch, logits })).toEqual(loss({ ...batch, logits: Float64Array.from(logits) }));
      }),
    );
  });

  test('the shape may be left out', () => {
    const common = { gate, beta: form === 'softmax' ? 0.5 : undefined, logits: Float64Array.of(1, 2, 3, 4, 5, 6) };
    const stated = loss({ ...common, labels: [0, 1], shape: [2, 3] });
    expect(loss({ ...common, labels: [0, 1] })).toEqual(stated);
    const targets = [1, 0, 0, 0, 1, 0];
    expect(loss({ ...common, targets }).loss).toBeCloseTo(stated.loss, 14);
  });

  test('an empty batch and one with every row ignored give 0 (R4)', () => {
    const zero = (result: LossResult) => {
      expect(result.loss).toBe(0);
      expect(result.gradient.every((g) => g === 0)).toBe(true);
    };
    const beta = form === 'softmax' ? 0.5 : undefined;
    zero(loss({ gate, beta, labels: [], logits: new Float64Array(0) }));
    zero(loss({ gate, beta, labels: [-1, -1], logits: new Float64Array(6).fill(Number.NaN) }));
    zero(loss({ gate, beta, labels: [-1], logits: new Float64Array(3), normalizer: 4 }));
  });

  test('bad input throws its code and touches nothing', () => {
    const beta = form === 'softmax' ? 0.5 : undefined;
    const good: Batch = { gate, beta, labels: [0, 1], logits: new Float64Array(6) };
    const code = (change: object, options = {}) => codeOf(() => loss({ ...good, ...change }, options));
    expect(code({ shape: [6] })).toBe('RANK');
    expect(code({ shape: [1, 2, 3] })).toBe('RANK');
    expect(code({ shape: [3, 3] })).toBe('ROW_COUNT');
    expect(code({ shape: [-2, -3] })).toBe('ROW_COUNT');
    expect(code({ labels: [0] })).toBe('ROW_COUNT'); // two whole rows of logits
    expect(code({ labels: [] })).toBe('ROW_COUNT');
    expect(code({ labels: [0], logits: new Float64Array(5) })).toBe('CLASS_COUNT');
    expect(code({ labels: [0], shape: [2, 3] })).toBe('ROW_COUNT');
    expect(code({ labels: [0, 1, 2, 0], shape: undefined })).toBe('ROW_COUNT');
    expect(code({ logits: new Float64Array(8) })).toBe('CLASS_COUNT');
    expect(code({ logits: new Float64Array(7), labels: undefined, targets: [1] })).toBe('CLASS_COUNT');
    expect(code({ shape: [2, 4], logits: new Float64Array(8) })).toBe('CLASS_COUNT');
    for (const label of [-2, 4, 0.5, Number.NaN]) expect(code({ labels: [0, label] })).toBe('LABEL_RANGE');
    if (form === 'softmax') expect(code({ labels: [0, 3] })).toBe('LABEL_RANGE');
    const rows = (targets: number[]) => code({ labels: undefined, targets });
    for (const y of [-0.1, 1.1, Number.NaN]) expect(rows([1, 0, 0, 0, 0, y])).toBe('TARGET_RANGE');
    for (const w of [-1, Number.NaN, Infinity]) expect(code({ rowWeights: [1, w] })).toBe('ROW_WEIGHT_RANGE');
    expect(code({ rowWeights: [1] })).toBe('ROW_COUNT');
    expect(code({}, { reduction: 'average' })).toBe('REDUCTION');
    for (const normalizer of [0, -1, Number.NaN, Infinity]) expect(code({ normalizer })).toBe('NORMALIZER_RANGE');
    expect(code({ normalizer: 2 }, { reduction: 'sum' })).toBe('NORMALIZER_RANGE');
    expect(code({ targets: [1, 0, 0, 0, 1, 0] })).toBe('UNSUPPORTED');
    expect(code({ labels: undefined })).toBe('UNSUPPORTED');
    if (form === 'sigmoid') {
      expect(code({ foreground: [1] })).toBe('ROW_COUNT');
      for (const e of [2, 0.5, Number.NaN]) expect(code({ foreground: [1, e] })).toBe('FOREGROUND_RANGE');
    } else {
      for (const b of [-0.1, 1.1, Number.NaN, undefined]) expect(code({ beta: b })).toBe('BETA_RANGE');
      expect(code({ beta: [0, 0, 2] })).toBe('BETA_RANGE');
      expect(code({ beta: [0, 0] })).toBe('CLASS_COUNT');
    }
  });
});
