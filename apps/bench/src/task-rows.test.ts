import { describe, expect, test } from 'vitest';
import { isTaskRow, type TaskRow, taskRowsOf } from './task-rows.ts';
import { compareTasks, taskLines } from './task-table.ts';
import { type TaskGroup, tasks } from './tasks.ts';

const way = (name: string) => ({ name, module: 'head', options: {} });
const group: TaskGroup = { task: 'head', form: 'softmax', size: '8x4', ways: [way('whole'), way('pieces')] };
const timings = [
  { name: 'whole', nanoseconds: [300, 100, 200], peakBytes: 80e6 },
  { name: 'pieces', nanoseconds: [90, 100, 110, 120], peakBytes: 20e6 },
];

describe('rows of a task', () => {
  test('hold times of one call, and their ratios to the first way', () => {
    const common = { task: 'head', form: 'softmax', size: '8x4', by: 'whole' };
    expect(taskRowsOf(group, timings)).toEqual([
      { ...common, way: 'whole', nanoseconds: 200, spread: 0.5, rounds: 3, ratio: 1 },
      { ...common, way: 'pieces', nanoseconds: 105, spread: 15 / 105, rounds: 4, ratio: 0.525 },
    ]);
  });

  test('hold memory where it is a question', () => {
    const [whole, pieces] = taskRowsOf({ ...group, memory: true }, timings);
    expect(whole).toMatchObject({ peakBytes: 80e6, peakRatio: 1 });
    expect(pieces).toMatchObject({ peakBytes: 20e6, peakRatio: 0.25 });
  });

  test('have no ratio when the first way could not be measured', () => {
    const [pieces, ...others] = taskRowsOf({ ...group, memory: true }, timings.slice(1));
    expect(others).toEqual([]);
    expect(pieces).toMatchObject({ way: 'pieces', by: 'whole', nanoseconds: 105 });
    expect([pieces.ratio, pieces.peakRatio]).toEqual([undefined, undefined]);
  });

  test('are told from what is none', () => {
    expect(taskRowsOf(group, timings).every(isTaskRow)).toBe(true);
    const [row] = taskRowsOf(group, timings);
    for (const wrong of [null, {}, { ...row, task: 7 }, { ...row, way: undefined }, { ...row, nanoseconds: null }]) {
      expect(isTaskRow(wrong as Partial<TaskRow> | null)).toBe(false);
    }
  });
});

describe('the tables of tasks', () => {
  test('have a line a way, with a unit that fits', () => {
    const times = [4.5e4, 1.12e7, 1.09e9];
    const ways = ['a', 'b', 'c'].map(way);
    const rows = taskRowsOf(
      { ...group, ways },
      times.map((time, k) => ({ name: ways[k].name, nanoseconds: [time] })),
    );
    const [table, legend, ...others] = taskLines(rows);
    expect(table.map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['head softmax 8x4', 'time', '±%', '×first'],
      ['a', '45.0 µs', '0', '1.00'],
      ['b', '11.2 ms', '0', '249'],
      ['c', '1.09 s', '0', '24222'],
    ]);
    expect(legend.join(' ')).toContain('by the first line');
    expect(others).toEqual([]);
  });

  test('have columns for memory where it is a question', () => {
    const [table] = taskLines(taskRowsOf({ ...group, memory: true }, timings));
    expect(table.map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['head softmax 8x4', 'time', '±%', '×first', 'MB', '×first'],
      ['whole', '0.200 µs', '50', '1.00', '80', '1.00'],
      ['pieces', '0.105 µs', '14', '0.525', '20', '0.250'],
    ]);
  });

  test('fit 80 columns for every task of the list', () => {
    const rows = tasks.flatMap((task) =>
      taskRowsOf(
        task,
        task.ways.map(({ name }, k) => ({ name, nanoseconds: [123.4e6 * (k + 1), 1.2e6], peakBytes: 1234e6 })),
      ),
    );
    const lines = [...taskLines(rows).flat(), ...compareTasks(rows, rows)];
    expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
  });

  test('are none without rows', () => {
    expect(taskLines([])).toEqual([]);
    expect(compareTasks([], [])).toEqual([]);
  });

  test('compare the ways that two reports have', () => {
    const old = taskRowsOf(group, timings);
    const now = [...taskRowsOf({ ...group, size: '9x4' }, timings), { ...old[1], nanoseconds: 210 }];
    expect(compareTasks(old, now).map((line) => line.split(/ {2,}/))).toEqual([
      ['task', 'old', 'new', 'ratio'],
      ['head softmax 8x4: pieces', '0.105 µs', '0.210 µs', '2.00'],
    ]);
  });
});
