// What every backend must do, as one suite, in Node and in browsers. Not published.

import { type Batch, createGate, type DrawnBeta, drawBeta, EqlError, type Form, type LossResult } from '@eqloss/core';
import {
  bothLabels,
  type Case as CoreCase,
  cases,
  divisorOf,
  expectGradientOfLoss,
  expectNear,
  forms,
  lossOf,
  oneHot,
  plainCase,
  shardOf,
} from '@eqloss/core/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createKernelsSync,
  type Heap,
  type KernelBatch,
  type KernelGradient,
  type KernelLoss,
  type KernelOptions,
  type Kernels,
} from './index.ts';

/** A batch of the kernels with its gate. */
export type Case = Omit<KernelBatch, 'beta'> & Batch;

/** A batch in single precision; β may be a typed array. */
type PlainCase = Omit<CoreCase, 'beta'> & { readonly beta?: CoreCase['beta'] | Float64Array };

export type Result = KernelLoss & KernelGradient;

export const backends = ['relaxed-simd', 'simd', 'typescript'] as const;

/** Numbers of classes about the seams: blocks of 32, chunks of 3840, tiles of 30,720, the table of 122,880. */
const seams: readonly number[] = [3839, 3840, 3841, 30_719, 30_720, 30_721, 61_441, 122_879, 122_880, 122_881];

/** One call in a way of its own; the arrays of the result stay as they are, whatever comes after. */
type Way = (kernels: Kernels, form: Form, batch: Case, options?: KernelOptions) => Result;

/** Each way to hand arrays over. All must give the same bits. */
export const ways: Readonly<Record<string, Way>> = {
  'ordinary arrays': (kernels, form, batch, options) =>
    kernels[form](batch, { ...options, loss: true, gradient: true }) as Result,
  'ordinary arrays for the results': (kernels, form, batch, options) => {
    const gradient = new Float32Array(batch.logits.length).fill(7);
    const rowLosses = new Float64Array(batch.logits.length / batch.gate.classes).fill(7);
    const result = kernels[form](batch, { ...options, gradient, rowLosses }) as Result;
    expect(result.gradient).toBe(gradient);
    expect(result.rowLosses).toBe(rowLosses);
    return result;
  },
  'an ordinary array in place': (kernels, form, batch, options) => {
    const logits = batch.logits.slice();
    return kernels[form]({ ...batch, logits }, { ...options, gradient: logits }) as Result;
  },
  'allocated arrays': (kernels, form, batch, options) =>
    allocated(kernels, batch, (logits, gradient) => kernels[form]({ ...batch, logits }, { ...options, gradient })),
  'an allocated array in place': (kernels, form, batch, options) =>
    allocated(kernels, batch, (logits) => kernels[form]({ ...batch, logits }, { ...options, gradient: logits })),
  'logits allocated': (kernels, form, batch, options) =>
    allocated(kernels, batch, (logits) => kernels[form]({ ...batch, logits }, { ...options, gradient: true })),
  'a gradient allocated': (kernels, form, batch, options) =>
    allocated(kernels, batch, (_, gradient) => kernels[form](batch, { ...options, gradient })),
  'loss and gradient in a call each': (kernels, form, batch, options) => ({
    ...kernels[form](batch, { ...options, gradient: false, loss: true }),
    ...kernels[form](batch, { ...options, loss: false, gradient: true }),
  }),
  'loss and gradient in a call each, allocated': (kernels, form, batch, options) =>
    allocated(kernels, batch, (logits, gradient) => ({
      ...kernels[form]({ ...batch, logits }, { ...options, gradient: false, loss: true }),
      ...kernels[form]({ ...batch, logits }, { ...options, loss: false, gradient }),
    })),
};

