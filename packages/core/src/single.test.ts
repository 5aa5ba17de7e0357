import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSingle, createGate, prepareSigmoid, toSingle } from './index.ts';
import { between, codeOf } from './testing.ts';

const smallestNormal = 2 ** -126;
const largest = (2 - 2 ** -23) * 2 ** 127;

describe('doubles in single precision', () => {
  test('are the nearest single wherever that is 0 or a normal number', () => {
    const value = fc.oneof(between(0, 1), between(0, largest), fc.constantFrom(0, 1, smallestNormal, largest));
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const normal = values.filter((v) => v === 0 || v >= smallestNormal);
        expect(toSingle(normal)).toEqual(Float32Array.from(normal));
      }),
    );
  });

  test('stay above 0, and normal, where they were above 0', () => {
    for (const tiny of [5e-324, 1e-50, 2 ** -149, 2 ** -127, smallestNormal * (1 - 2 ** -53)]) {
      expect(toSingle([tiny, 0, 1])).toEqual(Float32Array.of(smallestNormal, 0, 1));
    }
  });

  test('leave the given array as it is', () => {
    const given = Float64Array.of(1e-50, 0.1);
    expect(toSingle(given)).not.toBe(given);
    expect([...given]).toEqual([1e-50, 0.1]);
    const single = Float32Array.of(0.5);
    expect(toSingle(single)).not.toBe(single);
  });
});

describe('a batch is refused when single precision cannot hold', () => {
  const gate = createGate([0, 1], { threshold: 1 });
  const check = (rowWeights: number[], normalizer?: number) => () =>
    checkSingle(prepareSigmoid([2, 2], { gate, labels: [0, 1], rowWeights, normalizer }));
  // From here on the nearest single is Infinity.
  const tooLarge = (2 - 2 ** -24) * 2 ** 127;

  test.each([
    ['a row weight', check([1, 1e39])],
    ['a row weight just above the largest single', check([1, tooLarge])],
    ['a normalizer above the largest single', check([1, 1], 1e39)],
    ['a normalizer below the smallest normal single', check([1, 1], smallestNormal * (1 - 2 ** -53))],
    ['a normalizer of 1e-50, also where every weight is 0', check([0, 0], 1e-50)],
    ['a row weight by the normalizer', check([1, 1e30], 1e-20)],
  ])('%s', (_what, run) => {
    expect(codeOf(run)).toBe('UNSUPPORTED');
  });

  test('and taken up to its very limits', () => {
    expect(check([0, 1])).not.toThrow();
    expect(check([5e-324, largest])).not.toThrow();
    expect(check([1, tooLarge * (1 - 2 ** -53)], 1)).not.toThrow();
    expect(check([1, 1], largest)).not.toThrow();
    expect(check([1, 1], smallestNormal)).not.toThrow();
  });

  test('with a message that names the input', () => {
    expect(check([1, 1e39])).toThrow(/^UNSUPPORTED: rowWeights\[1\] is 1e\+39/);
    expect(check([1, 1e30], 1e-20)).toThrow(/rowWeights\[1\] is 1e\+30, by the divisor 1e\+50/);
    expect(check([1, 1], 1e-50)).toThrow(/normalizer is 1e-50/);
  });
});
