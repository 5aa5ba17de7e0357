import { codeOf } from '@eqloss/core/testing';
import { expect, test } from 'vitest';
import fixture from './fixtures/optimizers.json' with { type: 'json' };
import { createOptimizer, type OptimizerOptions } from './optimizer.ts';

const { weights, start, gradients, cases } = fixture;

test.each(cases.map(({ options, path }) => ({ options: options as OptimizerOptions, path })))(
  '$options moves the parameters as PyTorch does, whole or in parts',
  ({ options, path }) => {
    for (const cuts of [
      [0, weights, start.length],
      [0, 1, 4, weights, start.length],
    ]) {
      const parameters = Float32Array.from(start);
      const optimizer = createOptimizer(options, parameters.length);
      gradients.forEach((gradient, step) => {
        for (let k = cuts.length - 2; k >= 0; k--) {
          const part = { at: cuts[k], gradient: Float32Array.from(gradient.slice(cuts[k], cuts[k + 1])) };
          optimizer.update(parameters, { ...part, decays: cuts[k] < weights }, options.rate, step);
        }
        parameters.forEach((value, k) => {
          expect(Math.abs(value - path[step][k])).toBeLessThan(1e-6);
        });
      });
    }
  },
);

test('an optimizer keeps what it needs, and no more', () => {
  const sizes = (options: OptimizerOptions) => createOptimizer(options, 5).state.map((array) => array.length);
  expect(sizes({ name: 'sgd', rate: 1 })).toEqual([]);
  expect(sizes({ name: 'sgd', rate: 1, momentum: 0.5 })).toEqual([5]);
  expect(sizes({ name: 'adamw', rate: 1 })).toEqual([5, 5]);
});

const bad: readonly object[] = [
  { name: 'adam', rate: 0.1 },
  { name: 'sgd' },
  { name: 'sgd', rate: 0 },
  { name: 'sgd', rate: Infinity },
  { name: 'sgd', rate: '0.1' },
  { name: 'sgd', rate: 0.1, momentum: 1 },
  { name: 'sgd', rate: 0.1, weightDecay: -1 },
  { name: 'adamw', rate: 0.1, beta1: 1 },
  { name: 'adamw', rate: 0.1, beta2: -0.1 },
  { name: 'adamw', rate: 0.1, epsilon: 0 },
  { name: 'adamw', rate: 0.1, weightDecay: Number.NaN },
];
test.each([...bad, undefined, null, 'sgd'])('UNSUPPORTED: %o', (options) => {
  expect(codeOf(() => createOptimizer(options as OptimizerOptions, 1))).toBe('UNSUPPORTED');
});