/** What must hold on every backend. `runs`: random batches a form. */
export function describeKernels(title: string, create: () => Kernels | Promise<Kernels>, runs: number): void {
  describe(title, () => {
    let kernels: Kernels;
    beforeAll(async () => {
      kernels = await create();
    });
    afterAll(() => kernels.dispose());

    test.each(forms)('%s: any batch gives what core gives, in every way the same bits (N1, N2, N4)', (form) => {
      fc.assert(
        fc.property(cases(form, { rows: [1, 4], classes: [1, 100], special: [1e37, -1e37] }), (batch) => {
          expectAllNear(kernels, form, batch);
        }),
        { numRuns: runs },
      );
    });

    test.each(forms)('%s: as near with 1 to 100 classes, and at every seam', (form) => {
      for (let classes = 1; classes <= 100; classes++) expectAllNear(kernels, form, plainCase(form, 3, classes));
      for (const classes of seams) {
        const batch = sharedCase(form, 2, classes);
        expectAllNear(kernels, form, batch);
        if (form === 'softmax') {
          expectAllNear(kernels, form, { ...batch, beta: 0.75 });
          const perClass = Float32Array.from({ length: classes }, (_, k) => (k % 5) / 4);
          // Labels on both sides of the first seam.
          expectAllNear(kernels, form, { ...batch, beta: perClass, labels: [3838, Math.min(30_720, classes - 1)] });
        }
      }
    });

    test.each(forms)('%s: as near with target rows, at every seam', (form) => {
      for (const classes of [31, 32, 33, ...seams.filter((count) => count > 30_000)]) {
        const { logits, gate } = sharedCase(form, 2, classes);
        // As in a soft label: few entries above 0, which sum to 1.
        const targets = Float32Array.from(logits, (_, k) => (k % (classes >> 2) === 3 ? 0.25 : 0));
        expectAllNear(kernels, form, { gate, logits, targets, ...(form === 'softmax' && { beta: 0.5 }) });
      }
    });

    test.each(forms)('%s: as near with no row, and at the seams of 1024 and 4096 rows', (form) => {
      for (const rows of [0, 1, 1023, 1024, 1025, 2000, 4095, 4096, 4097]) {
        for (const classes of [5, 33]) expectAllNear(kernels, form, sharedCase(form, rows, classes));
      }
    });

    test.each(forms)('%s: every reduction is that of core (R1, R2)', (form) => {
      const batch = plainCase(form, 5, 40);
      for (const reduction of ['none', 'sum', 'mean'] as const) {
        const exact = lossOf[form](batch, { reduction });
        expectNear(ways['ordinary arrays'](kernels, form, batch, { reduction }), whole(exact), 1);
      }
      const shared = { ...batch, normalizer: 64 };
      expectNear(ways['ordinary arrays'](kernels, form, shared), lossOf[form](shared), 64);
    });

    test.each(forms)('%s: shards of rows are bit for bit those of the whole (P1)', (form) => {
      for (const classes of [45, 1203, 30_721]) {
        const batch = plainCase(form, 7, classes);
        const all = kernels[form]({ ...batch, normalizer: 7 });
        const parts = [0, 1, 3, 6].map((from, k, starts) => kernels[form](shardOf(batch, from, starts[k + 1] ?? 7)));
        expectSame(Float64Array.from(parts.flatMap(({ rowLosses }) => [...rowLosses])), all.rowLosses);
        expectSame(Float32Array.from(parts.flatMap(({ gradient }) => [...gradient])), all.gradient);
      }
    });

    test.each(forms)('%s: zeros and a single 1 are the label that they are, bit for bit, in every way', (form) => {
      const labelled = cases(form, { rows: [1, 4], classes: [1, 100], special: [1e37, -1e37] });
      const property = (batch: PlainCase) => {
        const [one, other] = bothLabels(form, batch as CoreCase);
        const expected = ways['ordinary arrays'](kernels, form, one, { reduction: 'sum' });
        for (const [name, way] of Object.entries(ways)) {
          expectSameResult(way(kernels, form, other, { reduction: 'sum' }), expected, name);
        }
        for (const kind of [Float32Array, Int32Array, Uint8Array]) {
          const targets = kind.from(other.targets ?? []);
          const result = kernels[form]({ ...other, targets }, { reduction: 'sum' });
          expectSameResult(result as Result, expected, kind.name);
        }
      };
      fc.assert(
        fc.property(
          labelled.filter(({ labels }) => labels !== undefined),
          property,
        ),
        { numRuns: runs },
      );
      for (const classes of seams) {
        property(sharedCase(form, 2, classes));
        if (form === 'softmax') property({ ...sharedCase(form, 2, classes), beta: 0.75 });
      }
    });

    test.each(forms)('%s: a row of targets gives the same bits whatever the other rows are (P1)', (form) => {
      for (const classes of [3, 45, 1203, 30_721]) {
        const { logits, gate, beta } = plainCase(form, 6, classes);
        // Of one positive, of several, soft, of none.
        const targets = oneHot([0, 1, 2, classes - 1, 1, -1], classes);
        targets[classes] = 1;
        targets[2 * classes + 1] = 0.25;
        const whole = kernels[form]({ gate, logits, targets, beta }, { reduction: 'sum' });
        for (let i = 0; i < 6; i++) {
          const part = <T extends { slice(from: number, to: number): T }>(values: T) =>
            values.slice(i * classes, (i + 1) * classes);
          const one = { gate, logits: part(logits), targets: part(targets), beta: beta && part(beta as number[]) };
          const { rowLosses, gradient } = kernels[form](one, { reduction: 'sum' });
          expectSame(rowLosses, whole.rowLosses.slice(i, i + 1));
          expectSame(gradient, part(whole.gradient));
        }
      }
    });

    test('softmax: β that is drawn on the way is core’s, in every way and in any shard (X5, P1)', () => {
      const draws = fc.record({
        gamma: fc.oneof(fc.constantFrom(0, 0.9, 1), fc.double({ min: 0, max: 1, noNaN: true })),
        seed: fc.maxSafeNat(),
        step: fc.nat(2 ** 32 - 1),
        rowOffset: fc.oneof(fc.nat(9), fc.constantFrom(2 ** 32 - 2, 2 ** 52)),
      });
      const property = (batch: PlainCase, beta: DrawnBeta) => {
        const { classes } = batch.gate;
        const rows = batch.logits.length / classes;
        const given = { ...batch, normalizer: 3, beta: drawBeta({ ...beta, rows, classes }) };
        const expected = ways['ordinary arrays'](kernels, 'softmax', given as unknown as Case);
        const drawn = { ...batch, normalizer: 3, beta };
        for (const [name, way] of Object.entries(ways)) {
          expectSameResult(way(kernels, 'softmax', drawn as unknown as Case), expected, name);
        }
        const last = {
          ...drawn,
          logits: batch.logits.slice(-classes),
          labels: batch.labels?.slice(-1),
          targets: batch.targets?.slice(-classes),
          rowWeights: batch.rowWeights?.slice(-1),
          beta: { ...beta, rowOffset: (beta.rowOffset ?? 0) + rows - 1 },
        };
        const { rowLosses, gradient } = kernels.softmax(last);
        expectSame(rowLosses, expected.rowLosses.slice(-1));
        expectSame(gradient, expected.gradient.slice(-classes));
      };
      const any = cases('softmax', { rows: [1, 4], classes: [1, 100], special: [1e37, -1e37] });
      fc.assert(fc.property(any, draws, property), { numRuns: runs });
      const beta = { gamma: 0.9, seed: 2 ** 40 + 5, step: 7 };
      for (const classes of seams) property(sharedCase('softmax', 2, classes), beta);
      // Pieces of a row that end within a vector.
      property(plainCase('softmax', 8, 30_723), { ...beta, gamma: 0.5 });
      for (const rows of [1023, 1025, 4097]) property(sharedCase('softmax', rows, 33), beta);
      // Rows that core calculates: of tiny targets in tail classes, and of large weights.
      const wide = plainCase('softmax', 3, 70);
      const targets = Array.from(wide.logits, (_, k) => (k % 5 === 0 ? 2 ** -22 : 0));
      property({ ...wide, labels: undefined, targets }, beta);
      property({ ...wide, rowWeights: [1, 2 ** 104, 1] }, beta);
    });

    test.each(forms)('%s: the gradient is that of the loss (R5)', (form) => {
      const batch = plainCase(form, 2, 37);
      const { gradient } = kernels[form](batch);
      expectGradientOfLoss(form, batch, gradient);
    });

    test('small losses and gradients of the sigmoid form keep their digits (N3)', () => {
      const logits = Float32Array.from({ length: 8701 }, (_, k) => -k / 100);
      const none = createGate([1], { threshold: 0 });
      const background = kernels.sigmoid(
        { gate: none, logits, labels: new Int32Array(8701).fill(1) },
        { reduction: 'none' },
      );
      const positive = kernels.sigmoid(
        { gate: none, logits: logits.map((z) => -z), labels: new Int32Array(8701) },
        { reduction: 'none' },
      );
      let worst = 0;
      logits.forEach((z, k) => {
        const loss = Math.log1p(Math.exp(z));
        const sigma = 1 / (1 + Math.exp(-z));
        worst = Math.max(worst, Math.abs(background.rowLosses[k] / loss - 1));
        worst = Math.max(worst, Math.abs(positive.rowLosses[k] / loss - 1));
        worst = Math.max(worst, Math.abs(background.gradient[k] / sigma - 1));
        worst = Math.max(worst, Math.abs(positive.gradient[k] / -sigma - 1));
      });
      expect(worst).toBeLessThan(6e-7);
    });

    test('a sum of small losses keeps its digits too, also where all but the label is excluded (N3)', () => {
      for (const classes of [3, 40, 1203]) {
        for (let z = -20; z >= -80; z -= 3.7) {
          const logits = Float32Array.from({ length: classes }, (_, k) => z + (k % 7) / 10);
          for (const threshold of [0, 1]) {
            const gate = createGate(new Float64Array(classes), { threshold });
            const label = classes >> 1;
            const turned = logits.map((value, k) => (k === label ? -value : value));
            for (const batch of [
              { gate, logits, labels: [classes] },
              { gate, logits: turned, labels: [label] },
              { gate, logits: turned, targets: Float32Array.from(logits, (_, k) => (k === label ? 1 : 0)) },
            ]) {
              const exact = lossOf.sigmoid(batch);
              const { loss, gradient } = kernels.sigmoid(batch);
              expect(Math.abs(loss / exact.loss - 1)).toBeLessThan(2e-6);
              gradient.forEach((g, k) => {
                const wanted = exact.gradient[k];
                expect(wanted === 0 ? Math.abs(g) : Math.abs(g / wanted - 1)).toBeLessThan(2e-6);
              });
            }
          }
        }
      }
    });

    test.each(forms)('%s: what is not finite acts at every place as in core, and not at all where excluded', (form) => {
      for (const classes of [1, 3, 4, 5, 31, 33, 67]) {
        // Every other class is tail, excluded in rows 0 and 1 (softmax: by β 1); row 2 is ignored.
        const gate = createGate(
          Float64Array.from({ length: classes }, (_, k) => k % 2),
          { threshold: 1 },
        );
        const label = classes >> 1;
        const last = form === 'sigmoid' ? classes : label;
        const labels = [label, Math.min(label + 1, classes - 1), -1, last];
        for (const special of [Number.NaN, Infinity, -Infinity]) {
          for (let place = 0; place < classes; place++) {
            const logits = Float32Array.from({ length: 4 * classes }, (_, k) =>
              k % classes === place ? special : Math.sin(k),
            );
            const batch = { gate, logits, labels, ...(form === 'softmax' && { beta: 1 }) };
            const result = ways['ordinary arrays'](kernels, form, batch);
            expectNear(result, lossOf[form](batch), 3);
            if (place % 2 === 0 && place !== label) expect(result.rowLosses[0]).not.toBeNaN();
            expect(result.rowLosses[2]).toBe(0);
          }
        }
      }
    });

    test('a failed call changes nothing, and spoils nothing for the next', () => {
      for (const form of forms) {
        const batch = plainCase(form, 3, 50);
        const before = ways['ordinary arrays'](kernels, form, batch);
        const gradient = new Float32Array(150).fill(7);
        const rowLosses = new Float64Array(3).fill(7);
        expect(() => kernels[form]({ ...batch, labels: [0, 1, 77] }, { gradient, rowLosses })).toThrow(EqlError);
        expect([...gradient, ...rowLosses].every((value) => value === 7)).toBe(true);
        expectSameResult(ways['ordinary arrays'](kernels, form, batch), before);
      }
    });
  });
}

