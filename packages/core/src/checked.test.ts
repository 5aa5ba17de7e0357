import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSigmoid, checkSoftmax, createGate, MIXED, prepareSigmoid, prepareSoftmax } from './index.ts';
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
        positives: inputs.targets && positivesOf(inputs.targets, rows, classes),
        ...foreground,
        ...own,
      });
      if (checked.form === 'softmax') expect(checked.beta).toBe(inputs.beta);
    }),
  );
});

/** By the words of the contract. */
function positivesOf(targets: ArrayLike<number>, rows: number, classes: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => {
    const above = Array.from({ length: classes }, (_, k) => k).filter((k) => targets[i * classes + k] > 0);
    if (above.length === 0) return -1;
    return above.length === 1 && targets[i * classes + above[0]] === 1 ? above[0] : MIXED;
  });
}

/** The kinds that targets come as, wherever in a buffer they begin. */
const kinds = {
  Float32Array: (values: number[]) => Float32Array.from(values),
  Float64Array: (values: number[]) => Float64Array.from(values),
  Int32Array: (values: number[]) => Int32Array.from(values),
  Uint8Array: (values: number[]) => Uint8Array.from(values),
  Uint8ClampedArray: (values: number[]) => Uint8ClampedArray.from(values),
  Array: (values: number[]) => values,
};

test.each(Object.entries(kinds))('%s: rows of zeros and a single 1 are known, and all others are not', (name, make) => {
  const rows = (classes: number) => fc.array(row(classes, name), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }).chain((classes) => fc.tuple(fc.constant(classes), rows(classes), fc.nat(3))),
      ([classes, lists, skipped]) => {
        const all = make([...Array(skipped).fill(1), ...lists.flat()]);
        const targets = Array.isArray(all) ? all.slice(skipped) : all.subarray(skipped);
        const { positives } = checkSoftmax([lists.length, classes], {
          gate: createGate(new Float64Array(classes), { threshold: 0 }),
          targets,
          beta: 0,
        });
        expect(positives).toEqual(positivesOf(lists.flat(), lists.length, classes));
      },
    ),
    { numRuns: 300 },
  );
});

/** Mostly zeros, and here and there a 1 or, where the kind can hold it, something between, or -0. */
function row(classes: number, kind: string): fc.Arbitrary<number[]> {
  const others = /Int|Uint/.test(kind) ? [1] : [1, 1, 2 ** -149, -0, 0.5, 1 - 2 ** -24];
  const change = fc.tuple(fc.nat(classes - 1), fc.constantFrom(...others));
  return fc.array(change, { maxLength: 2 }).map((changes) => {
    const values = new Array<number>(classes).fill(0);
    for (const [k, value] of changes) values[k] = value;
    return values;
  });
}

test.each(Object.entries(kinds))('%s: a target that is none is named, in whatever row it stands', (name, make) => {
  const classes = 19;
  const bad = /Uint/.test(name)
    ? [2, 128, 255]
    : /Int/.test(name)
      ? [2, -1, -(2 ** 31), 2 ** 31 - 1, 0x3f800000]
      : [-1, 2 ** 20];
  for (const start of [0, 0.5, 1]) {
    for (let at = 0; at < 3 * classes; at++) {
      for (const value of bad) {
        const values = new Array<number>(3 * classes).fill(0);
        values[classes + 3] = /Int/.test(name) ? 1 : start;
        values[at] = value;
        const inputs = { gate: createGate(new Float64Array(classes), { threshold: 0 }), targets: make(values) };
        expect(() => checkSigmoid([3, classes], inputs)).toThrow(`TARGET_RANGE: targets[${at}] is ${value};`);
      }
    }
  }
});

describe('numbers in [0, 1], as many as logits', () => {
  const rows = 2731; // two blocks of the fast check and a part of a third
  const length = rows * 3;
  const floats = [
    ['Float32Array', (values: Float64Array) => Float32Array.from(values)],
    ['Float64Array', (values: Float64Array) => values],
    ['Array', (values: Float64Array) => [...values]],
    ['Float32Array of another realm', (values: Float64Array) => foreign(Float32Array.from(values))],
    ['part of a buffer', (values: Float64Array) => Float64Array.from([9, ...values, 9]).subarray(1, length + 1)],
  ] as const;

  test.each(floats)('%s: good ones pass, and a bad one is named wherever it stands', (_, make) => {
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
