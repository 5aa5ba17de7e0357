// What every execution provider must do, as one suite. Not published.

import { createGate, drawBeta, type Form, type Gate, type Reduction } from '@eqloss/core';
import {
  cases,
  divisorOf,
  expectGradientOfLoss,
  expectNear,
  forms,
  lossOf,
  plainCase,
  shardOf,
} from '@eqloss/core/testing';
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

    test.each(forms)('%s: blocks and shards that need fewer inputs give the same bits (P1)', async (form) => {
      const classes = 45;
      const { gate, logits, labels, beta } = plainCase(form, 9, classes);
      const draws = { gamma: 0.9, seed: 1, step: 2 };
      const bits = drawBeta({ ...draws, rows: 9, classes });
      const targets = Float32Array.from({ length: 9 * classes }, (_, k) =>
        k % classes === labels![Math.floor(k / classes)] ? 1 : k > 5 * classes && k % 7 === 0 ? 0.25 : 0,
      );
      const common = { logits, rowWeights: [1, 1, 1, 0.5, 0, 2, 1, 1, 1], normalizer: 9 };
      const betas = [0.9, bits.subarray(0, classes), beta as ArrayLike<number>, bits, draws];
      const batches: readonly LossBatch[] =
        form === 'sigmoid'
          ? [
              { ...common, labels },
              { ...common, targets, foreground: [1, 1, 1, 0, 0, 1, 1, 1, 1] },
            ]
          : betas.flatMap((each) => [
              { ...common, labels, beta: each },
              { ...common, targets, beta: each },
            ]);
      const session = (blockRows?: number): Promise<LossSession> =>
        createLossSession(ort, { form, gate, executionProviders: [provider], blockRows });
      const [whole, blocks, single] = [await session(), await session(4), await session(1)];
      for (const batch of batches) {
        const expected = await whole.run(batch);
        expect(await blocks.run(batch)).toEqual(expected);
        expect(await single.run(batch)).toEqual(expected);
        const parts = await Promise.all([
          whole.run(rowsOf(batch, 0, 3, classes)),
          whole.run(rowsOf(batch, 3, 9, classes)),
        ]);
        expect(parts.flatMap((part) => [...part.rowLosses])).toEqual([...expected.rowLosses]);
        expect(parts.flatMap((part) => [...part.gradient])).toEqual([...expected.gradient]);
      }
      await Promise.all([whole.release(), blocks.release(), single.release()]);
    });

    test.each(forms)('%s: the gradient is that of the loss (R5)', async (form) => {
      const batch = plainCase(form, 2, 6);
      const { gradient } = await evaluate(ort, provider, form, batch);
      expectGradientOfLoss(form, batch, gradient);
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

/** Some rows of a batch, as a worker has them. */
function rowsOf(batch: LossBatch, from: number, to: number, classes: number): LossBatch {
  const cut = <T>(values: ArrayLike<T> | undefined, each: number): T[] | undefined =>
    values && Array.prototype.slice.call(values, from * each, to * each);
  const { logits, labels, targets, rowWeights, foreground, beta } = batch;
  return {
    ...batch,
    logits: logits.slice(from * classes, to * classes),
    labels: cut(labels, 1),
    targets: cut(targets, classes),
    rowWeights: cut(rowWeights, 1),
    foreground: cut(foreground, 1),
    beta: betaOf(beta, from, to, classes),
  };
}

function betaOf(beta: LossBatch['beta'], from: number, to: number, classes: number): LossBatch['beta'] {
  if (typeof beta !== 'object') return beta;
  if ('gamma' in beta) return { ...beta, rowOffset: from };
  if (beta.length === classes) return beta;
  const part = Array.prototype.slice.call(beta, from * classes, to * classes);
  return beta instanceof Uint8Array ? Uint8Array.from(part) : part;
}