/** A heap that hands out its room in order, and takes back what was handed out last. Its addresses are multiples of 8 only. */
export function stackHeap(pages: number): Heap {
  const memory = new WebAssembly.Memory({ initial: pages });
  let top = 4104;
  const taken: number[] = [];
  return {
    memory,
    allocate: (bytes) => {
      const at = top;
      if (at + bytes > memory.buffer.byteLength) return 0;
      top = Math.ceil((at + bytes) / 8) * 8;
      taken.push(at);
      return at;
    },
    free: (at) => {
      if (taken.pop() !== at) throw new Error('not what was handed out last');
      top = at;
    },
  };
}

/** What core gives for batches that every backend of a file is asked. */
const references = new WeakMap<Case, LossResult>();
const plainCases = new Map<string, PlainCase>();

/**
 * A {@link plainCase} that every backend of a file is asked, made once. β is a typed array: of a list of numbers each call
 * makes one, which takes longer than the call. Lists are what random batches have.
 */
function sharedCase(form: Form, rows: number, classes: number): PlainCase {
  const name = `${form} ${rows} x ${classes}`;
  const known = plainCases.get(name);
  if (known !== undefined) return known;
  const { beta, ...batch } = plainCase(form, rows, classes);
  const made = beta === undefined ? batch : { ...batch, beta: Float64Array.from(beta as readonly number[]) };
  plainCases.set(name, made);
  return made;
}

