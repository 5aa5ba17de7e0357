import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchInputs, Form } from './index.ts';
import { createGate, prepareSigmoid, prepareSoftmax } from './index.ts';
import { prepareSoftmaxShard } from './prepare.ts';
import { batches, lossOf } from './testing.ts';

const gate = createGate([1, 10, 10], { threshold: 5 });
const answers = { labels: undefined, targets: undefined };

/** Every array of a batch as the typed array that a copy could be spared for. */
function typed(batch: BatchInputs) {
  const of = <T>(kind: { from(values: ArrayLike<number>): T }, values: ArrayLike<number> | undefined) =>
    values && kind.from(values);
  return {
    labels: of(Int32Array, batch.labels),
    targets: of(Float64Array, batch.targets),
    foreground: of(Uint8Array, batch.foreground),
    rowWeights: of(Float64Array, batch.rowWeights),
    beta: typeof batch.beta === 'object' ? Float64Array.from(batch.beta) : batch.beta,
  };
}

test.each<Form>(['sigmoid', 'softmax'])('%s: the arrays of the caller are neither changed nor kept', (form) => {
  const prepare = form === 'sigmoid' ? prepareSigmoid : prepareSoftmax;
  fc.assert(
    fc.property(batches(form), (batch) => {
      const inputs = typed(batch);
      const before = structuredClone({ inputs, logits: batch.logits });
      const prepared = prepare([batch.shape[0], batch.gate.classes], { gate: batch.gate, ...inputs });
      lossOf[form]({ ...batch, ...inputs });
      expect({ inputs, logits: batch.logits }).toEqual(before);
      const copy = structuredClone(prepared);
      for (const values of Object.values(inputs)) if (typeof values === 'object') values.fill(0.25).reverse();
      for (const values of [inputs.labels, inputs.foreground]) values?.fill(7);
      expect(prepared).toEqual(copy);
    }),
  );
});

describe('prepareSigmoid', () => {
  const inputs = { gate, labels: [1, 3, -1, 0], rowWeights: [1, 2, 3, 0] };

  test('labels: background and ignored rows have no class, ignored rows no weight, and the mean counts the rest', () => {
    const common = { form: 'sigmoid', rows: 4, classes: 3, tail: gate.tail, ...answers };
    const labels = Int32Array.of(1, -1, -1, 0);
    const foreground = Uint8Array.of(1, 0, 0, 1);
    const rowWeights = Float64Array.of(1, 2, 0, 0);
    const expected = { ...common, labels, foreground, rowWeights };
    expect(prepareSigmoid([4, 3], inputs)).toStrictEqual({ ...expected, reduction: 'mean', divisor: 3 });
    for (const reduction of ['none', 'sum'] as const) {
      expect(prepareSigmoid([4, 3], inputs, reduction)).toStrictEqual({ ...expected, reduction, divisor: 1 });
    }
    expect(prepareSigmoid([4, 3], { ...inputs, normalizer: 0.5 }).divisor).toBe(0.5);
  });

  test('targets: a row is foreground when any is positive, and keeps its weight when none is (G4)', () => {
    const targets = [0, 1e-17, 0, 0, 0, 0];
    expect(prepareSigmoid([2, 3], { gate, targets })).toStrictEqual({
      ...{ form: 'sigmoid', rows: 2, classes: 3, reduction: 'mean', divisor: 2, tail: gate.tail },
      ...answers,
      targets: Float64Array.from(targets),
      foreground: Uint8Array.of(1, 0),
      rowWeights: Float64Array.of(1, 1),
    });
  });

  test('an explicit foreground wins, and does not bring an ignored row back (G4, G5)', () => {
    const prepared = prepareSigmoid([4, 3], { ...inputs, foreground: [0, 1, 1, 1] });
    expect(prepared.foreground).toEqual(Uint8Array.of(0, 1, 1, 1));
    expect(prepared.rowWeights).toEqual(Float64Array.of(1, 2, 0, 0));
  });

  test('the divisor stays above 0 with nothing to count (R4)', () => {
    expect(prepareSigmoid([2, 3], { gate, labels: [-1, -1] }).divisor).toBe(1);
    expect(prepareSigmoid([0, 3], { gate, labels: [] }).divisor).toBe(1);
  });
});

describe('prepareSoftmax', () => {
  test('labels: the weights of negatives are formed in double, one per class (X1, X5)', () => {
    expect(prepareSoftmax([3, 3], { gate, beta: 0.1, labels: [2, -1, 0] }, 'sum')).toStrictEqual({
      ...{ form: 'softmax', rows: 3, classes: 3, reduction: 'sum', divisor: 1 },
      ...answers,
      labels: Int32Array.of(2, -1, 0),
      rowWeights: Float64Array.of(1, 0, 1),
      negativeWeights: Float64Array.of(1 - 0.1, 1, 1),
      perElement: false,
    });
  });

  test('targets: a row without one has no weight, yet the mean counts it (X3, R1)', () => {
    const targets = [0, 0, 0, 0.5, 0, 0];
    expect(prepareSoftmax([2, 3], { gate, beta: [0.25, 1, 1], targets, rowWeights: [2, 3] })).toStrictEqual({
      ...{ form: 'softmax', rows: 2, classes: 3, reduction: 'mean', divisor: 2 },
      ...answers,
      targets: Float64Array.from(targets),
      rowWeights: Float64Array.of(0, 3),
      negativeWeights: Float64Array.of(0.75, 1, 1),
      perElement: false,
    });
  });

  test('β per element stays per element (X5)', () => {
    const beta = [0, 0, 0, 1, 1, 1];
    const prepared = prepareSoftmax([2, 3], { gate, beta, labels: [0, 1] });
    expect(prepared.perElement).toBe(true);
    expect(prepared.negativeWeights).toEqual(Float64Array.of(1, 1, 1, 0, 1, 1));
  });

  test('in a shard of classes a row without a target keeps its weight, and C is no class of it (P2)', () => {
    const prepared = prepareSoftmaxShard([2, 3], { gate, beta: 1, labels: [3, 0] });
    expect(prepared.labels).toEqual(Int32Array.of(-1, 0));
    expect(prepared.rowWeights).toEqual(Float64Array.of(1, 1));
    expect(prepareSoftmaxShard([1, 3], { gate, beta: 1, targets: [0, 0, 0] }).rowWeights[0]).toBe(1);
  });
});
