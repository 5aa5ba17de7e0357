// What every execution provider must do, as one suite. Not published.

import { createGate, type Form, type Gate, type Reduction } from '@eqloss/core';
import { cases, divisorOf, expectNear, forms, lossOf, plainCase, shardOf } from '@eqloss/core/testing';
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

const sizes = { rows: [1, 5], classes: [1, 20] } as const;

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
        fc.asyncProperty(cases(form, sizes), async (batch) => {
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

    const shapes = forms.flatMap((form) => [3, 45, 300, 1203].map((classes) => ({ form, classes })));
    test.each(shapes)(
      '$form, $classes classes: shards of rows are bit for bit those of the whole (P1)',
      async (size) => {
        const batch = plainCase(size.form, 21, size.classes);
        const whole = await evaluate(ort, provider, size.form, { ...batch, normalizer: 21 });
        const shards = [shardOf(batch, 0, 1), shardOf(batch, 1, 17), shardOf(batch, 17, 21)];
        const parts = await Promise.all(shards.map((shard) => evaluate(ort, provider, size.form, shard)));
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
