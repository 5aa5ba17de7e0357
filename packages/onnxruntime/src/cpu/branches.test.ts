// The plain and the general way of the CPU's arithmetic: which is taken when, that both are right, and that a row's result
// does not depend on what its neighbours send the batch through.

import { createGate, type Form } from '@eqloss/core';
import { expectNear, lossOf, plainCase } from '@eqloss/core/testing';
import fc from 'fast-check';
import { onnx } from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import { createEvaluator, feedsFor, type ModelCase, optionsFor, rowsOf, tensorsOf } from '../../test/models.ts';
import { buildLossModel, createLossSession, type LossModelOptions, type Output } from '../index.ts';

const { evaluate, release } = createEvaluator();
afterAll(release);

const subsets: readonly (readonly Output[])[] = [['loss', 'rowLosses', 'gradient'], ['gradient'], ['rowLosses']];

/** Whether the plain way is taken: the condition of the model's one `If`, as an output. */
async function isPlain(options: LossModelOptions, batch: ModelCase): Promise<boolean> {
  const model = onnx.ModelProto.decode(buildLossModel(options));
  const [choice, ...more] = model.graph!.node!.filter(({ opType }) => opType === 'If');
  expect(more).toEqual([]);
  const [condition] = choice.input!;
  model.graph!.output!.push(
    onnx.ValueInfoProto.create({ name: condition, type: { tensorType: { elemType: 9, shape: {} } } }),
  );
  const session = await ort.InferenceSession.create(new Uint8Array(onnx.ModelProto.encode(model).finish()));
  const results = await session.run(tensorsOf(feedsFor(options, batch)));
  await session.release();
  return Boolean(results[condition].data[0]);
}

/** A row that may leave the plain way, by what it does to a row of a moderate batch. */
interface Extreme {
  readonly name: string;
  readonly form: Form;
  /** Whether the row is plain by itself, with all outputs. */
  readonly plain: boolean;
  /** Logits by class, whether the class is tail, and whether it is the label. */
  readonly logit?: (moderate: number, tail: boolean, isLabel: boolean, j: number) => number;
  readonly weight?: number;
  /** The row's label; that of the moderate batch without it. */
  readonly label?: number;
  /** β of the row; the moderate ones have drawn β. */
  readonly beta?: number;
  /** β of all rows: another plain way. */
  readonly shared?: number | readonly number[];
}

