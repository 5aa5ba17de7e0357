import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Batch,
  checkSigmoid,
  checkSoftmax,
  createGate,
  type Form,
  type RowOutputs,
  shapeOf,
  sigmoidRows,
  softmaxRows,
} from './index.ts';
import { bothLabels, type Case, cases, codeOf, forms, lossOf, plainCase } from './testing.ts';

const sizes = { rows: [1, 5], classes: [1, 40], special: [300, 300.5, 709, -746, 3.4e38, -3.4e38] } as const;

/** Rows `from` to `to` into given buffers. */
function run(form: Form, batch: Batch, from: number, to: number, outputs: RowOutputs, logits = batch.logits): void {
  const { logits: _, shape: __, ...inputs } = batch;
  if (form === 'sigmoid') sigmoidRows(checkSigmoid(shapeOf(batch), inputs), logits, from, to, outputs);
  else softmaxRows(checkSoftmax(shapeOf(batch), inputs), logits, from, to, outputs);
}

const rowsIn = ({ logits, gate }: Case): number => logits.length / gate.classes;

/** Whether within `relative` of the exact value and `absolute` beside it; the kinds of not-finite must be the same. */
function close(actual: number, exact: number, relative: number, absolute: number): boolean {
  if (!Number.isFinite(exact)) return Object.is(actual, exact);
  return Math.abs(actual - exact) <= relative * Math.abs(exact) + absolute;
}

describe.each(forms)('%s in single precision', (form) => {
  test('is the double path to 1e-9, its gradient to the rounding of a single, special values included (N1 to N4)', () => {
    fc.assert(
      fc.property(cases(form, sizes), (batch) => {
        const exact = lossOf[form](batch);
        const single = lossOf[form](batch, { precision: 'single' });
        expect(single.gradient).toBeInstanceOf(Float32Array);
        const far = (values: ArrayLike<number>, wanted: Float64Array, relative: number, absolute: number) =>
          Array.from(wanted, (each, k) => [k, values[k], each]).filter(
            ([, actual, each]) => !close(actual, each, relative, absolute),
          );
        expect(far(single.rowLosses, exact.rowLosses, 1e-9, 1e-9)).toEqual([]);
        expect(far([single.loss], Float64Array.of(exact.loss), 1e-9, 1e-9)).toEqual([]);
        expect(far(single.gradient, exact.gradient, 2 ** -23, 1e-8)).toEqual([]);
        const value = lossOf[form](batch, { precision: 'single', gradient: false });
        expect(value).toStrictEqual({ loss: single.loss, rowLosses: single.rowLosses });
      }),
      { numRuns: 400 },
    );
  });

  test('gives the same bits for any split of the rows, in place, and for each output alone (P1)', () => {
    fc.assert(
      fc.property(cases(form, sizes), fc.nat(5), (batch, at) => {
        const rows = rowsIn(batch);
        const cut = Math.min(at, rows);
        const whole = { rowLosses: new Float64Array(rows), gradient: new Float32Array(batch.logits.length) };
        run(form, batch, 0, rows, whole);
        // Junk must not shine through where nothing is computed.
        const parts = {
          rowLosses: new Float64Array(rows).fill(9),
          gradient: new Float32Array(batch.logits.length).fill(9),
        };
        run(form, batch, cut, rows, { rowLosses: parts.rowLosses });
        run(form, batch, 0, cut, { rowLosses: parts.rowLosses });
        run(form, batch, 0, cut, { gradient: parts.gradient });
        run(form, batch, cut, rows, { gradient: parts.gradient });
        expect(parts).toEqual(whole);
        const inPlace = batch.logits.slice();
        const rowLosses = new Float64Array(rows);
        run(form, batch, 0, rows, { rowLosses, gradient: inPlace }, inPlace);
        expect({ rowLosses, gradient: inPlace }).toEqual(whole);
      }),
    );
  });

  test('takes zeros and a single 1 for the label that they are: the same bits', () => {
    const labelled = cases(form, sizes).filter(({ labels }) => labels !== undefined);
    fc.assert(
      fc.property(labelled, (batch) => {
        const [expected, actual] = bothLabels(form, batch).map((each) =>
          lossOf[form](each, { precision: 'single', reduction: 'sum' }),
        );
        expect(actual).toStrictEqual(expected);
      }),
    );
  });

  test('touches no other row, and changes no input', () => {
    const batch = plainCase(form, 4, 9);
    const before = structuredClone(batch);
    const outputs = { rowLosses: new Float64Array(4).fill(7), gradient: new Float32Array(36).fill(7) };
    run(form, batch, 1, 3, outputs);
    expect(batch).toEqual(before);
    expect([...outputs.rowLosses].map((each) => each === 7)).toEqual([true, false, false, true]);
    const own = [...outputs.gradient].map(
      (each, k) => (each !== 7 && k >= 9 && k < 27) || (each === 7 && !(k >= 9 && k < 27)),
    );
    expect(own.every(Boolean)).toBe(true);
    run(form, batch, 2, 2, outputs);
    run(form, batch, 0, 4, {});
    expect(batch).toEqual(before);
  });

  test('takes logits in double as they are', () => {
    const batch = plainCase(form, 3, 8);
    const exact = lossOf[form]({ ...batch, logits: Float64Array.from(batch.logits) }, { precision: 'single' });
    expect(exact).toEqual(lossOf[form](batch, { precision: 'single' }));
  });

  test('refuses what single precision cannot hold, and another precision', () => {
    const batch = plainCase(form, 1, 3);
    expect(codeOf(() => lossOf[form]({ ...batch, rowWeights: [1e39] }, { precision: 'single' }))).toBe('UNSUPPORTED');
    const half = 'half' as 'single';
    expect(codeOf(() => lossOf[form](batch, { precision: half }))).toBe('UNSUPPORTED');
    expect(() => lossOf[form](batch, { precision: half })).toThrow('precision is half; wanted double or single');
  });
});

