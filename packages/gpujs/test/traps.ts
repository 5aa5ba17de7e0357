// Where gpu.js gives wrong numbers in silence, one test a trap; and the sizes that lie beyond several of them.

import { createGate, drawBeta, type Form, type LossResult } from '@eqloss/core';
import { forms, lossOf, plainCase, ratioToN4 } from '@eqloss/core/testing';
import { describe, expect, test } from 'vitest';
import { type Case, createOf, evaluate, type Subject } from './mode.ts';

export function testTraps({ gpu }: Subject): void {
  describe('no trap of gpu.js', () => {
    // Loops end at 1000 turns; an output of [1, 1e6] throws; of an index beyond 2^22 a quotient falls into another row.
    test.each([
      [512, 1203],
      [3600, 1203],
      [64, 100_000],
      [1, 1_000_000],
      [3000, 2],
    ])('%d rows of %d classes', { timeout: 180_000 }, async (rows, classes) => {
      for (const { form, batch, exact } of largeBatches(rows, classes)) {
        expect(await ratioOf(gpu(), form, batch, exact)).toBeLessThanOrEqual(1);
      }
    });

    // Sums are of single precision: 100,000 terms one after the other lose 1e-3.
    test.each(forms)('%s: 100,000 equal terms keep their sum', async (form) => {
      const classes = 100_000;
      const gate = createGate(new Float64Array(classes), { threshold: 0 });
      for (const z of [0.1, -0.3]) {
        const batch = withBeta(form, { gate, logits: new Float32Array(classes).fill(z), labels: [7] }, 1, classes);
        expect(await ratioOf(gpu(), form, batch)).toBeLessThanOrEqual(1);
      }
    });

    // max(NaN, 0) is 0 and x !== x is false on GPUs; the literal -Infinity is -3.4e38; log(0) is -88.03; tanh is NaN beyond 89.
    test.each(forms)('%s: NaN, infinities and the largest numbers come out as SPEC N2 says', async (form) => {
      const specials = [Number.NaN, Infinity, -Infinity, 3.4028234663852886e38, -3.4028234663852886e38, 90, -90, -0];
      const classes = 5;
      const gate = createGate([1, 9, 9, 9, 1], { threshold: 2 });
      // Every special at a label, at a head class, and at a tail class, which is left out.
      const places = specials.flatMap((z) => [0, 1, 4].map((place) => ({ z, place })));
      const logits = Float32Array.from(places.flatMap(({ z, place }) => [0.5, 1, -1, 2, 0].with(place, z)));
      const kernel = await createOf[form](gpu(), { rows: places.length, gate, reduction: 'none' });
      const inputs = { logits, labels: places.map(() => 0), ...(form === 'softmax' && { beta: 1 }) };
      const { rowLosses, gradient } = await kernel.run(inputs);
      const exact = lossOf[form]({ gate, ...inputs }, { reduction: 'none' });
      places.forEach(({ z, place }, i) => {
        const row = [i * classes, (i + 1) * classes] as const;
        const what = `${z} at ${place}`;
        expect([what, ratioToN4([rowLosses[i]], [exact.rowLosses[i]]) <= 1]).toEqual([what, true]);
        expect([what, ratioToN4(gradient.slice(...row), exact.gradient.slice(...row)) <= 1]).toEqual([what, true]);
      });
      expect(kernel.keepsNonFinite).toBe(true);
      await kernel.destroy();
    });

    // exp is 1e-6 off on GPUs, and log1p and expm1 of 1e-5 are 1e-3 off.
    test.each(forms)('%s: gradients keep their digits, also far from the label', async (form) => {
      const classes = 800;
      const logits = Float32Array.from({ length: classes }, (_, k) => 17 * Math.sin(k));
      const gate = createGate(new Float64Array(classes), { threshold: 0 });
      const batch = withBeta(form, { gate, logits, labels: [0] }, 1, classes);
      const { gradient } = await evaluate(gpu(), form, batch, { reduction: 'sum' });
      const exact = lossOf[form](batch, { reduction: 'sum' }).gradient;
      gradient.forEach((g, k) => {
        // The softmax form subtracts logits, which are up to 34 apart, in single precision: a unit of 2^-24 each.
        const bound = form === 'sigmoid' ? 6e-7 : 6e-7 + 34 * 2 ** -24;
        expect(Math.abs(g / exact[k] - 1)).toBeLessThan(bound);
      });
    });

    // Integer arrays become floats; a label of 2^24 + 1 would be another class.
    test('labels, β and masks may be integer arrays', async () => {
      const { gate, logits } = plainCase('sigmoid', 4, 30);
      const numbers = [3, 30, -1, 0];
      const plain = await evaluate(gpu(), 'sigmoid', { gate, logits, labels: numbers, foreground: [1, 0, 0, 1] });
      const typed = { labels: Int32Array.from(numbers), foreground: Uint8Array.of(1, 0, 0, 1) };
      expect(await evaluate(gpu(), 'sigmoid', { gate, logits, ...typed })).toEqual(plain);
      const beta = drawBeta({ rows: 4, classes: 30, gamma: 0.5, seed: 3, step: 1 });
      const labels = [0, 1, 2, 3];
      const drawn = await evaluate(gpu(), 'softmax', { gate, logits, labels, beta });
      expect(await evaluate(gpu(), 'softmax', { gate, logits, labels, beta: [...beta] })).toEqual(drawn);
    });

    // Without dynamicArguments another size throws, and on webgl a longer label array would be read with the old width.
    test.each(forms)('%s: batches grow and shrink', async (form) => {
      const { gate, logits, labels, beta } = plainCase(form, 6, 50);
      const kernel = await createOf[form](gpu(), { rows: 6, gate });
      for (const rows of [2, 6, 1, 5, 0, 6, 3]) {
        const part = {
          logits: logits.slice(0, rows * 50),
          labels: labels?.slice(0, rows),
          ...(typeof beta === 'object' && { beta: beta.slice(0, rows * 50) }),
        };
        const { rowLosses, gradient } = await kernel.run(part);
        const exact = lossOf[form]({ gate, ...part });
        expect(ratioToN4(rowLosses, exact.rowLosses)).toBeLessThanOrEqual(1);
        expect(ratioToN4(gradient, exact.gradient, Math.max(rows, 1))).toBeLessThanOrEqual(1);
      }
      await kernel.destroy();
    });
  });
}