const extremes: readonly Extreme[] = [
  { name: 'moderate', form: 'sigmoid', plain: true },
  { name: 'NaN in a head class', form: 'sigmoid', plain: false, logit: (z, tail, own) => (tail || own ? z : NaN) },
  { name: 'NaN in tail classes', form: 'sigmoid', plain: false, logit: (z, tail, own) => (tail && !own ? NaN : z) },
  { name: 'NaN at the label', form: 'sigmoid', plain: false, logit: (z, _, own) => (own ? NaN : z) },
  { name: 'an ignored row', form: 'sigmoid', plain: true, label: -1 },
  { name: 'a row of weight 0', form: 'sigmoid', plain: true, weight: 0 },
  { name: 'NaN in an ignored row', form: 'sigmoid', plain: false, label: -1, logit: () => NaN },
  { name: 'NaN in a row of weight 0', form: 'sigmoid', plain: false, weight: 0, logit: () => NaN },
  { name: 'Infinity at the label', form: 'sigmoid', plain: true, logit: (z, _, own) => (own ? Infinity : z) },
  { name: '-Infinity at the label', form: 'sigmoid', plain: true, logit: (z, _, own) => (own ? -Infinity : z) },
  { name: '-1e4 at the label', form: 'sigmoid', plain: true, logit: (z, _, own) => (own ? -1e4 : z) },
  { name: 'Infinity in tail classes', form: 'sigmoid', plain: false, logit: (z, t, own) => (t && !own ? Infinity : z) },
  { name: 'Infinity in head classes', form: 'sigmoid', plain: false, logit: (z, t, own) => (t || own ? z : Infinity) },
  { name: 'one +1e4', form: 'sigmoid', plain: false, logit: (z, _, own, j) => (j === 1 && !own ? 1e4 : z) },
  { name: 'logits of 1e4', form: 'sigmoid', plain: false, logit: () => 1e4 },
  { name: 'logits of -1e4, background', form: 'sigmoid', plain: true, label: 45, logit: () => -1e4 },
  { name: 'logits of -1e4', form: 'sigmoid', plain: true, logit: () => -1e4 },
  { name: '-Infinity everywhere, background', form: 'sigmoid', plain: true, label: 45, logit: () => -Infinity },
  { name: 'subnormal logits', form: 'sigmoid', plain: true, logit: () => 2 ** -149 },
  { name: 'exponentials that are subnormal, background', form: 'sigmoid', plain: true, label: 45, logit: () => -95 },
  { name: 'products just below the overflow', form: 'sigmoid', plain: true, label: 45, logit: () => 11.09 },
  { name: 'products just above the overflow', form: 'sigmoid', plain: false, label: 45, logit: () => 11.1 },
  { name: 'a tiny sum', form: 'sigmoid', plain: true, label: 45, logit: () => -80 },
  { name: '+100 in tail classes', form: 'sigmoid', plain: false, logit: (z, t, own) => (t && !own ? 100 : z) },
  { name: '+80 in tail classes', form: 'sigmoid', plain: true, logit: (z, t, own) => (t && !own ? 80 : z) },
  { name: 'a weight of 1e36', form: 'sigmoid', plain: true, weight: 1e36 },
  { name: 'a weight of 1e-37', form: 'sigmoid', plain: true, weight: 2 ** -120 },

  { name: 'moderate', form: 'softmax', plain: true },
  { name: 'NaN in a head class', form: 'softmax', plain: false, logit: (z, tail, own) => (tail || own ? z : NaN) },
  { name: 'NaN where β is 1', form: 'softmax', plain: false, beta: 1, logit: (z, t, own) => (t && !own ? NaN : z) },
  { name: 'NaN where β is 0.5', form: 'softmax', plain: false, beta: 0.5, logit: (z, t) => (t ? NaN : z) },
  { name: 'NaN at the label', form: 'softmax', plain: false, logit: (z, _, own) => (own ? NaN : z) },
  { name: 'NaN in an ignored row', form: 'softmax', plain: false, label: -1, logit: () => NaN },
  { name: 'NaN in a row of weight 0', form: 'softmax', plain: false, weight: 0, logit: () => NaN },
  { name: 'Infinity at the label', form: 'softmax', plain: false, logit: (z, _, own) => (own ? Infinity : z) },
  { name: '-Infinity at the label', form: 'softmax', plain: true, logit: (z, _, own) => (own ? -Infinity : z) },
  { name: '-Infinity everywhere', form: 'softmax', plain: false, logit: () => -Infinity },
  {
    name: 'Infinity where β is 1',
    form: 'softmax',
    plain: false,
    beta: 1,
    logit: (z, t, o) => (t && !o ? Infinity : z),
  },
  { name: '-Infinity in head classes', form: 'softmax', plain: true, logit: (z, t, own) => (t || own ? z : -Infinity) },
  {
    name: 'all included are -Infinity',
    form: 'softmax',
    plain: false,
    beta: 1,
    logit: (z, t, o) => (t && !o ? z : -Infinity),
  },
  {
    name: 'an excluded maximum just not too far up',
    form: 'softmax',
    plain: true,
    beta: 1,
    logit: (_, t, own) => (own ? 0 : t ? 40 : -50),
  },
  {
    name: 'an excluded maximum just too far up',
    form: 'softmax',
    plain: false,
    beta: 1,
    logit: (_, t, own) => (own ? 0 : t ? 40.1 : -50),
  },
  {
    name: 'an excluded maximum of 1e4',
    form: 'softmax',
    plain: false,
    beta: 1,
    logit: (z, t, o) => (t && !o ? 1e4 : z),
  },
  { name: 'logits of 1e4', form: 'softmax', plain: true, logit: () => 1e4 },
  { name: 'logits of ±1e4', form: 'softmax', plain: true, logit: (_, __, own) => (own ? -1e4 : 1e4) },
  { name: 'logits of the largest finite size', form: 'softmax', plain: true, logit: () => 3.4e38 },
  { name: 'a label far above all others', form: 'softmax', plain: true, logit: (_, __, own) => (own ? 60 : -40) },
  { name: 'a label 86 below the maximum', form: 'softmax', plain: true, logit: (_, __, own) => (own ? -86 : 0) },
  { name: 'a label 69 below the maximum', form: 'softmax', plain: true, logit: (_, __, own) => (own ? -69 : 0) },
  { name: 'a label 80 below the maximum', form: 'softmax', plain: true, logit: (_, __, own) => (own ? -80 : 0) },
  { name: 'a weight of 1e36', form: 'softmax', plain: true, weight: 1e36 },
  {
    name: 'a weight of 1e30 beside an excluded maximum',
    form: 'softmax',
    plain: false,
    beta: 1,
    weight: 1e30,
    logit: (z, t, own) => (t && !own ? 38 : z),
  },

  ...(
    [
      { name: 'moderate', plain: true, shared: 0.9 },
      { name: 'moderate, all excluded', plain: true, shared: 1 },
      { name: 'moderate, β per class', plain: true, shared: Array.from({ length: 45 }, (_, j) => j / 44) },
      { name: 'NaN in a head class', plain: false, shared: 0.9, logit: (z, t, own) => (t || own ? z : NaN) },
      { name: 'NaN in excluded classes', plain: false, shared: 1, logit: (z, t, own) => (t && !own ? NaN : z) },
      { name: 'NaN at the label', plain: false, shared: 0.9, logit: (z, _, own) => (own ? NaN : z) },
      { name: 'NaN in an ignored row', plain: false, shared: 0.9, label: -1, logit: () => NaN },
      { name: 'NaN in a row of weight 0', plain: false, shared: 0.9, weight: 0, logit: () => NaN },
      {
        name: 'Infinity in excluded classes',
        plain: false,
        shared: 1,
        logit: (z, t, own) => (t && !own ? Infinity : z),
      },
      {
        name: '-Infinity in excluded classes',
        plain: true,
        shared: 1,
        logit: (z, t, own) => (t && !own ? -Infinity : z),
      },
      { name: '1e4 in excluded classes', plain: true, shared: 1, logit: (z, t, own) => (t && !own ? 1e4 : z) },
      { name: 'Infinity at the label', plain: false, shared: 0.9, logit: (z, _, own) => (own ? Infinity : z) },
      { name: '-Infinity at the label', plain: false, shared: 0.9, logit: (z, _, own) => (own ? -Infinity : z) },
      {
        name: 'all included are -Infinity',
        plain: false,
        shared: 1,
        logit: (z, t, own) => (t && !own ? z : -Infinity),
      },
      { name: 'logits of 1e4', plain: false, shared: 0.9, logit: () => 1e4 },
      { name: 'logits of ±1e4', plain: false, shared: 0.9, logit: (_, __, own) => (own ? -1e4 : 1e4) },
      // D is Σ v e^z with Σ v = 18 + 27 / 10.
      { name: 'log D just below 30', plain: true, shared: 0.9, logit: () => 30 - Math.log(20.7) - 0.01 },
      { name: 'log D just above 30', plain: false, shared: 0.9, logit: () => 30 - Math.log(20.7) + 0.01 },
      { name: 'log D just above -30', plain: true, shared: 0.9, logit: () => -30 - Math.log(20.7) + 0.01 },
      { name: 'log D just below -30', plain: false, shared: 0.9, logit: () => -30 - Math.log(20.7) - 0.01 },
      // log 1e-30 is -69.08, log 19.7 is 2.98.
      { name: 'p just above 1e-30', plain: true, shared: 0.9, logit: (_, __, own) => (own ? -66.05 : 0) },
      { name: 'p just below 1e-30', plain: false, shared: 0.9, logit: (_, __, own) => (own ? -66.15 : 0) },
      { name: 'a label far above all others', plain: true, shared: 0.9, logit: (_, __, own) => (own ? 29 : -40) },
      { name: 'a weight of 1e36', plain: true, shared: 0.9, weight: 1e36 },
      {
        name: 'a weight of 1e36 and NaN',
        plain: false,
        shared: 0.9,
        weight: 1e36,
        logit: (z, t, own) => (t || own ? z : NaN),
      },
    ] as const satisfies readonly Omit<Extreme, 'form'>[]
  ).map((extreme) => ({ ...extreme, form: 'softmax' as const, name: `one β, ${extreme.name}` })),
];

