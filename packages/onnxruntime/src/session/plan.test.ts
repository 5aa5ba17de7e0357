import { createGate } from '@eqloss/core';
import { codeOf } from '@eqloss/core/testing';
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
  [[{ name: 'webgpu', preferredLayout: 'NHWC' }], 'gpu'],
  [['cuda'], 'gpu'],
  [['cpu', 'a-new-one'], 'gpu'],
];
test.each([
  { executionProviders: 'cpu' },
  { executionProviders: { name: 'cpu' } },
  { sessionOptions: 'cpu' },
  { sessionOptions: { executionProviders: 'cpu' } },
])('UNSUPPORTED: %o', (options) => {
  expect(codeOf(() => planOf(ort, { form: 'sigmoid', gate, ...options } as never))).toBe('UNSUPPORTED');
});

test('UNSUPPORTED: a runtime that would take the memory of inputs away', () => {
  const web = (proxy: boolean) => ({
    InferenceSession: ort.InferenceSession,
    Tensor: ort.Tensor,
    env: { wasm: { proxy } },
  });
  expect(codeOf(() => planOf(web(true) as never, { form: 'sigmoid', gate }))).toBe('UNSUPPORTED');
  expect(planOf(web(false) as never, { form: 'sigmoid', gate }).form).toBe('sigmoid');
});

test('null counts as left out', () => {
  const nothing = { executionProviders: null, sessionOptions: null } as never;
  const plan = planOf(ort, { form: 'sigmoid', gate });
  expect(planOf(ort, { form: 'sigmoid', gate, ...(nothing as object) })).toEqual(plan);
});

test.each(providers)('on %o the elementary functions are those of a %s', (executionProviders, arithmetic) => {
  const plan = (options: Partial<LossSessionOptions>) => planOf(ort, { form: 'sigmoid', gate, ...options });
  expect(plan({ executionProviders }).arithmetic).toBe(arithmetic);
  expect(plan({ sessionOptions: { executionProviders } }).arithmetic).toBe(arithmetic);
  expect(plan({ executionProviders, arithmetic: 'gpu' }).arithmetic).toBe('gpu');
  expect(plan({ executionProviders, arithmetic: 'cpu' }).arithmetic).toBe('cpu');
});
