import { join } from 'node:path';
import { expect, test } from 'vitest';
import { methods } from './methods.ts';
import { parseOptions, usage } from './options.ts';

test('without options: every method, one seed, webasm in Node, nothing written', () => {
  expect(parseOptions([])).toEqual({
    methods,
    seeds: [1],
    epochs: 12,
    place: 'node',
    mode: 'webasm',
    out: undefined,
  });
});

test('options are read', () => {
  const args = ['--methods', 'seql, ce', '--seed', '3,0', '--epochs', '2', '--mode', 'cpu', '--out', 'x.md'];
  expect(parseOptions(args, '/some')).toEqual({
    methods: [methods[1], methods[0]],
    seeds: [3, 0],
    epochs: 2,
    place: 'node',
    mode: 'cpu',
    out: join('/some', 'x.md'),
  });
});

test('Chromium has modes of its own', () => {
  expect(parseOptions(['--browser'])).toMatchObject({ place: 'chromium', mode: 'webgl2' });
  expect(parseOptions(['--browser', '--mode', 'webgpu'])).toMatchObject({ place: 'chromium', mode: 'webgpu' });
});

test.each([
  [['--methods', 'focal'], 'unknown method "focal"; known: ce, seql,'],
  [['--seed', '-1'], "'--seed"],
  [['--seed', '1,'], '--seed is ""; wanted an integer >= 0'],
  [['--epochs', '0'], '--epochs is "0"; wanted an integer >= 1'],
  [['--mode', 'webgl2'], 'unknown mode in Node "webgl2"; known: webasm, cpu, webgpu'],
  [['--mode', 'gpu', '--browser'], 'unknown mode in Chromium "gpu"; known: webgl2, webgpu, webasm, cpu'],
  [['--out', 'x.txt'], '--out "x.txt" ends neither in .md nor .json'],
  [['--rate', '1'], '--rate'],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});

test('the usage fits into a terminal', () => {
  expect(parseOptions(['-h'])).toBe('help');
  for (const line of usage.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
