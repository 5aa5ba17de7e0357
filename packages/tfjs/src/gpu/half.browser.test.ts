// The webgl programs where textures hold half floats, as on phones: 11 digits, from 2^-24 to 65,504.
//
// Programs calculate in single precision, but whatever one writes is rounded to 2^-11 of itself, or 2^-10 where a device cuts: the
// logits, a row's parts, the reference and sum of a row, the result. Up to 4 roundings in a row make 2^-9 max(1, |exact|), for
// loss and gradient alike, of logits that are half floats themselves.

import '@tensorflow/tfjs-backend-webgl';
import { createGate, type Form } from '@eqloss/core';
import { type Case, lossOf as exactOf, forms, plainCase } from '@eqloss/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { evaluate, onGpu } from './testing.ts';
import { webglEngine } from './webgl.ts';

const TOLERANCE = 2 ** -9;

beforeAll(async () => {
  tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
  await tf.setBackend('webgl');
  tf.env().set('WEBGL_CPU_FORWARD', false);
  expect(tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')).toBe(false);
  // It is half floats that are tested.
  const third = tf.tidy(() => tf.mul(tf.tensor1d([1, 1, 1, 1, 1]), 1 / 3));
  expect(Math.abs((await third.data())[0] - 1 / 3)).toBeGreaterThan(1e-6);
  third.dispose();
});

/** A batch whose logits are half floats. */
function halfCase(form: Form, rows: number, classes: number): Case {
  const batch = plainCase(form, rows, classes);
  return { ...batch, logits: batch.logits.map((z) => Math.round(z * 64) / 64) };
}

function expectHalf(actual: ArrayLike<number>, exact: ArrayLike<number>, scale = 1): void {
  expect(actual.length).toBe(exact.length);
  const off = Array.from(
    actual,
    (value, k) => (Math.abs(value - exact[k]) * scale) / Math.max(1, Math.abs(exact[k]) * scale),
  );
  const worst = off.reduce((a, b) => Math.max(a, b), 0);
  expect(worst).toBeLessThanOrEqual(TOLERANCE);
}

const sizes = forms.flatMap((form) => [
  { form, rows: 5, classes: 7 },
  { form, rows: 4, classes: 45 },
  { form, rows: 3, classes: 1203 },
  { form, rows: 1, classes: 30_000 },
]);
test.each(sizes)('$form $rows x $classes: loss and gradient are right to 2^-9', async ({ form, rows, classes }) => {
  const batch = halfCase(form, rows, classes);
  for (const reduction of ['none', 'mean'] as const) {
    const { value, gradient } = await evaluate(webglEngine, form, batch, reduction);
    const exact = exactOf[form](batch, { reduction });
    expectHalf(value, reduction === 'none' ? exact.rowLosses : [exact.loss]);
    expectHalf(gradient, exact.gradient);
  }
});

test('softmax: target rows, drawn β, weights, and logits around -3000 are right to 2^-9', async () => {
  const [rows, classes] = [4, 45];
  const plain = halfCase('softmax', rows, classes);
  const targets = Array.from({ length: rows * classes }, (_, k) => (k % 9 === 0 ? (k % 5) / 4 : 0));
  const drawn = { ...plain, beta: Uint8Array.from(plain.beta as number[]) } as unknown as Case;
  const far = { ...plain, logits: plain.logits.map((z) => 2 * Math.round(z / 2) - 3000) };
  const cases: Case[] = [
    { ...plain, labels: undefined, targets },
    { ...plain, rowWeights: [0.5, 0, 3, 1] },
    { ...plain, beta: 0.9 },
    { ...plain, labels: undefined, targets, beta: 1 },
    drawn,
    far,
  ];
  for (const batch of cases) {
    const { value, gradient } = await evaluate(webglEngine, 'softmax', batch, 'none');
    const exact = exactOf.softmax(batch, { reduction: 'none' });
    expectHalf(value, exact.rowLosses);
    expectHalf(gradient, exact.gradient);
  }
});

test.each(forms)('%s: what lies below half floats still includes, and NaN stays NaN', async (form) => {
  const gate = createGate([0, 5], { threshold: 1 });
  const beta = form === 'softmax' ? { beta: 1 } : {};
  const batch: Case = { gate, ...beta, logits: Float32Array.of(Number.NaN, 1), targets: [1e-30, 1] };
  const { value } = await evaluate(webglEngine, form, batch, 'sum');
  expect(value[0]).toBeNaN();
});

test('softmax: 70,000 equal logits do not leave the range of half floats', async () => {
  const classes = 70_000;
  const batch: Case = { ...plainCase('softmax', 1, classes), logits: new Float32Array(classes).fill(1), beta: 0 };
  const { value } = await evaluate(webglEngine, 'softmax', batch, 'mean');
  expectHalf(value, [Math.log(classes)]);
});

test('labels up to 100,000 are found', async () => {
  const classes = 100_001;
  const gate = createGate(new Float64Array(classes).fill(1), { threshold: 2 });
  const labels = [0, 1023, 1024, 2049, 65_535, 99_999, 100_000];
  const logits = new Float32Array(labels.length * classes).fill(1);
  const { gradient } = await evaluate(webglEngine, 'sigmoid', { gate, logits, labels }, 'sum');
  const found = [...gradient.entries()].filter(([, value]) => value !== 0).map(([at]) => at);
  expect(found).toEqual(labels.map((label, i) => i * classes + label));
});

test.each(forms)('%s: labels and weights that only the GPU has', async (form) => {
  const plain = halfCase(form, 4, 1203);
  const labels = onGpu(plain.labels!, [4], 'int32');
  const rowWeights = onGpu([1, 0, 0.5, 2], [4]);
  const { value } = await evaluate(
    webglEngine,
    form,
    { ...plain, labels: labels as never, rowWeights: rowWeights as never },
    'mean',
  );
  const exact = exactOf[form]({ ...plain, rowWeights: [1, 0, 0.5, 2] }, { reduction: 'mean' });
  expectHalf(value, [exact.loss]);
  tf.dispose([labels, rowWeights]);
});