/** Kernels over a heap, whose `allocate` gives views of the heap. */
export function heapKernels(): Kernels {
  const heap = stackHeap(128);
  const kernels = createKernelsSync({ heap });
  return {
    ...kernels,
    allocate: ({ rows, classes }) => {
      const [z, g] = [0, 1].map(() => heap.allocate(4 * rows * classes));
      if (z * g === 0) throw new Error('the heap of these tests is too small');
      const views = [z, g].map((at) => new Float32Array(heap.memory.buffer, at, rows * classes));
      const dispose = () => {
        for (const at of [g, z]) heap.free(at);
      };
      return { logits: views[0], gradient: views[1], dispose };
    },
  };
}

/** The first way is near core, all others give its bits. */
function expectAllNear(kernels: Kernels, form: Form, batch: Case): void {
  const [[, first], ...others] = Object.entries(ways);
  const result = first(kernels, form, batch);
  const exact = references.get(batch) ?? lossOf[form](batch);
  references.set(batch, exact);
  expectNear(result, exact, divisorOf(batch));
  for (const [name, way] of others) expectSameResult(way(kernels, form, batch), result, name);
}

export function expectSameResult(actual: Result, expected: Result, way?: string): void {
  expect(actual.loss, way).toBe(expected.loss);
  expectSame(actual.rowLosses, expected.rowLosses, way);
  expectSame(actual.gradient, expected.gradient, way);
}