const CLASSES = 45;

/** Moderate rows, with the row in the middle as told. */
function around({ form, logit = (z) => z, weight, label, beta, shared }: Extreme, middle = 2, rows = 5): ModelCase {
  const batch = plainCase(form, rows, CLASSES);
  const labels = [...batch.labels!];
  if (label !== undefined) labels[middle] = label;
  const start = middle * CLASSES;
  const logits = batch.logits.map((z, k) => {
    const j = k - start;
    return j >= 0 && j < CLASSES ? logit(z, batch.gate.tail[j] === 1, j === labels[middle], j) : z;
  });
  const drawn = batch.beta as number[] | undefined;
  const betas = shared ?? drawn?.map((value, k) => (k >= start && k < start + CLASSES ? (beta ?? value) : value));
  const rowWeights = Array.from({ length: rows }, (_, i) => (i === middle ? (weight ?? 1) : 1 + i / 4));
  return { ...batch, logits, labels, rowWeights, normalizer: rows, ...(betas !== undefined && { beta: betas }) };
}

describe.each(extremes)('$form, $name', (extreme) => {
  const batch = around(extreme);
  const options = optionsFor(extreme.form, batch);

  test(`goes ${extreme.plain ? 'the plain' : 'the general'} way`, async () => {
    expect(await isPlain(options, batch)).toBe(extreme.plain);
    expect(await isPlain(options, rowsOf(batch, 0, 2, 5))).toBe(true);
  });

  test('is what core gives', async () => {
    expectNear(await evaluate(options, batch), lossOf[extreme.form](batch), 5);
    const { normalizer: _, ...mean } = batch;
    const weighted = optionsFor(extreme.form, mean);
    expectNear(await evaluate(weighted, mean), lossOf[extreme.form](mean), extreme.label === -1 ? 4 : 5);
  });

  test.each(subsets)('no row depends on another, with %s, %s, %s (P1)', async (...outputs) => {
    const whole = await evaluate({ ...options, outputs }, batch);
    const parts = await Promise.all(
      [0, 1, 2, 3, 4].map((i) => evaluate({ ...options, outputs }, rowsOf(batch, i, i + 1, 5))),
    );
    for (const name of ['rowLosses', 'gradient'] as const) {
      if (outputs.includes(name)) expect(parts.flatMap((part) => [...part[name]])).toEqual([...whole[name]]);
    }
  });

  test('what is returned beside it changes a result by no more than the way that is taken', async () => {
    const all = await evaluate(options, batch);
    for (const name of ['gradient', 'rowLosses'] as const) {
      const alone = (await evaluate({ ...options, outputs: [name] }, batch))[name]!;
      expect(alone.length).toBe(all[name]!.length);
      alone.forEach((value, k) => {
        const beside = all[name]![k];
        // Either way is within SPEC N4; they take the same one in most rows.
        if (Number.isFinite(beside))
          expect(Math.abs(value - beside)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(beside)));
        else expect(value).toBe(beside);
      });
    }
  });
});

