import { expect, test } from 'vitest';
import { scoresOf } from './scores.ts';

test('scores count rows within groups, and classes alike in the balanced one', () => {
  const groups = ['head', 'mid', 'tail', 'tail'] as const;
  const labels = [0, 0, 0, 0, 1, 1, 2, 2, 2, 3];
  const answers = [0, 0, 0, 1, 1, 0, 2, 0, 0, 3];
  expect(scoresOf(answers, labels, groups)).toEqual({
    accuracy: 6 / 10,
    head: 3 / 4,
    mid: 1 / 2,
    tail: 2 / 4,
    balanced: (3 / 4 + 1 / 2 + 1 / 3 + 1) / 4,
  });
});

test('a class without a row does not count', () => {
  const { balanced } = scoresOf([0, 1], [0, 2], ['head', 'mid', 'tail', 'tail']);
  expect(balanced).toBe(1 / 2);
});
