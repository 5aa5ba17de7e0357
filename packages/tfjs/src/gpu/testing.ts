// What both engines of this folder must do, as one suite. Not published.

import { createGate, type Form, type Reduction } from '@eqloss/core';
import {
  type Case,
  cases,
  divisorOf,
  lossOf as exactOf,
  forms,
  plainCase,
  ratioToN4,
  shardOf,
} from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AnyOptions, readBatch } from '../batch.ts';
import type { Engine } from '../engine.ts';
import type { Labels } from '../options.ts';

/** A batch whose inputs may be tensors. */
export type Batchlike = Omit<Case, 'labels' | 'targets' | 'rowWeights' | 'foreground' | 'beta'> &
  Pick<AnyOptions, 'rowWeights' | 'foreground' | 'beta'> & { readonly labels?: Labels; readonly targets?: Labels };

export interface Evaluated {
  readonly value: Float32Array;
  readonly gradient: Float32Array;
  /** Programs that the backend ran for the loss, and for the gradient. */
  readonly programs: readonly [number, number];
}

/** Loss and gradient by an engine itself. `dy` is what follows the loss; default 1. */
export async function evaluate(
  engine: Engine,
  form: Form,
  batch: Batchlike,
  reduction: Reduction,
  dy?: readonly number[],
): Promise<Evaluated> {
  const { gate, logits, labels, targets, normalizer, ...rest } = batch;
  const rows = logits.length / gate.classes;
  const options = { ...rest, reduction, normalizer: reduction === 'mean' ? normalizer : undefined };
  const nested = (flat: ArrayLike<number>) =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: gate.classes }, (__, j) => flat[i * gate.classes + j]));
  const isFlat = targets !== undefined && !(targets instanceof tf.Tensor);
  const answers = labels ?? (isFlat ? nested(targets as ArrayLike<number>) : targets!);
  const counter = programCounter();
  const { loss, gradient, programs } = tf.tidy(() => {
    const z = tf.tensor2d(logits, [rows, gate.classes]);
    const read = readBatch(form, answers, z, gate, options, true);
    const { loss, saved = [] } = engine.forward(z, read, true);
    const forward = counter.count;
    const given = dy ?? (reduction === 'none' ? new Array<number>(rows).fill(1) : [1]);
    const upstream = reduction === 'none' ? tf.tensor1d([...given]) : tf.scalar(given[0]);
    const gradient = engine.backward(upstream, saved, read);
    return { loss, gradient, programs: [forward, counter.count - forward] as const };
  });
  counter.stop();
  expect(loss.shape).toEqual(reduction === 'none' ? [rows] : []);
  expect(gradient.shape).toEqual([rows, gate.classes]);
  const result = {
    value: (await loss.data()) as Float32Array,
    gradient: (await gradient.data()) as Float32Array,
    programs,
  };
  tf.dispose([loss, gradient]);
  return result;
}

/** The same values as a tensor that only the GPU has. */
export function onGpu(values: ArrayLike<number>, shape: readonly number[], dtype: 'float32' | 'int32' = 'float32') {
  const zero = tf.zeros([...shape], dtype);
  const moved = tf.tidy(() => tf.add(tf.tensor(Array.from(values), [...shape], dtype), zero));
  zero.dispose();
  return moved;
}

