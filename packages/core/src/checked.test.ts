import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSigmoid, checkSoftmax, createGate, prepareSigmoid, prepareSoftmax } from './index.ts';
import { batches, codeOf, foreign, forms } from './testing.ts';

const gate = createGate([1, 10, 10], { threshold: 5 });
const checkOf = { sigmoid: checkSigmoid, softmax: checkSoftmax };
const prepareOf = { sigmoid: prepareSigmoid, softmax: prepareSoftmax };

test.each(forms)('%s: a checked batch says what a prepared one does, with the large arrays of the caller', (form) => {
  fc.assert(
    fc.property(batches(form), ({ logits: _, shape, ...inputs }) => {
      const checked = checkOf[form](shape, inputs, 'sum');
      const prepared = prepareOf[form](shape, inputs, 'sum');
      expect(checked.targets).toBe(inputs.targets);
      const own = {
        tail: inputs.gate.tail,
        ...(prepared.form === 'softmax' && { beta: inputs.beta, perElement: prepared.perElement }),
      };
      const { rows, classes, reduction, rowWeights, divisor, labels } = prepared;
      const foreground = prepared.form === 'sigmoid' ? { foreground: prepared.foreground } : {};
      expect(checked).toStrictEqual({
        ...{ form, rows, classes, reduction, rowWeights, divisor, labels, targets: inputs.targets },
        ...foreground,
        ...own,
      });
      if (checked.form === 'softmax') expect(checked.beta).toBe(inputs.beta);
    }),
  );
});

describe('numbers in [0, 1], as many as logits', () => {
  const rows = 2731; // two blocks of the fast check and a part of a third
  const length = rows * 3;
  const kinds = [
    ['Float32Array', (values: Float64Array) => Float32Array.from(values)],
    ['Float64Array', (values: Float64Array) => values],
    ['Array', (values: Float64Array) => [...values]],
    ['Float32Array of another realm', (values: Float64Array) => foreign(Float32Array.from(values))],
    ['part of a buffer', (values: Float64Array) => Float64Array.from([9, ...values, 9]).subarray(1, length + 1)],
  ] as const;

  test.each(kinds)('%s: good ones pass, and a bad one is named wherever it stands', (_, make) => {
    const good = Float64Array.from({ length }, (_, k) => [0, 1, 0.5, -0][k % 4]);
    const labels = new Int32Array(rows);
    expect(() => checkSigmoid([rows, 3], { gate, targets: make(good) })).not.toThrow();
    expect(() => checkSoftmax([rows, 3], { gate, labels, beta: make(good) })).not.toThrow();
    for (const at of [0, 4095, 4096, length - 1]) {
      for (const bad of [Number.NaN, -1e-30, 1 + 2 ** -20, Infinity, -Infinity]) {
        const values = make(Float64Array.from(good).fill(bad, at, at + 1));
        const message = (name: string) => new RegExp(`${name}_RANGE: .*\\[${at}\\] is `);
        expect(() => checkSigmoid([rows, 3], { gate, targets: values })).toThrow(message('TARGET'));
        expect(() => checkSoftmax([rows, 3], { gate, labels, beta: values })).toThrow(message('BETA'));
      }
    }
  });

  test('bytes pass as 0 and 1 and no more', () => {
    const code = (byte: number) => codeOf(() => checkSigmoid([1, 3], { gate, targets: Uint8Array.of(1, 0, byte) }));
    expect(() => checkSigmoid([1, 3], { gate, targets: Uint8Array.of(1, 0, 1) })).not.toThrow();
    expect(code(2)).toBe('TARGET_RANGE');
  });

  test('a hole, null, text and a BigInt are no numbers', () => {
    const code = (targets: unknown) => codeOf(() => checkSigmoid([1, 3], { gate, targets: targets as number[] }));
    // biome-ignore lint/suspicious/noSparseArray: what is tested
    for (const targets of [[1, , 0], [1, null, 0], [1, '1', 0], [1, true, 0], BigInt64Array.of(1n, 0n, 0n)]) {
      expect(code(targets)).toBe('TARGET_RANGE');
    }
  });

  test('for one row, β of C values is one per class, and it is taken as such (X5)', () => {
    const beta = Float64Array.of(0.5, 0.25, 1);
    expect(checkSoftmax([1, 3], { gate, labels: [2], beta }).beta).toBe(beta);
    expect(prepareSoftmax([1, 3], { gate, labels: [2], beta }).perElement).toBe(false);
  });
});
