import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGate, softmaxEql } from './index.ts';
import { batches, between } from './testing.ts';

const allTail = createGate([0, 0, 0], { threshold: 1 });
const noTail = createGate([1, 1, 1], { threshold: 0 });

describe('softmaxEql', () => {
  test('with β = 0, or without tail classes, it is plain cross-entropy (X7)', () => {
    fc.assert(
      fc.property(batches('softmax', 5), fc.boolean(), (batch, zero) => {
        const { classes } = batch.gate;
        const open = createGate(new Float64Array(classes), { threshold: 0 });
        const { rowLosses } = softmaxEql(zero ? { ...batch, beta: 0 } : { ...batch, gate: open });
        for (let i = 0; i < batch.shape[0]; i++) {
          const z = batch.logits.slice(i * classes, (i + 1) * classes);
          const logSum = Math.log(z.reduce((sum, each) => sum + Math.exp(each), 0));
          let expected = 0;
          for (let j = 0; j < classes; j++) {
            const y = batch.targets ? batch.targets[i * classes + j] : Number(batch.labels?.[i] === j);
            expected += y * (logSum - z[j]);
          }
          expect(rowLosses[i]).toBeCloseTo(expected * (batch.rowWeights?.[i] ?? 1), 11);
        }
      }),
    );
  });

  test('the gradient of a row sums to what the positives and the weights say: 0 with hard labels (X4)', () => {
    fc.assert(
      fc.property(batches('softmax'), (batch) => {
        if (batch.labels === undefined) return;
        const { gradient } = softmaxEql(batch, { reduction: 'sum' });
        const { classes } = batch.gate;
        for (let i = 0; i < batch.shape[0]; i++) {
          const row = gradient.slice(i * classes, (i + 1) * classes);
          expect(Math.abs(row.reduce((sum, g) => sum + g, 0))).toBeLessThan(1e-12);
        }
      }),
    );
  });

  test('adding a constant to a row of logits changes nothing', () => {
    fc.assert(
      fc.property(batches('softmax', 5), fc.integer({ min: -9000, max: 9000 }), (batch, shift) => {
        const whole = batch.logits.map((z) => Math.round(z * 1024) / 1024);
        const plain = softmaxEql({ ...batch, logits: whole });
        const moved = softmaxEql({ ...batch, logits: whole.map((z) => z + shift) });
        expect(moved.loss).toBeCloseTo(plain.loss, 9);
      }),
    );
  });

  test('an excluded entry never matters, not even as the largest (N1, X2)', () => {
    const at = (z: number) =>
      softmaxEql({ gate: allTail, beta: [0, 1, 0], labels: [0], logits: Float64Array.of(1, z, 2) });
    for (const value of [Number.NaN, Infinity, -Infinity, 800, 1e300]) expect(at(value)).toEqual(at(0));
    expect(at(800).loss).toBeCloseTo(Math.log1p(Math.E), 14);
  });

  test('β never touches the label, and weighs the other tail classes by 1 - β (X1)', () => {
    const { loss } = softmaxEql({ gate: allTail, beta: 0.75, labels: [2], logits: Float64Array.of(0, 0, 0) });
    expect(loss).toBeCloseTo(Math.log(1.5), 15);
    const alone = softmaxEql({ gate: allTail, beta: 1, labels: [2], logits: Float64Array.of(5, 5, -5) });
    expect(alone.loss).toBe(0);
    expect([...alone.gradient].every((g) => g === 0)).toBe(true);
  });

  test('a tiny soft target keeps its tail entry, by y itself and not 1 - (1 - y) (X1)', () => {
    const gate = createGate([1, 0], { threshold: 1 });
    const { loss, gradient } = softmaxEql({ gate, beta: 1, targets: [1, 1e-17], logits: Float64Array.of(0, 50) });
    expect(loss / 10.856072706413702).toBeCloseTo(1, 12); // the oracle's; near log(1 + 1e-17 e^50)
    expect(gradient[1] / 0.9999807128735207).toBeCloseTo(1, 12);
  });

  test('a number, one β per class and one per element agree (X5)', () => {
    fc.assert(
      fc.property(batches('softmax'), between(0, 1), (batch, beta) => {
        const scalar = softmaxEql({ ...batch, beta });
        expect(softmaxEql({ ...batch, beta: new Float64Array(batch.gate.classes).fill(beta) })).toEqual(scalar);
        expect(softmaxEql({ ...batch, beta: new Float64Array(batch.logits.length).fill(beta) })).toEqual(scalar);
      }),
    );
  });

  test('a row without a target costs nothing (X3)', () => {
    const { loss, gradient } = softmaxEql({ gate: allTail, beta: 1, targets: [0, 0, 0], logits: new Float64Array(3) });
    expect(loss).toBe(0);
    expect([...gradient]).toEqual([0, 0, 0]);
  });

  test('infinities and NaN follow the limits (N2)', () => {
    const one = (...z: number[]) => softmaxEql({ gate: noTail, beta: 0, labels: [0], logits: Float64Array.from(z) });
    expect(one(0, -Infinity, -Infinity).loss).toBe(0);
    expect(one(-Infinity, 0, 0).loss).toBe(Infinity);
    expect([...one(-Infinity, 0, 0).gradient]).toEqual([-1, 0.5, 0.5]);
    expect(one(0, Infinity, 0).loss).toBeNaN();
    expect(one(0, Number.NaN, 0).loss).toBeNaN();
    expect([...one(0, Number.NaN, 0).gradient].every(Number.isNaN)).toBe(true);
    expect(one(-Infinity, -Infinity, -Infinity).loss).toBeNaN();
  });

  test('a small loss and its gradient keep their digits (N3)', () => {
    const { loss, gradient } = softmaxEql({ gate: noTail, beta: 0, labels: [0], logits: Float64Array.of(50, 0, -1e4) });
    expect(loss / 1.9287498479639178e-22).toBeCloseTo(1, 12); // e^-50
    expect(gradient[0] / -1.9287498479639178e-22).toBeCloseTo(1, 12);
    // A larger tail logit that β makes small: digits of the oracle, vector softmax-small-losses-beta-near-1.
    const tail = createGate([1, 0], { threshold: 1 });
    const weighed = softmaxEql({ gate: tail, beta: 1 - 2 ** -40, labels: [0], logits: Float64Array.of(0, 3) });
    expect(weighed.loss / 1.8267689413736852e-11).toBeCloseTo(1, 12); // log1p(2^-40 e^3)
    for (const k of [0, 1]) expect(Math.abs(weighed.gradient[k]) / 1.8267689413569997e-11).toBeCloseTo(1, 12);
  });
});
