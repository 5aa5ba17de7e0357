import { createGate } from '@eqloss/core';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import type { LossSessionOptions } from '../index.ts';
import { planOf } from './plan.ts';

const gate = createGate([5, 1, 5], { threshold: 2 });

const providers: readonly [LossSessionOptions['executionProviders'], string][] = [
  [undefined, 'cpu'],
  [['cpu'], 'cpu'],
  [['wasm'], 'cpu'],
  [[{ name: 'wasm' }, 'cpu'], 'cpu'],
  [['webgpu'], 'gpu'],
  [['webgpu', 'cpu'], 'gpu'],
  [[{ name: 'webgpu' }], 'gpu'],
  [['cuda'], 'gpu'],
  [['cpu', 'a-new-one'], 'gpu'],
];
test.each(providers)('on %o the elementary functions are those of a %s', (executionProviders, arithmetic) => {
  const plan = (options: Partial<LossSessionOptions>) => planOf(ort, { form: 'sigmoid', gate, ...options });
  expect(plan({ executionProviders }).arithmetic).toBe(arithmetic);
  expect(plan({ sessionOptions: { executionProviders } }).arithmetic).toBe(arithmetic);
  expect(plan({ executionProviders, arithmetic: 'gpu' }).arithmetic).toBe('gpu');
  expect(plan({ executionProviders, arithmetic: 'cpu' }).arithmetic).toBe('cpu');
});
