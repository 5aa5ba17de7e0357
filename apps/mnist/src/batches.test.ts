import { expect, test } from 'vitest';
import { type Batch, batchesOf, QUARTERS, rowsOf, stepsOf } from './batches.ts';
import { readDigits } from './digits.ts';
import { type MethodName, methodOf, methods } from './methods.ts';
import { createTask } from './task.ts';

const task = createTask(readDigits(), 1);
const { classes } = task.gate;

test.each(methods)('$name: an epoch has each digit at most once, as it is and with its label', (method) => {
  const batches = epochOf(method.name);
  expect(batches).toHaveLength(stepsOf(task));
  const seen: number[] = [];
  for (const { quarters, labels } of batches) {
    expect(labels).toHaveLength(rowsOf(method));
    expect(quarters).toHaveLength(rowsOf(method) * QUARTERS);
    for (const [row, label] of labels.entries()) {
      const own = quarters.slice(row * QUARTERS, (row + 1) * QUARTERS);
      expect(own.every((digit) => digit >= 0 && digit < task.trained)).toBe(true);
      if (label === classes) continue;
      expect(new Set(own).size).toBe(1);
      expect(task.labels[own[0]]).toBe(label);
      seen.push(own[0]);
    }
  }
  expect(seen).toHaveLength(stepsOf(task) * 64);
  expect(new Set(seen).size).toBe(seen.length);
});

test('a third of the rows is background where a method has it, quarters of several digits', () => {
  for (const { quarters, labels } of epochOf('eql')) {
    const rows = Array.from(labels.keys()).filter((row) => labels[row] === classes);
    expect(rows).toHaveLength(32);
    for (const row of rows) expect(new Set(quarters.slice(row * QUARTERS, (row + 1) * QUARTERS)).size).not.toBe(1);
  }
  for (const name of ['ce', 'seql', 'eql-alone'] as const) {
    expect(epochOf(name).every(({ labels }) => !labels.includes(classes))).toBe(true);
  }
});

test('only SEQL draws β, anew in each step: 1 with probability 0.9', () => {
  expect(epochOf('ce').every(({ beta }) => beta === 0)).toBe(true);
  expect(epochOf('eql').every(({ beta }) => beta === undefined)).toBe(true);
  const drawn = epochOf('seql').map(({ beta }) => Array.from(beta as Uint8Array));
  expect(drawn[0]).not.toEqual(drawn[1]);
  const share = drawn.flat().reduce((sum, value) => sum + value, 0) / drawn.flat().length;
  expect(share).toBeCloseTo(0.9, 1);
});

test('methods of a form see the same digits; other seeds and epochs others', () => {
  const seen = (batches: readonly Batch[]) => batches.map(({ quarters }) => quarters);
  expect(seen(epochOf('seql'))).toEqual(seen(epochOf('ce')));
  expect(seen(epochOf('eql'))).toEqual(seen(epochOf('bce')));
  expect(seen(epochOf('ce', 2))).not.toEqual(seen(epochOf('ce')));
  expect(seen(epochOf('ce', 1, 1))).not.toEqual(seen(epochOf('ce')));
});

function epochOf(name: MethodName, seed = 1, epoch = 0): readonly Batch[] {
  return [...batchesOf(task, methodOf(name), seed, epoch)];
}
