import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGate, sigmoidEql, sliceGate } from './index.ts';
import { batches } from './testing.ts';

const allTail = createGate([0, 0, 0], { threshold: 1 });
const noTail = createGate([1, 1, 1], { threshold: 0 });

/** Plain cross-entropy as its definition has it, for logits where that is exact enough. */
function crossEntropy(z: number, y: number): number {
  const p = 1 / (1 + Math.exp(-z));
  return -(y === 0 ? 0 : y * Math.log(p)) - (y === 1 ? 0 : (1 - y) * Math.log(1 - p));
}

describe('sigmoidEql', () => {
  test('without tail classes, or on background rows, it is plain cross-entropy (S4)', () => {
    fc.assert(
      fc.property(batches('sigmoid', 5), fc.boolean(), (batch, background) => {
        const open = createGate(new Float64Array(batch.gate.classes), { threshold: 0 });
        const shut = createGate(new Float64Array(batch.gate.classes), { threshold: 1 });
        const foreground = background ? new Uint8Array(batch.shape[0]) : undefined;
        const { rowLosses, gradient } = sigmoidEql({ ...batch, gate: background ? shut : open, foreground });
        const { classes } = batch.gate;
        for (let i = 0; i < batch.shape[0]; i++) {
          const weight = (batch.rowWeights?.[i] ?? 1) * (batch.labels?.[i] === -1 ? 0 : 1);
          let expected = 0;
          for (let j = 0; j < classes; j++) {
            const y = batch.targets ? batch.targets[i * classes + j] : Number(batch.labels?.[i] === j);
            expected += weight * crossEntropy(batch.logits[i * classes + j], y);
          }
          expect(rowLosses[i]).toBeCloseTo(expected, 11);
        }
        expect(gradient.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test('with every class tail, a foreground row keeps only its positive (S4)', () => {
    const { rowLosses, gradient } = sigmoidEql(
      { gate: allTail, labels: [1], logits: Float64Array.of(9, 0, Number.NaN) },
      { reduction: 'sum' },
    );
    expect(rowLosses[0]).toBeCloseTo(Math.LN2, 15);
    expect([...gradient]).toEqual([0, -0.5, 0]);
  });

  test('an excluded entry never matters, whatever it holds (N1)', () => {
    for (const value of [Number.NaN, Infinity, -Infinity, 1e300]) {
      const at = (z: number) => sigmoidEql({ gate: allTail, labels: [0], logits: Float64Array.of(1, z, z) });
      expect(at(value)).toEqual(at(0));
    }
  });

  test('a tiny soft target keeps its tail entry, by y itself and not 1 - (1 - y) (S1)', () => {
    const at = (z: number) => sigmoidEql({ gate: allTail, targets: [0, 1e-17, 0], logits: Float64Array.of(9, z, 9) });
    expect(at(1).loss / 1.3132616875182229e-17).toBeCloseTo(1, 12); // 1e-17 softplus(1)
    expect(at(1).gradient[1] / 7.31058578630005e-18).toBeCloseTo(1, 12); // 1e-17 σ(1)
    expect(at(Number.NaN).loss).toBeNaN();
  });

  test('an explicit foreground wins over the labels, both ways (G4)', () => {
    const logits = Float64Array.of(1, 2, 3);
    const loss = (labels: number[], foreground?: number[]) =>
      sigmoidEql({ gate: allTail, labels, foreground, logits }).loss;
    expect(loss([3], [1])).toBe(0);
    expect(loss([0], [0])).toBe(sigmoidEql({ gate: noTail, labels: [0], logits }).loss);
  });

  test('a row of targets is foreground when any of them is positive (G4)', () => {
    const logits = Float64Array.of(1, 2, 3);
    const loss = (targets: number[]) => sigmoidEql({ gate: allTail, targets, logits }).loss;
    expect(loss([0, 0, 0])).toBe(sigmoidEql({ gate: noTail, targets: [0, 0, 0], logits }).loss);
    expect(loss([0.5, 0, 0])).toBeCloseTo(0.5 * crossEntropy(1, 0.5), 14);
  });

  test('infinities follow the limits and NaN shows where it is (N2)', () => {
    const one = (z: number, y: number) =>
      sigmoidEql({ gate: noTail, targets: [y, 0, 0], logits: Float64Array.of(z, -1e9, -1e9) });
    expect(one(Infinity, 1).loss).toBe(0);
    expect(one(-Infinity, 1).loss).toBe(Infinity);
    expect(one(Infinity, 0).loss).toBe(Infinity);
    expect(one(-Infinity, 0).loss).toBe(0);
    expect(one(Infinity, 0.5).loss).toBe(Infinity);
    expect(one(-Infinity, 0.5).loss).toBe(Infinity);
    expect([...one(-Infinity, 1).gradient]).toEqual([-1, 0, 0]);
    expect(one(Number.NaN, 1).loss).toBeNaN();
    expect([...one(Number.NaN, 0).gradient]).toEqual([Number.NaN, 0, 0]);
  });

  test('small losses and gradients keep their digits; large logits stay finite (N3)', () => {
    const one = (z: number, label: number) =>
      sigmoidEql({ gate: createGate([1], { threshold: 0 }), labels: [label], logits: Float64Array.of(z) });
    // softplus(-20) = σ(-20) (1 + σ(-20)/2 + …) = 2.0611536203e-9 to eleven digits
    expect(one(20, 0).loss / 2.0611536203e-9).toBeCloseTo(1, 9);
    expect(one(20, 0).gradient[0] / -2.0611536181902e-9).toBeCloseTo(1, 9);
    expect(one(-20, 1).loss).toBe(one(20, 0).loss);
    expect(one(-1e4, 0).loss).toBe(1e4);
    // Digits of the oracle: vector sigmoid-small-losses-nearly-hard.
    const gate = createGate([1], { threshold: 0 });
    const soft = sigmoidEql({ gate, targets: [1 - 1e-12], logits: Float64Array.of(27) });
    expect(soft.loss / 2.8878931530094038e-11).toBeCloseTo(1, 12);
    expect(soft.gradient[0] / -8.795509382556722e-13).toBeCloseTo(1, 12);
    expect(one(1e4, 0).loss).toBe(0);
  });

  test('shards of the classes add up to the whole when they know the foreground (P2)', () => {
    fc.assert(
      fc.property(batches('sigmoid'), fc.nat(7), (batch, at) => {
        const { classes } = batch.gate;
        if (batch.labels === undefined || classes < 2) return;
        const cut = 1 + (at % (classes - 1));
        const labels = Array.from(batch.labels);
        const foreground = batch.foreground ?? labels.map((label) => Number(label >= 0 && label < classes));
        const part = (from: number, to: number) =>
          sigmoidEql({
            gate: sliceGate(batch.gate, from, to),
            shape: [batch.shape[0], to - from],
            labels: labels.map((l) => (l === -1 ? -1 : l >= from && l < to ? l - from : to - from)),
            foreground,
            rowWeights: batch.rowWeights,
            logits: batch.logits.filter((_, k) => k % classes >= from && k % classes < to),
          });
        const whole = sigmoidEql(batch);
        const [left, right] = [part(0, cut), part(cut, classes)];
        expect(left.loss + right.loss).toBeCloseTo(whole.loss, 10);
        for (let i = 0; i < batch.shape[0]; i++) {
          expect([...left.gradient.slice(i * cut, (i + 1) * cut)]).toEqual([
            ...whole.gradient.slice(i * classes, i * classes + cut),
          ]);
        }
      }),
    );
  });
});
