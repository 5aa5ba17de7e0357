import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { taskWords } from './task-rows.ts';
import { selectTasks, tasks } from './tasks.ts';

describe('the list of tasks', () => {
  test('has different words for all of them, and for the ways of each', () => {
    expect(new Set(tasks.map(taskWords)).size).toBe(tasks.length);
    for (const { ways } of tasks) {
      expect(ways.length).toBeGreaterThan(1);
      expect(new Set(ways.map(({ name }) => name)).size).toBe(ways.length);
    }
  });

  test('names files that are there', () => {
    const files = readdirSync(new URL('./tasks', import.meta.url));
    for (const { ways } of tasks) for (const { module } of ways) expect(files).toContain(`${module}.ts`);
  });

  test('is taken in its own order, by names', () => {
    expect(selectTasks(['all'])).toBe(tasks);
    expect(selectTasks(['head', 'attach']).map(taskWords)).toEqual([
      'attach 10 MB',
      'head sigmoid 512x256 to 100k',
      'head softmax 512x256 to 100k',
    ]);
    expect(selectTasks(['attach', 'all'])).toBe(tasks);
    expect(selectTasks([])).toEqual([]);
  });

  test('says which names there are when one is unknown', () => {
    expect(() => selectTasks(['head', 'nothing'])).toThrow(
      'unknown task "nothing"; known: all, attach, run-one, ways, head, head-million, gpujs-step-cpu, gpujs-step-webasm, gpujs-step-webgpu',
    );
  });
});