/** Same numbers, also NaN and the sign of 0. Faster than toEqual on much. */
export function expectSame(actual: ArrayLike<number>, expected: ArrayLike<number>, way?: string): void {
  expect(actual.length, way).toBe(expected.length);
  let differs = -1;
  for (let k = 0; k < expected.length && differs < 0; k++) if (!Object.is(actual[k], expected[k])) differs = k;
  if (differs >= 0) expect(`[${differs}]: ${actual[differs]}`, way).toBe(`[${differs}]: ${expected[differs]}`);
}

function allocated(
  kernels: Kernels,
  batch: Case,
  run: (logits: Float32Array, gradient: Float32Array) => Partial<Result>,
): Result {
  const { classes } = batch.gate;
  const buffers = kernels.allocate({ rows: batch.logits.length / classes, classes });
  buffers.logits.set(batch.logits);
  buffers.gradient.fill(7);
  const { loss, rowLosses, gradient } = run(buffers.logits, buffers.gradient) as Result;
  const result = { loss, rowLosses, gradient: gradient.slice() };
  buffers.dispose();
  return result;
}

/** With `none`, core gives no loss; the kernels give the sum. */
function whole(exact: LossResult): LossResult {
  return { ...exact, loss: exact.loss ?? exact.rowLosses.reduce((sum, loss) => sum + loss, 0) };
}
