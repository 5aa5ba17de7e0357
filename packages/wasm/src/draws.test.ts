import { drawBeta } from '@eqloss/core';
import { codeOf } from '@eqloss/core/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKernels, type Kernels } from './index.ts';
import { backends, heapKernels } from './testing.ts';

const makers = {
  ...Object.fromEntries(backends.map((backend) => [backend, () => createKernels({ backend })])),
  'two threads': () => createKernels({ threads: 2 }),
  'over a heap': () => Promise.resolve(heapKernels()),
};

const base = { rows: 7, classes: 13, gamma: 0.6, seed: 2 ** 40 + 5, step: 3 };

describe.each(Object.entries(makers))('%s', (_, make) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await make();
  });
  afterAll(() => kernels.dispose());

  /** By the machine's own comparison: what differs is as long as the draws. */
  const expectCores = (options: Parameters<typeof drawBeta>[0]) => {
    expect(Buffer.compare(kernels.drawBeta(options), drawBeta(options))).toBe(0);
  };

  test('draws are bit for bit those of core (X5)', () => {
    const gamma = fc.oneof(
      fc.constantFrom(0, 2 ** -32, 2 ** -33, 0.5, 1 - 2 ** -33, 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    const rowOffset = fc.oneof(fc.nat(9), fc.constantFrom(2 ** 31 - 2, 2 ** 32 - 3, 2 ** 32 + 7), fc.maxSafeNat());
    const classOffset = fc.oneof(fc.nat(9), fc.nat(2 ** 32 - 101));
    const options = fc.record({
      ...{ rows: fc.nat(5), classes: fc.nat(100), gamma, seed: fc.maxSafeNat(), step: fc.nat(2 ** 32 - 1) },
      ...{ rowOffset: rowOffset.map((row) => Math.min(row, Number.MAX_SAFE_INTEGER - 5)), classOffset },
    });
    fc.assert(fc.property(options, expectCores), { numRuns: 300 });
  });

  test('as well for few classes, whose rows share a vector', () => {
    for (let classes = 1; classes <= 40; classes++) {
      for (let classOffset = 0; classOffset < 5; classOffset++) expectCores({ ...base, classes, classOffset });
    }
  });

  test('as well in pieces, by rows and by columns', () => {
    for (const [rows, classes] of [
      [1000, 1203],
      [400_001, 1],
      [3, 400_001],
    ]) {
      for (const classOffset of [0, 3]) expectCores({ ...base, rows, classes, classOffset, rowOffset: 2 ** 32 - 2 });
    }
  });

  test('what core refuses is refused', () => {
    const code = (change: object) => codeOf(() => kernels.drawBeta({ ...base, ...change }));
    expect(code({ gamma: 1.1 })).toBe('BETA_RANGE');
    expect(code({ seed: -1 })).toBe('BETA_RANGE');
    expect(code({ step: 2 ** 32 })).toBe('BETA_RANGE');
    expect(code({ rows: 0.5 })).toBe('ROW_COUNT');
    expect(code({ rowOffset: Number.MAX_SAFE_INTEGER - 6 })).toBe('ROW_COUNT');
    expect(code({ classes: -1 })).toBe('CLASS_COUNT');
    expect(codeOf(() => kernels.drawBeta(undefined as never))).toBe('UNSUPPORTED');
    expect(kernels.drawBeta({ ...base, rows: 0 })).toEqual(new Uint8Array(0));
    expect(kernels.drawBeta({ ...base, classes: 0 })).toEqual(new Uint8Array(0));
  });
});
