import { codeOf } from '@eqloss/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ClassGroups, checkGroups, groupsOf } from './groups.ts';

test('each class is in exactly one of tail, mid and head', () => {
  const bounds = fc.record({ tailBelow: fc.nat(30), mid: fc.nat(30) });
  fc.assert(
    fc.property(fc.array(fc.nat(60), { minLength: 1 }), bounds, (counts, { tailBelow, mid }) => {
      const { tail, mid: middle, head } = groupsOf(counts, { tailBelow, headAbove: tailBelow - 1 + mid });
      counts.forEach((n, j) => {
        expect(tail[j] + middle[j] + head[j]).toBe(1);
        expect(tail[j]).toBe(n < tailBelow ? 1 : 0);
        expect(head[j]).toBe(n >= tailBelow + mid ? 1 : 0);
      });
    }),
  );
});

test('LVIS: at most 10 images rare, more than 100 frequent', () => {
  const { tail, mid, head } = groupsOf([1, 10, 11, 100, 101], { tailBelow: 11, headAbove: 100 });
  expect([tail, mid, head].map((mask) => [...mask])).toEqual([
    [1, 1, 0, 0, 0],
    [0, 0, 1, 1, 0],
    [0, 0, 0, 0, 1],
  ]);
});

test('bad counts and bounds are refused', () => {
  const bounds = { tailBelow: 20, headAbove: 100 };
  expect(codeOf(() => groupsOf([], bounds))).toBe('CLASS_COUNT');
  expect(codeOf(() => groupsOf([1, -1], bounds))).toBe('FREQUENCY_RANGE');
  expect(codeOf(() => groupsOf([1], { tailBelow: 20, headAbove: 10 }))).toBe('THRESHOLD_RANGE');
  expect(codeOf(() => groupsOf([1], { tailBelow: 20 } as typeof bounds))).toBe('THRESHOLD_RANGE');
  expect(codeOf(() => groupsOf([1], undefined as unknown as typeof bounds))).toBe('UNSUPPORTED');
  const misspelt = { ...bounds, headAbov: 1 };
  expect(codeOf(() => groupsOf([1], misspelt))).toBe('UNSUPPORTED');
});

const bad: [string, unknown, string][] = [
  ['none', {}, 'UNSUPPORTED'],
  ['nothing', undefined, 'UNSUPPORTED'],
  ['masks of two lengths', { tail: [1, 0], head: [1] }, 'CLASS_COUNT'],
  ['masks without classes', { tail: [] }, 'CLASS_COUNT'],
  ['no mask', { tail: 3 }, 'CLASS_COUNT'],
  ['indices', { tail: [0, 2], head: [1, 3] }, 'UNSUPPORTED'],
  ['a name with a blank', { 'long tail': [1] }, 'UNSUPPORTED'],
];
test.each(bad)('groups that are %s are refused', (_, groups, code) => {
  expect(codeOf(() => checkGroups(groups as ClassGroups))).toBe(code);
});
