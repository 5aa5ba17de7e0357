import { describe, expect, test } from 'vitest';
import { createGate, diagnose } from './index.ts';

const gate = createGate([5, 100, 100], { threshold: 10 });
const counts = [5, 50, 50];
const codes = (inputs: Parameters<typeof diagnose>[0]) => diagnose(inputs).map((finding) => finding.code);

describe('diagnose', () => {
  test('D1: the sigmoid form with gated classes wants a background row', () => {
    expect(codes({ form: 'sigmoid', gate, counts, labels: [0, 1, 2] })).toEqual(['D1']);
    expect(codes({ form: 'sigmoid', gate, counts, labels: [0, -1, 2] })).toEqual(['D1']);
    expect(codes({ form: 'sigmoid', gate, counts, labels: [0, 1, 3] })).toEqual([]);
    expect(codes({ form: 'sigmoid', gate, counts, labels: [0, 1], foreground: [1, 0] })).toEqual([]);
    expect(codes({ form: 'sigmoid', gate, counts, labels: [0, 3], foreground: [1, 1] })).toEqual(['D1']);
    expect(codes({ form: 'sigmoid', gate, counts })).toEqual([]);
    expect(codes({ form: 'softmax', gate, counts, labels: [0, 1, 2] })).toEqual([]);
  });

  test('D2: the softmax form collapses with β near 1', () => {
    expect(codes({ form: 'softmax', gate, counts, beta: 0.99 })).toEqual(['D2']);
    expect(codes({ form: 'softmax', gate, counts, beta: 0.95 })).toEqual([]);
  });

  test('D3: no tail, all tail, or a tail ratio outside 2 % to 10 %', () => {
    expect(codes({ form: 'softmax', gate: createGate([1, 2], { threshold: 0 }) })).toEqual(['D3']);
    expect(codes({ form: 'softmax', gate: createGate([1, 2], { threshold: 3 }) })).toEqual(['D3']);
    expect(codes({ form: 'softmax', gate, counts: [1, 500, 500] })).toEqual(['D3']);
    expect(codes({ form: 'softmax', gate, counts: [50, 50, 50] })).toEqual(['D3']);
    expect(diagnose({ form: 'softmax', gate, counts: [50, 50, 50] })[0].message).toContain('33.33 %');
  });
});
