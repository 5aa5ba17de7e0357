// What every execution provider must do, as one suite; and what it takes: arbitrary batches and the reference. Not
// published.

import {
  createGate,
  drawBeta,
  type Form,
  type Gate,
  type LossResult,
  type Reduction,
  sigmoidEql,
  softmaxEql,
} from '@eqloss/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createLossSession,
  type LossBatch,
  type LossSession,
  type Ort,
  type LossResult as SingleResult,
} from './index.ts';

/** A batch with its gate. */
export interface Case extends LossBatch {
  readonly gate: Gate;
}

export const forms: readonly Form[] = ['sigmoid', 'softmax'];
export const lossOf = { sigmoid: sigmoidEql, softmax: softmaxEql };

/** One batch through a session of its own. */
export async function evaluate(
  ort: Ort,
  provider: string,
  form: Form,
  batch: Case,
  reduction?: Reduction,
): Promise<SingleResult> {
  const { gate, ...rest } = batch;
  const session = await createLossSession(ort, { form, gate, reduction, executionProviders: [provider] });
  try {
    return await session.run(rest);
  } finally {
    await session.release();
  }
}

/** Fails unless every number is within N4 of core's; the gradient is judged before the mean divides it. */
export function expectNear(actual: SingleResult, exact: LossResult, divisor: number): void {
  const off = (a: number, e: number): number =>
    Object.is(a, e) || a === e ? 0 : Math.abs(a - e) / (2e-6 * Math.max(1, Math.abs(e)));
  const worst = (a: ArrayLike<number>, e: ArrayLike<number>, scale: number): number => {
    expect(a.length).toBe(e.length);
    return Array.from(a, (value, k) => off(value * scale, e[k] * scale)).reduce((x, y) => Math.max(x, y), 0);
  };
  expect(off(actual.loss, exact.loss)).toBeLessThanOrEqual(1);
  expect(worst(actual.rowLosses, exact.rowLosses, 1)).toBeLessThanOrEqual(1);
  expect(worst(actual.gradient, exact.gradient, divisor)).toBeLessThanOrEqual(1);
}

/** What the mean of a batch divides by. */
export function divisorOf({ labels, logits, gate, normalizer }: Case): number {
  const counted = labels ? Array.from(labels).filter((label) => label !== -1).length : logits.length / gate.classes;
  return normalizer ?? Math.max(counted, 1);
}

/** Random batches of a form, with every optional input and every special value now and then. */
export function cases(form: Form): fc.Arbitrary<Case> {
  return fc
    .record({ rows: fc.integer({ min: 1, max: 5 }), classes: fc.integer({ min: 1, max: 20 }) })
    .chain(({ rows, classes }) => {
      const list = <T>(length: number, each: fc.Arbitrary<T>) =>
        fc.array(each, { minLength: length, maxLength: length });
      const maybe = <T>(each: fc.Arbitrary<T>) => fc.option(each, { nil: undefined });
      const unit = fc.oneof(fc.constantFrom(0, 1), fc.float({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true }));
      const logit = fc.oneof(
        { weight: 20, arbitrary: fc.float({ min: -20, max: 20, noNaN: true }) },
        { weight: 4, arbitrary: fc.float({ min: -1e4, max: 1e4, noNaN: true }) },
        { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 2 ** -149) },
      );
      const last = form === 'sigmoid' ? classes : classes - 1;
      const answers: fc.Arbitrary<Pick<LossBatch, 'labels' | 'targets'>> = fc.oneof(
        fc.record({ labels: list(rows, fc.integer({ min: -1, max: last })) }),
        fc.record({ targets: list(rows * classes, unit) }),
      );
      return fc
        .record({
          logits: list(rows * classes, logit),
          tail: list(classes, fc.constantFrom(0, 1)),
          answers,
          rowWeights: maybe(list(rows, fc.constantFrom(0, 0.25, 1, 3))),
          normalizer: maybe(fc.constantFrom(1, 7)),
          foreground: maybe(list(rows, fc.constantFrom(0, 1))),
          beta: fc.oneof(unit, list(classes, unit), list(rows * classes, unit)),
        })
        .map(({ logits, tail, answers, foreground, beta, ...rest }) => ({
          logits: Float32Array.from(logits),
          gate: createGate(tail, { threshold: 0.5 }),
          ...answers,
          ...rest,
          ...(form === 'sigmoid' ? { foreground } : { beta }),
        }));
    });
}

/** A batch without special values, the same every time; β drawn per element. */
export function plainCase(form: Form, rows: number, classes: number): Case {
  const wave = (k: number): number => 4 * Math.sin(k * 12.9898) + 3 * Math.cos(k * 0.0078);
  const gate = createGate(
    Float64Array.from({ length: classes }, (_, j) => (j * 7) % 10),
    { threshold: 6 },
  );
  const logits = Float32Array.from({ length: rows * classes }, (_, k) => wave(k));
  const labels = Int32Array.from({ length: rows }, (_, i) => (i * 613) % (form === 'sigmoid' ? classes + 1 : classes));
  if (form === 'sigmoid') return { gate, logits, labels };
  return { gate, logits, labels, beta: drawBeta({ rows, classes, gamma: 0.9, seed: 1, step: 2 }) };
}

