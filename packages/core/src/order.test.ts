import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGate, orderByFrequency, reorderColumns, reorderLabels } from './index.ts';
import { batches, codeOf, forms, lossOf, near } from './testing.ts';

const frequencies = fc.array(fc.oneof(fc.nat(5), fc.double({ min: 0, max: 9, noNaN: true })), { minLength: 1 });

test('the order has every class once, head first, equal ones by id; position is its inverse', () => {
  fc.assert(
    fc.property(frequencies, (f) => {
      const { order, position } = orderByFrequency(f);
      expect([...order].sort((a, b) => a - b)).toEqual(f.map((_, j) => j));
      for (let n = 1; n < f.length; n++) {
        const [before, after] = [order[n - 1], order[n]];
        expect(f[before] > f[after] || (f[before] === f[after] && before < after)).toBe(true);
      }
      expect(f.map((_, j) => order[position[j]])).toEqual(f.map((_, j) => j));
    }),
  );
});

test('the tail classes of any threshold are the last ones', () => {
  fc.assert(
    fc.property(frequencies, fc.double({ min: 0, max: 9, noNaN: true }), (f, threshold) => {
      const { order } = orderByFrequency(f);
      const { tail } = createGate(reorderColumns(f, 1, order), { threshold });
      expect([...tail]).toEqual([...tail].sort());
      expect(tail).toEqual(reorderColumns(createGate(f, { threshold }).tail, 1, order));
    }),
  );
});

describe.each(forms)('%s', (form) => {
  test('loss and gradient of a reordered batch are those of the batch, reordered, and lead back', () => {
    fc.assert(
      fc.property(batches(form), (batch) => {
        const { classes, threshold } = batch.gate;
        const rows = batch.shape[0];
        const f = [...batch.gate.tail].map((tail, j) => (tail === 1 ? threshold * 0.5 : threshold + (j % 3)));
        const { order, position } = orderByFrequency(f);
        const gate = createGate(reorderColumns(f, 1, order), { threshold });
        const there = (values: ArrayLike<number>) => reorderColumns(Array.from(values), values.length / classes, order);
        const { labels, targets, beta } = batch;
        const ordered = {
          ...batch,
          gate,
          logits: reorderColumns(batch.logits, rows, order),
          labels: labels && reorderLabels(labels, position),
          targets: targets && there(targets),
          beta: typeof beta === 'object' ? there(beta) : beta,
        };
        const [was, is] = [lossOf[form](batch), lossOf[form](ordered)];
        const back = reorderColumns(is.gradient, rows, position);
        expect(near(is.loss, was.loss, 2)).toBe(true);
        expect(is.rowLosses.every((each, i) => near(each, was.rowLosses[i], 2))).toBe(true);
        expect(back.every((each, k) => near(each, was.gradient[k], 2))).toBe(true);
        expect(reorderColumns(ordered.logits, rows, position)).toEqual(batch.logits);
        if (labels) expect([...reorderLabels(ordered.labels ?? [], order)]).toEqual([...Array.from(labels)]);
      }),
    );
  });
});

test('columns keep their kind, and the given array stays as it is', () => {
  const { order, position } = orderByFrequency([1, 9, 5]);
  expect([...order]).toEqual([1, 2, 0]);
  expect([...position]).toEqual([2, 0, 1]);
  const weights = Float32Array.of(10, 11, 12, 20, 21, 22); // two features
  expect(reorderColumns(weights, 2, order)).toEqual(Float32Array.of(11, 12, 10, 21, 22, 20));
  expect([...weights]).toEqual([10, 11, 12, 20, 21, 22]);
  expect(reorderColumns([7, 8, 9], 1, order)).toEqual([8, 9, 7]);
  expect(reorderColumns(Uint8Array.of(1, 0, 0), 1, order)).toEqual(Uint8Array.of(0, 0, 1));
  expect(reorderColumns(new Float32Array(0), 0, order)).toEqual(new Float32Array(0));
  expect(reorderLabels([0, 1, 2, 3, -1], position)).toEqual(Int32Array.of(2, 0, 1, 3, -1));
});

test('what is no order, no label, or of another size is refused', () => {
  const { order, position } = orderByFrequency([1, 9, 5]);
  expect(codeOf(() => orderByFrequency([]))).toBe('CLASS_COUNT');
  expect(codeOf(() => orderByFrequency([1, -1]))).toBe('FREQUENCY_RANGE');
  expect(codeOf(() => orderByFrequency(Float32Array.of(1, 2)))).toBe('DTYPE');
  for (const broken of [[0, 1, 1], [0, 1, 3], [0, 1, -1], [0, 1, 0.5], [0, 1, Number.NaN], []]) {
    expect(codeOf(() => reorderColumns([1, 2, 3], 1, broken))).toBe('CLASS_COUNT');
    expect(codeOf(() => reorderLabels([0], broken))).toBe('CLASS_COUNT');
  }
  expect(() => reorderColumns([1, 2, 3], 1, [0, 2, 2])).toThrow(
    'order[2] is 2, also at 1; wanted each of 3 classes once',
  );
  expect(codeOf(() => reorderColumns([1, 2, 3], 2, order))).toBe('ROW_COUNT');
  expect(codeOf(() => reorderColumns([1, 2, 3, 4], 1, order))).toBe('CLASS_COUNT');
  for (const label of [4, -2, 0.5, Number.NaN])
    expect(codeOf(() => reorderLabels([label], position))).toBe('LABEL_RANGE');
});
