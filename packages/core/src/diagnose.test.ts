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
    expect(codes({ form: 'sigmoid', gate, counts, foreground: [1, 1] })).toEqual(['D1']);
    expect(codes({ form: 'sigmoid', gate, counts, foreground: [1, 0] })).toEqual([]);
  });

  test('D1: an ignored row is no background row, whatever its foreground, and only counted rows can lack one', () => {
    expect(codes({ form: 'sigmoid', gate, counts, labels: [0, -1], foreground: [1, 0] })).toEqual(['D1']);
    expect(codes({ form: 'sigmoid', gate, counts, labels: [-1, -1] })).toEqual([]);
  });

  test('D1 and D2 need a tail', () => {
    const none = createGate([5, 100, 100], { threshold: 0 });
    expect(codes({ form: 'sigmoid', gate: none, counts, labels: [0, 1, 2] })).toEqual(['D3']);
    expect(codes({ form: 'softmax', gate: none, counts, beta: 1 })).toEqual(['D3']);
  });

  test('D2: the softmax form collapses with β near 1', () => {
    expect(codes({ form: 'softmax', gate, counts, beta: 0.99 })).toEqual(['D2']);
    expect(codes({ form: 'softmax', gate, counts, beta: 0.98999 })).toEqual([]);
    expect(codes({ form: 'softmax', gate, counts })).toEqual([]);
    expect(codes({ form: 'sigmoid', gate, counts, beta: 1 })).toEqual([]);
  });

  test('D3: no tail, all tail, or a tail ratio outside 2 % to 10 %', () => {
    expect(codes({ form: 'softmax', gate: createGate([1, 2], { threshold: 0 }) })).toEqual(['D3']);
    expect(codes({ form: 'softmax', gate: createGate([1, 2], { threshold: 3 }) })).toEqual(['D3']);
    const ofTail = (count: number) => codes({ form: 'softmax', gate, counts: [count, 50_000 - count, 50_000] });
    for (const fine of [2000, 10_000]) expect(ofTail(fine)).toEqual([]);
    for (const outside of [1999, 10_001]) expect(ofTail(outside)).toEqual(['D3']);
    expect(diagnose({ form: 'softmax', gate, counts: [50, 50, 50] })[0].message).toContain('33.33 %');
  });
});