/** A batch of each form, and what core makes of it. */
type Exact = { readonly form: Form; readonly batch: Case; readonly exact: LossResult };

const large = new Map<string, readonly Exact[]>();

/** Computed once for all modes of a file: core takes as long for millions of numbers as the engine. */
function largeBatches(rows: number, classes: number): readonly Exact[] {
  const name = `${rows} x ${classes}`;
  const known = large.get(name);
  if (known !== undefined) return known;
  const plain = plainCase('sigmoid', rows, classes);
  const batches = forms.map((form) => {
    const batch = withBeta(form, plain, rows, classes);
    return { form, batch, exact: lossOf[form](batch, { reduction: 'sum' }) };
  });
  large.set(name, batches);
  return batches;
}

/** The same batch for a form: the softmax form takes no background, and one β. */
function withBeta(form: Form, batch: Case, rows: number, classes: number): Case {
  if (form === 'sigmoid') return batch;
  const labels = Int32Array.from({ length: rows }, (_, i) => (i * 613) % classes);
  return { ...batch, labels, beta: 0.9 };
}

/** The largest distance from core in a sum, as a multiple of N4's bound; Infinity when a kind differs. */
async function ratioOf(
  gpu: Parameters<typeof evaluate>[0],
  form: Form,
  batch: Case,
  exact = lossOf[form](batch, { reduction: 'sum' }),
): Promise<number> {
  const actual = await evaluate(gpu, form, batch, { reduction: 'sum' });
  let worst = 0;
  for (const [some, right] of [
    [actual.rowLosses, exact.rowLosses],
    [actual.gradient, exact.gradient],
  ] as const) {
    if (some.length !== right.length) return Infinity;
    for (let k = 0; k < some.length; k++) {
      const ratio = Math.abs(some[k] - right[k]) / (2e-6 * Math.max(1, Math.abs(right[k])));
      worst = Number.isNaN(ratio) ? Infinity : Math.max(worst, ratio);
    }
  }
  return worst;
}