/** Rows `from` to `to` of a plain case, with β per element where there is β. */
export function rowsOf(batch: Case, from: number, to: number): Case {
  const { gate, logits, labels, beta } = batch;
  const cut = (values: Float32Array | ArrayLike<number>): number[] =>
    Array.from(values).slice(from * gate.classes, to * gate.classes);
  return {
    gate,
    logits: Float32Array.from(cut(logits)),
    labels: Array.from(labels!).slice(from, to),
    ...(beta !== undefined && { beta: cut(beta as ArrayLike<number>) }),
  };
}

/** What must hold on every execution provider. `runs` random batches a form. */
export function describeProvider(provider: string, load: () => Promise<Ort>, runs: number): void {
  describe(`ONNX Runtime on ${provider}`, { timeout: 60_000 }, () => {
    let ort: Ort;
    let held: LossSession;
    beforeAll(async () => {
      ort = await load();
      // With its last session the webgpu provider drops every compiled shader.
      held = await createLossSession(ort, {
        form: 'sigmoid',
        gate: createGate([1], { threshold: 0 }),
        executionProviders: [provider],
      });
      await held.run({ logits: Float32Array.of(0), labels: [0] });
    });
    afterAll(() => held.release());

    test.each(forms)('%s: any batch gives what core gives (N1, N2, N4)', async (form) => {
      await fc.assert(
        fc.asyncProperty(cases(form), async (batch) => {
          expectNear(await evaluate(ort, provider, form, batch), lossOf[form](batch), divisorOf(batch));
        }),
        { numRuns: runs },
      );
    });

    test.each(forms.flatMap((form) => [1203, 20_000].map((classes) => ({ form, classes }))))(
      '$form: sums over $classes classes keep their digits, equal terms included (N4)',
      async ({ form, classes }) => {
        const batch = plainCase(form, 3, classes);
        expectNear(await evaluate(ort, provider, form, batch), lossOf[form](batch), 3);
        const equal = { ...batch, logits: new Float32Array(3 * classes).fill(-2.3) };
        expectNear(await evaluate(ort, provider, form, equal), lossOf[form](equal), 3);
      },
    );

    const sizes = forms.flatMap((form) => [3, 45, 300, 1203].map((classes) => ({ form, classes })));
    test.each(sizes)(
      '$form, $classes classes: shards of rows are bit for bit those of the whole (P1)',
      async (size) => {
        const batch = plainCase(size.form, 21, size.classes);
        const whole = await evaluate(ort, provider, size.form, { ...batch, normalizer: 21 });
        const shards = [rowsOf(batch, 0, 1), rowsOf(batch, 1, 17), rowsOf(batch, 17, 21)];
        const parts = await Promise.all(
          shards.map((shard) => evaluate(ort, provider, size.form, { ...shard, normalizer: 21 })),
        );
        expect(parts.flatMap((part) => [...part.rowLosses])).toEqual([...whole.rowLosses]);
        expect(parts.flatMap((part) => [...part.gradient])).toEqual([...whole.gradient]);
      },
    );

    test.each(forms)('%s: the gradient is that of the loss (R5)', async (form) => {
      const batch = plainCase(form, 2, 6);
      const { gradient } = await evaluate(ort, provider, form, batch);
      const lossAt = (k: number, step: number): number => {
        const logits = Float64Array.from(batch.logits);
        logits[k] += step;
        return lossOf[form]({ ...batch, logits }).loss;
      };
      expect(gradient.length).toBe(12);
      gradient.forEach((g, k) => {
        expect(Math.abs(g - (lossAt(k, 1e-5) - lossAt(k, -1e-5)) / 2e-5)).toBeLessThan(1e-6);
      });
    });

    test.each(['labels', 'targets'])(
      'small losses of the sigmoid form keep their digits, with %s (N3)',
      async (kind) => {
        const logits = Float32Array.from({ length: 800 }, (_, k) => -k / 10);
        const answers =
          kind === 'labels' ? { labels: new Int32Array(800).fill(1) } : { targets: new Float32Array(800) };
        const gate = createGate([1], { threshold: 0 });
        const { rowLosses, gradient } = await evaluate(ort, provider, 'sigmoid', { gate, logits, ...answers }, 'sum');
        const off = (actual: number, exact: number): number => Math.abs(actual / exact - 1);
        logits.forEach((z, i) => {
          expect(off(rowLosses[i], Math.log1p(Math.exp(z)))).toBeLessThan(1e-6);
          expect(off(gradient[i], 1 / (1 + Math.exp(-z)))).toBeLessThan(1e-6);
        });
      },
    );

    test('a small loss of the softmax form keeps its digits too', async () => {
      const gate = createGate([1, 1], { threshold: 0 });
      const { loss } = await evaluate(ort, provider, 'softmax', {
        gate,
        beta: 0,
        logits: Float32Array.of(30, 0),
        labels: [0],
      });
      expect(Math.abs(loss / Math.log1p(Math.exp(-30)) - 1)).toBeLessThan(1e-6);
    });
  });
}