describe('many classes under one logarithm', () => {
  const classes = 100_000;
  const gate = createGate(new Float64Array(classes), { threshold: 0 });

  // From one class to the next the product grows by 2 to e^100: far beyond the largest double over them all.
  test.each([0, 20, 99, 299, 301])('sums of softplus(%s) stay finite and right', (z) => {
    const batch = { gate, labels: [classes], logits: new Float32Array(classes).fill(z) };
    const { loss } = lossOf.sigmoid(batch, { precision: 'single' });
    expect(loss / (classes * (z + Math.log1p(Math.exp(-z))))).toBeCloseTo(1, 9);
    const targets = new Uint8Array(classes);
    const { loss: rows } = lossOf.sigmoid({ gate, targets, logits: batch.logits }, { precision: 'single' });
    expect(rows / loss).toBeCloseTo(1, 9);
  });

  test('a row of tiny losses keeps its digits (N3)', () => {
    // Σ softplus(-40), to twenty digits t - t^2 / 2 with t = e^-40.
    const logits = new Float32Array(classes).fill(-40);
    const expected = classes * Math.exp(-40);
    const { loss, gradient } = lossOf.sigmoid({ gate, labels: [classes], logits }, { precision: 'single' });
    expect(loss / expected).toBeCloseTo(1, 9);
    expect(gradient[7] / Math.exp(-40)).toBeCloseTo(1, 6);
  });
});

describe('small losses keep their digits (N3)', () => {
  test('sigmoid: a hard positive, a hard negative, and a target next to 1', () => {
    const gate = createGate([1], { threshold: 0 });
    const one = (z: number, answer: object) =>
      lossOf.sigmoid({ gate, logits: Float32Array.of(z), ...answer }, { precision: 'single' });
    // softplus(-20) = σ(-20) (1 + σ(-20)/2 + …) = 2.0611536203e-9 to eleven digits
    for (const [z, label] of [
      [20, 0],
      [-20, 1],
    ]) {
      expect(one(z, { labels: [label] }).loss / 2.0611536203e-9).toBeCloseTo(1, 9);
      expect(one(z, { targets: [1 - label] }).loss / 2.0611536203e-9).toBeCloseTo(1, 9);
      expect(Math.abs(one(z, { labels: [label] }).gradient[0]) / 2.0611536181902e-9).toBeCloseTo(1, 6);
    }
    // Digits of the oracle: vector sigmoid-small-losses-nearly-hard.
    const soft = one(27, { targets: [1 - 1e-12] });
    expect(soft.loss / 2.8878931530094038e-11).toBeCloseTo(1, 9);
    expect(soft.gradient[0] / -8.795509382556722e-13).toBeCloseTo(1, 6);
  });

  test('softmax: also beside a larger logit of tiny weight', () => {
    const plain = createGate([1, 1, 1], { threshold: 0 });
    const logits = Float32Array.of(50, 0, -1e4);
    const small = lossOf.softmax({ gate: plain, beta: 0, labels: [0], logits }, { precision: 'single' });
    expect(small.loss / 1.9287498479639178e-22).toBeCloseTo(1, 9); // e^-50
    expect(small.gradient[0] / -1.9287498479639178e-22).toBeCloseTo(1, 6);
    // Digits of the oracle: vector softmax-small-losses-beta-near-1.
    const tail = createGate([1, 0], { threshold: 1 });
    const batch = { gate: tail, beta: 1 - 2 ** -40, labels: [0], logits: Float32Array.of(0, 3) };
    const weighed = lossOf.softmax(batch, { precision: 'single' });
    expect(weighed.loss / 1.8267689413736852e-11).toBeCloseTo(1, 9); // log1p(2^-40 e^3)
    for (const k of [0, 1]) expect(Math.abs(weighed.gradient[k]) / 1.8267689413569997e-11).toBeCloseTo(1, 6);
  });

  test('softmax: the largest logit of tiny weight does not underflow the label (X2)', () => {
    const gate = createGate([1, 0], { threshold: 1 });
    // w e^z = 1e-320 e^740 is near the label's e^5. By the largest z alone both terms would be subnormal and lose digits.
    const targets = [1, 1e-320];
    const { loss } = lossOf.softmax(
      { gate, beta: 1, targets, logits: Float32Array.of(5, 740) },
      { precision: 'single' },
    );
    expect(loss).toBeCloseTo(Math.log1p(Math.exp(Math.log(1e-320) + 740 - 5)), 9);
  });
});