test.each(['sigmoid', 'softmax'] as const)(
  '%s: any rows beside each other give what each gives alone (P1)',
  async (form) => {
    const rows = extremes.filter((extreme) => extreme.form === form && extreme.shared === undefined);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...rows), { minLength: 2, maxLength: 6 }), async (chosen) => {
        const parts = chosen.map((extreme) => rowsOf(around(extreme), 2, 3, 3));
        const batch: ModelCase = {
          ...parts[0],
          logits: Float32Array.from(parts.flatMap(({ logits }) => [...logits])),
          labels: parts.flatMap(({ labels }) => Array.from(labels!)),
          rowWeights: parts.flatMap(({ rowWeights }) => Array.from(rowWeights!)),
          ...(form === 'softmax' && { beta: parts.flatMap(({ beta }) => [...(beta as number[])]) }),
        };
        const options: LossModelOptions = {
          ...optionsFor(form, batch),
          ...(form === 'softmax' && { beta: 'element' }),
        };
        const whole = await evaluate(options, batch);
        const alone = await Promise.all(parts.map((part) => evaluate(options, part)));
        expect(alone.flatMap((part) => [...part.rowLosses])).toEqual([...whole.rowLosses]);
        expect(alone.flatMap((part) => [...part.gradient])).toEqual([...whole.gradient]);
        expectNear(whole, lossOf[form](batch), 3);
      }),
      { numRuns: 25 },
    );
  },
);

test.each(['sigmoid', 'softmax'] as const)(
  '%s: blocks of a session are bit for bit the whole, one NaN among them (P1)',
  async (form) => {
    const { gate, ...plain } = plainCase(form, 9, 300);
    const logits = plain.logits.slice();
    logits[4 * 300 + 1] = NaN;
    const results = [];
    for (const blockRows of [9, 4, 1]) {
      const session = await createLossSession(ort, { form, gate, blockRows });
      results.push(await session.run({ ...plain, logits }));
      await session.release();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  },
);

test('neither excluded entries nor what stands for the label show in a small loss (N3)', async () => {
  const classes = 1203;
  const gate = createGate(
    Array.from({ length: classes }, (_, j) => (j < 3 ? 9 : 1)),
    { threshold: 5 },
  );
  const logits = new Float32Array(classes).fill(20);
  logits.set([18.5, -19, -40]);
  const batch: ModelCase = { gate, logits, labels: [0] };
  const options: LossModelOptions = { form: 'sigmoid', labels: 'index' };
  expect(await isPlain(options, batch)).toBe(true);
  const { loss, gradient } = await evaluate(options, batch);
  const exact = lossOf.sigmoid(batch);
  expect(exact.loss).toBeLessThan(2e-8);
  expect(Math.abs(loss / exact.loss - 1)).toBeLessThan(1e-6);
  for (const j of [0, 1, 2]) expect(Math.abs(gradient[j] / exact.gradient[j] - 1)).toBeLessThan(1e-6);
  expect(gradient.subarray(3).every((value) => value === 0)).toBe(true);
});

test('without rows the plain way is taken', async () => {
  const gate = createGate([1, 5], { threshold: 2 });
  const empty: ModelCase = { gate, logits: new Float32Array(0), labels: [] };
  expect(await isPlain({ form: 'sigmoid', labels: 'index' }, empty)).toBe(true);
  expect(await isPlain({ form: 'softmax', labels: 'index' }, { ...empty, beta: 0.5 })).toBe(true);
});
