// What a head must do on every execution provider. Not published.

import { createGate, drawBeta } from '@eqloss/core';
import { forms, ratioToN4 } from '@eqloss/core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ort } from '../../ort.ts';
import { createHeadTrainer, restoreHeadTrainer } from '../create.ts';
import { logitsInDouble, referenceOf, waves } from '../testing.ts';
import type { HeadTrainer } from '../trainer.ts';

/** Steps, checkpoints and predictions, in pieces and whole, against doubles. */
export function describeHead(provider: string, load: () => Promise<Ort>): void {
  describe(`a head on ${provider}`, { timeout: 60_000 }, () => {
    const gate = createGate([5, 1, 5, 1, 7, 1, 1], { threshold: 2 });
    const executionProviders = [provider];
    let ort: Ort;
    let held: HeadTrainer;
    beforeAll(async () => {
      ort = await load();
      // With its last session the webgpu provider drops every compiled shader.
      const options = { features: 1, form: 'sigmoid', gate, optimizer: { name: 'sgd', rate: 1 } } as const;
      held = await createHeadTrainer(ort, { ...options, executionProviders });
      await held.logits(waves(1));
    });
    afterAll(() => held.release());

    test.each(forms.flatMap((form) => ([false, 3] as const).map((chunk) => ({ form, chunk }))))(
      '$form, in pieces of $chunk: steps are those in double, a checkpoint goes on bit for bit',
      async ({ form, chunk }) => {
        const beta = form === 'softmax' ? { gamma: 0.6, seed: 5 } : undefined;
        const engine = { executionProviders, chunk };
        const start = { weights: waves(7 * 4), bias: waves(7, 50) };
        const options = { ...engine, ...start, features: 4, form, gate, beta };
        const first = await createHeadTrainer(ort, { ...options, optimizer: { name: 'sgd', rate: 0.5 } });
        const [weights, bias] = [Float64Array.from(start.weights), Float64Array.from(start.bias)];
        const batchOf = (step: number) => ({ features: waves(6 * 4, step), labels: [0, 1, 5, 6, -1, 2] });
        for (let step = 0; step < 4; step++) {
          const drawn = beta && { beta: drawBeta({ ...beta, step, rows: 6, classes: 7 }) };
          const exact = referenceOf(form, gate, { ...batchOf(step), ...drawn }, weights, bias);
          const { loss } = await first.step(batchOf(step));
          expect(ratioToN4([loss], [exact.loss])).toBeLessThanOrEqual(2);
          for (let k = 0; k < weights.length; k++) weights[k] -= 0.5 * exact.weights[k];
          for (let k = 0; k < bias.length; k++) bias[k] -= 0.5 * exact.bias[k];
        }
        expect(ratioToN4(first.weights, weights)).toBeLessThanOrEqual(2);
        expect(ratioToN4(first.bias, bias)).toBeLessThanOrEqual(2);

        const second = await restoreHeadTrainer(ort, first.checkpoint(), engine);
        for (const step of [4, 5]) expect(await second.step(batchOf(step))).toEqual(await first.step(batchOf(step)));
        expect(second.checkpoint()).toEqual(first.checkpoint());

        const features = waves(5 * 4, 70);
        const exact = logitsInDouble(features, first.weights, first.bias);
        expect(ratioToN4(await first.logits(features), exact)).toBeLessThanOrEqual(1);
        const best = Array.from({ length: 5 }, (_, i) => {
          const row = [...exact.subarray(7 * i, 7 * (i + 1))];
          return row.indexOf(Math.max(...row));
        });
        expect([...(await first.predict(features))]).toEqual(best);
        await Promise.all([first.release(), second.release()]);
      },
    );
  });
}
