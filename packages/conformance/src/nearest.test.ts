import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const names = ['sigmoid-labels', 'softmax-labels', 'softmax-lvis-48x1203', 'softmax-lvis-512x1203'];

test.each([
  ['what contains the text, shorter ones first', 'lvis', ['softmax-lvis-48x1203', 'softmax-lvis-512x1203']],
  ['a letter too few', 'sigmoid-labls', ['sigmoid-labels']],
  ['capitals', 'SIGMOID-LABELS', ['sigmoid-labels']],
  ['the beginning, with a slip', 'softmax-lvsi', ['softmax-lvis-48x1203', 'softmax-lvis-512x1203', 'softmax-labels']],
  ['nothing near', 'tensor', []],
  ['nothing', '', []],
])('%s', (_, text, wanted) => {
  expect(nearest(text, names)).toEqual(wanted);
});

test('no more than asked for', () => {
  expect(nearest('max', names, 2)).toHaveLength(2);
});