/** What must hold of an engine. `runs` random batches a form: software GPUs compile slowly. */
export function describeEngine(name: string, engine: Engine, start: () => Promise<void>, runs: number): void {
  describe(`fused programs on ${name}`, () => {
    beforeAll(async () => {
      await start();
      expect(tf.getBackend()).toBe(name);
    });
    afterEach(() => expect(tf.memory().numTensors).toBe(0));

    test.each(forms)('%s: value and gradient are those of core, for any input and reduction', async (form) => {
      await fc.assert(
        fc.asyncProperty(
          cases(form, { rows: [1, 4], classes: [1, 9], special: [-1e30, -1e9] }),
          fc.constantFrom<Reduction>('none', 'sum', 'mean'),
          async (batch, reduction) =>
            expectExact(await evaluate(engine, form, batch, reduction), form, batch, reduction),
        ),
        { numRuns: runs },
      );
    });

    test.each(forms)('%s: inputs that only the GPU has give what the same inputs of the host give', async (form) => {
      await fc.assert(
        fc.asyncProperty(
          cases(form, { rows: [1, 4], classes: [1, 9] }),
          fc.constantFrom<Reduction>('none', 'sum', 'mean'),
          fc.integer({ min: 1, max: 15 }),
          async (batch, reduction, which) => {
            const { given, tensors } = moved(batch, which);
            expectExact(await evaluate(engine, form, given, reduction), form, batch, reduction);
            tf.dispose(tensors);
          },
        ),
        { numRuns: runs },
      );
    });

    test.each(forms)(
      '%s: labels that only the GPU has are counted there, none of them as one (R1, R4)',
      async (form) => {
        for (const labels of [
          [-1, 2, -1],
          [-1, -1, -1],
          [0, -1, 1],
        ]) {
          const batch: Case = { ...plainCase(form, 3, 5), labels };
          const tensor = onGpu(labels, [3], 'int32');
          expectExact(await evaluate(engine, form, { ...batch, labels: tensor as never }, 'mean'), form, batch, 'mean');
          tensor.dispose();
        }
      },
    );

    test.each(forms)(
      '%s: target rows of the GPU that are all zero cost what the host says they cost (X3)',
      async (form) => {
        const { gate, beta } = plainCase(form, 2, 3);
        const targets = [0, 0, 0, 0, 1, 0];
        const logits = Float32Array.of(form === 'softmax' ? Number.NaN : 2, 1, 0, 1, 2, 3);
        const batch: Case = { gate, logits, targets, ...(beta !== undefined && { beta: 0.5 }) };
        const tensor = onGpu(targets, [2, 3]);
        expectExact(await evaluate(engine, form, { ...batch, targets: tensor as never }, 'none'), form, batch, 'none');
        tensor.dispose();
      },
    );

    test.each(forms)('%s: what follows the loss multiplies the gradient, row by row for none', async (form) => {
      const batch = plainCase(form, 3, 7);
      const exact = exactOf[form](batch, { reduction: 'none' });
      const rows = (await evaluate(engine, form, batch, 'none', [2, 0, -0.5])).gradient;
      const wanted = exact.gradient.map((value, k) => value * [2, 0, -0.5][Math.floor(k / 7)]);
      expect(ratioToN4(rows, wanted)).toBeLessThanOrEqual(1);
      const scaled = (await evaluate(engine, form, batch, 'sum', [3])).gradient;
      const threefold = exact.gradient.map((value) => 3 * value);
      expect(ratioToN4(scaled, threefold)).toBeLessThanOrEqual(1);
    });

    const wide = forms.flatMap((form) => [
      { form, rows: 2, classes: 3000 },
      { form, rows: 2, classes: 70_000 },
    ]);
    test.each(wide)('$form: $classes classes keep the precision of single sums', async ({ form, rows, classes }) => {
      const batch = plainCase(form, rows, classes);
      for (const reduction of ['none', 'mean'] as const) {
        const made = await evaluate(engine, form, batch, reduction);
        const exact = exactOf[form](batch, { reduction });
        expect(ratioToN4(made.value, reduction === 'none' ? exact.rowLosses : [exact.loss])).toBeLessThanOrEqual(0.5);
        expect(ratioToN4(made.gradient, exact.gradient, reduction === 'none' ? 1 : rows)).toBeLessThanOrEqual(0.5);
      }
    });

    test.each(forms)('%s: equal logits, as a fresh head has them, do not pile up rounding', async (form) => {
      const [rows, classes] = [2500, 12];
      const logits = new Float32Array(rows * classes).fill(-Math.fround(6.9));
      const batch: Case = { ...plainCase(form, rows, classes), logits };
      expectExact(await evaluate(engine, form, batch, 'mean'), form, batch, 'mean', 0.5);
      const long: Case = { ...plainCase(form, 1, 20_000), logits: new Float32Array(20_000).fill(0.1) };
      expectExact(await evaluate(engine, form, long, 'none'), form, long, 'none', 0.5);
    });

    // More rows than one program adds up; and one class, beside which a texel has room for another.
    test.each(forms)('%s: 10,000 rows of one class', async (form) => {
      const rows = 10_000;
      const batch = manyRows(form, rows);
      expectExact(await evaluate(engine, form, batch, 'mean'), form, batch, 'mean');
      const labels = onGpu(batch.labels!, [rows], 'int32');
      expectExact(await evaluate(engine, form, { ...batch, labels: labels as never }, 'mean'), form, batch, 'mean');
      labels.dispose();
    });

    // More workgroups than a device takes in one dimension.
    test('sigmoid: 270,000 rows', async () => {
      const batch = manyRows('sigmoid', 270_000);
      const { value } = await evaluate(engine, 'sigmoid', batch, 'mean');
      expect(ratioToN4(value, [exactOf.sigmoid(batch, { reduction: 'mean' }).loss])).toBeLessThanOrEqual(1);
    });

    const sizes = forms.flatMap((form) => [45, 1203].map((classes) => ({ form, classes })));
    test.each(sizes)(
      '$form, $classes classes: shards of rows are bit for bit those of the whole (P1)',
      async (size) => {
        const { form, classes } = size;
        const batch = plainCase(form, 7, classes);
        const rowLosses = [];
        const gradients = [];
        for (const [from, to] of [
          [0, 7],
          [0, 1],
          [1, 5],
          [5, 7],
        ] as const) {
          const shard = shardOf(batch, from, to);
          rowLosses.push([...(await evaluate(engine, form, shard, 'none')).value]);
          gradients.push([...(await evaluate(engine, form, shard, 'mean')).gradient]);
        }
        expect(rowLosses.slice(1).flat()).toEqual(rowLosses[0]);
        expect(gradients.slice(1).flat()).toEqual(gradients[0]);
      },
    );

    test('small sigmoid losses and gradients keep their relative accuracy (N3)', async () => {
      const logits = Float32Array.from({ length: 170 }, (_, k) => -k / 2);
      const gate = createGate([1], { threshold: 0 });
      const labels = [...logits].map(() => 1);
      const { value, gradient } = await evaluate(engine, 'sigmoid', { gate, logits, labels }, 'none');
      logits.forEach((z, i) => {
        expect(Math.abs(value[i] / Math.log1p(Math.exp(z)) - 1)).toBeLessThan(1e-6);
        expect(Math.abs(gradient[i] / (1 / (1 + Math.exp(-z))) - 1)).toBeLessThan(1e-6);
      });
    });

    test('softmax: an entry of tiny weight that holds the largest logit spoils nothing (X2, N4)', async () => {
      for (const [beta, high] of [
        [1 - 1e-19, 0],
        [1 - 2 ** -40, 40.3],
        [1 - 2 ** -53, 36.7],
        [1 - 2 ** -12, 9.3],
      ]) {
        for (const low of [0.3, -0.7, 2.71]) {
          const gate = createGate([0, 9, 9], { threshold: 1 });
          const batch: Case = { gate, logits: Float32Array.of(high + low, low, low - 1.1), labels: [1], beta };
          expectExact(await evaluate(engine, 'softmax', batch, 'sum'), 'softmax', batch, 'sum', 0.6);
        }
      }
    });

    test.each([
      { rows: 3, classes: 33 },
      { rows: 4, classes: 1203 },
    ])(
      'softmax: drawn β as bytes give the bits of the same β as numbers, $rows x $classes',
      async ({ rows, classes }) => {
        const batch = plainCase('softmax', rows, classes);
        const targets = Array.from({ length: rows * classes }, (_, k) => (k % 5 === 0 ? (k % 7) / 7 : 0));
        for (const each of [batch, { ...batch, labels: undefined, targets }] as Case[]) {
          const drawn = { ...each, beta: Uint8Array.from(each.beta as number[]) };
          const made = await evaluate(engine, 'softmax', drawn, 'none');
          expectExact(made, 'softmax', each, 'none', 0.5);
          const plain = await evaluate(engine, 'softmax', each, 'none');
          expect(made.value).toEqual(plain.value);
          expect(made.gradient).toEqual(plain.gradient);
        }
      },
    );

    test.each(forms)('%s: logits masked by the lowest number, or all of them, are what they are (N2)', async (form) => {
      const low = -3.4028234663852886e38;
      const beta = form === 'softmax' ? { beta: 0.5 } : {};
      const gate = createGate([0, 9, 9], { threshold: 1 });
      const logits = Float32Array.of(
        low,
        1,
        low,
        low,
        0,
        -Infinity,
        ...(form === 'softmax' ? [low, low, low] : [low, 3, low]),
      );
      const batch: Case = { gate, ...beta, logits, labels: [1, 1, 1] };
      expectExact(await evaluate(engine, form, batch, 'none'), form, batch, 'none');
    });

    test.each(forms)('%s: a target or weight far below single precision still includes (N1, N2)', async (form) => {
      const gate = createGate([0, 5], { threshold: 1 });
      const beta = form === 'softmax' ? { beta: 1 } : {};
      const target: Case = { gate, ...beta, logits: Float32Array.of(Number.NaN, 1), targets: [1e-50, 1] };
      const weight: Case = { gate, ...beta, logits: Float32Array.of(0, Infinity), labels: [0], rowWeights: [1e-50] };
      for (const batch of [target, weight]) {
        const exact = exactOf[form](batch, { reduction: 'sum' });
        expect(exact.loss).not.toBeLessThan(Infinity);
        expectExact(await evaluate(engine, form, batch, 'sum'), form, batch, 'sum');
      }
    });

    const bad: readonly { readonly what: string; readonly form: Form; readonly given: () => Partial<Batchlike> }[] = [
      ...[3.5, -2, 5, Number.NaN].map((label) => ({
        ...{ what: `a label of ${label}`, form: 'sigmoid' as const },
        given: () => ({ labels: onGpu([1, label], [2]) as never }),
      })),
      { what: 'the label C', form: 'softmax', given: () => ({ labels: onGpu([1, 4], [2], 'int32') as never }) },
      { what: 'a row weight of -1', form: 'softmax', given: () => ({ rowWeights: onGpu([1, -1], [2]) as never }) },
      {
        what: 'a row weight of NaN',
        form: 'sigmoid',
        given: () => ({ rowWeights: onGpu([1, Number.NaN], [2]) as never }),
      },
      {
        what: 'a row weight of Infinity',
        form: 'sigmoid',
        given: () => ({ rowWeights: onGpu([1, Infinity], [2]) as never }),
      },
      { what: 'a foreground of 0.5', form: 'sigmoid', given: () => ({ foreground: onGpu([1, 0.5], [2]) as never }) },
      ...forms.flatMap((form) =>
        [-0.5, 1.5, Number.NaN].map((y) => ({
          ...{ what: `a target of ${y}`, form },
          given: () => ({ labels: undefined, targets: onGpu([0, 1, 0, 0, y, 0.5, 0, 0], [2, 4]) as never }),
        })),
      ),
      ...[-0.5, 1.5, Number.NaN].map((b) => ({
        ...{ what: `a β of ${b}`, form: 'softmax' as const },
        given: () => ({ beta: onGpu([0, 1, 0.5, 1, 0, b, 1, 0.5], [2, 4]) as never }),
      })),
    ];
    test.each(bad)('$form: $what on the GPU makes its row NaN, and no other', async ({ form, given }) => {
      const gate = createGate([0, 9, 9, 0], { threshold: 1 });
      const logits = Float32Array.of(1, -2, 0.5, 3, -1, 2, 0.25, 1);
      const plain = { gate, logits, labels: [1, 2], ...(form === 'softmax' && { beta: 1 }) };
      const changed = given();
      const good = 'targets' in changed ? { ...plain, labels: undefined, targets: [0, 1, 0, 0, 0, 1, 0, 0] } : plain;
      const betas = 'beta' in changed ? { beta: [0, 1, 0.5, 1, 0, 0, 1, 0.5] } : {};
      const exact = exactOf[form]({ ...good, ...betas } as Case, { reduction: 'none' });
      const { value, gradient } = await evaluate(engine, form, { ...plain, ...changed } as Batchlike, 'none');
      expect(ratioToN4(value.slice(0, 1), exact.rowLosses.slice(0, 1))).toBeLessThanOrEqual(1);
      expect(ratioToN4(gradient.slice(0, 4), exact.gradient.slice(0, 4))).toBeLessThanOrEqual(1);
      expect(value[1]).toBeNaN();
      // Class 1 and 2 are head: included in any row.
      expect([gradient[5], gradient[6]]).toEqual([Number.NaN, Number.NaN]);
      const { value: mean } = await evaluate(engine, form, { ...plain, ...changed } as Batchlike, 'mean');
      expect(mean[0]).toBeNaN();
      tf.dispose(Object.values(changed).filter((each): each is tf.Tensor => each instanceof tf.Tensor));
    });

    test('labels up to 100,000 are found, those of the host and those of the GPU', async () => {
      const classes = 100_001;
      const gate = createGate(new Float64Array(classes).fill(1), { threshold: 2 });
      const labels = [0, 1023, 1024, 2049, 65_535, 99_999, 100_000];
      const logits = new Float32Array(labels.length * classes).fill(1);
      const tensor = onGpu(labels, [labels.length], 'int32');
      for (const given of [labels, tensor as never]) {
        // Every class is tail: the label alone has a gradient.
        const { gradient } = await evaluate(engine, 'sigmoid', { gate, logits, labels: given }, 'sum');
        const found = [...gradient.entries()].filter(([, value]) => value !== 0).map(([at]) => at);
        expect(found).toEqual(labels.map((label, i) => i * classes + label));
      }
      tensor.dispose();
    });

    test.each(forms)(
      '%s: sigmoid takes 2 programs, 3 with a sum over rows, softmax 4; nothing is left behind',
      async (form) => {
        const backendIds = () => (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
        await evaluate(engine, form, plainCase(form, 4, 1203), 'mean');
        const before = backendIds();
        for (const reduction of ['none', 'sum', 'mean'] as const) {
          const { programs } = await evaluate(engine, form, plainCase(form, 4, 1203), reduction);
          const most = form === 'softmax' ? 4 : reduction === 'none' ? 2 : 3;
          expect(programs[0] + programs[1]).toBeLessThanOrEqual(most);
          expect(programs[1]).toBe(1);
        }
        expect(backendIds()).toBe(before);
      },
    );

    test('tf.profile names the programs', async () => {
      const batch = plainCase('sigmoid', 2, 5);
      const z = tf.tensor2d(batch.logits, [2, 5]);
      const profile = await tf.profile(() =>
        tf.tidy(() => {
          engine.forward(z, readBatch('sigmoid', batch.labels!, z, batch.gate, {}, true), false);
        }),
      );
      expect(profile.kernelNames).toEqual(expect.arrayContaining(['EqlossSigmoidRows', 'EqlossTotal']));
      z.dispose();
    });
  });
}

function manyRows(form: Form, rows: number): Case {
  const logits = Float32Array.from({ length: rows }, (_, k) => 3 * Math.sin(k));
  const labels = Array.from({ length: rows }, (_, k) => (k % 7 === 0 ? -1 : 0));
  return { gate: createGate([1], { threshold: 2 }), logits, labels, ...(form === 'softmax' && { beta: 0.5 }) };
}

/** Fails unless loss and gradient are those of core in double. */
function expectExact(made: Evaluated, form: Form, batch: Case, reduction: Reduction, slack = 1): void {
  const rows = batch.logits.length / batch.gate.classes;
  const normalizer = reduction === 'mean' ? batch.normalizer : undefined;
  const exact = exactOf[form]({ ...batch, normalizer, shape: [rows, batch.gate.classes] }, { reduction });
  const none = reduction === 'none';
  expect(ratioToN4(made.value, none ? exact.rowLosses : [exact.loss])).toBeLessThanOrEqual(slack);
  const divisor = reduction === 'mean' ? divisorOf(batch) : 1;
  expect(ratioToN4(made.gradient, exact.gradient, divisor)).toBeLessThanOrEqual(slack);
}

/** A batch with some inputs moved to the GPU, by the bits of `which`. */
function moved(batch: Case, which: number): { readonly given: Batchlike; readonly tensors: tf.Tensor[] } {
  const { classes } = batch.gate;
  const rows = batch.logits.length / classes;
  const tensors: tf.Tensor[] = [];
  const move = (values: ArrayLike<number>, shape: readonly number[], dtype?: 'int32') => {
    const tensor = onGpu(values, shape, dtype);
    tensors.push(tensor);
    return tensor as never;
  };
  const { labels, targets, rowWeights, foreground, beta } = batch;
  const whole = [rows, classes];
  const given: Batchlike = {
    ...batch,
    ...(which & 1 && labels && { labels: move(labels, [rows], which & 2 ? 'int32' : undefined) }),
    ...(which & 1 && targets && { targets: move(targets, whole) }),
    ...(which & 2 && rowWeights && { rowWeights: move(rowWeights, [rows]) }),
    ...(which & 4 && foreground && { foreground: move(foreground, [rows]) }),
    ...(which & 8 && typeof beta === 'number' && { beta: move([beta], []) }),
    ...(which & 8 && typeof beta === 'object' && { beta: move(beta, beta.length === classes ? [classes] : whole) }),
  };
  return { given, tensors };
}

interface Counted {
  compileAndRun?: (...args: unknown[]) => unknown;
  runWebGPUProgram?: (...args: unknown[]) => unknown;
}

/** Counts what the backend runs. */
function programCounter(): { readonly count: number; stop(): void } {
  const backend = tf.backend() as unknown as Counted;
  const name = backend.compileAndRun ? 'compileAndRun' : 'runWebGPUProgram';
  const own = backend[name]!;
  const counter = {
    count: 0,
    stop: () => {
      backend[name] = own;
    },
  };
  backend[name] = (...args) => {
    counter.count++;
    return own.apply(backend, args);
  };
  return counter;
}
