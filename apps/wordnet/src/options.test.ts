import { join } from 'node:path';
import { expect, test } from 'vitest';
import { methods } from './methods.ts';
import { parseOptions, usage } from './options.ts';

test('without options: every method, one seed, TensorFlow.js on wasm, nothing written', () => {
  expect(parseOptions([])).toEqual({
    methods,
    seeds: [1],
    epochs: 4,
    stack: 'tfjs',
    backend: 'wasm',
    rates: undefined,
    out: undefined,
  });
});

test('options are read', () => {
  const args = ['--methods', 'seql, ce', '--seed', '3,0', '--epochs', '2', '--backend', 'cpu', '--rates', '0.1,1e-3'];
  expect(parseOptions([...args, '--out', 'x.md'], '/some')).toEqual({
    methods: [methods[1], methods[0]],
    seeds: [3, 0],
    epochs: 2,
    stack: 'tfjs',
    backend: 'cpu',
    rates: [0.1, 0.001],
    out: join('/some', 'x.md'),
  });
});

test('ONNX Runtime has a backend of its own', () => {
  expect(parseOptions(['--stack', 'onnxruntime'])).toMatchObject({ stack: 'onnxruntime', backend: 'cpu' });
});

test.each([
  [['--methods', 'focal'], 'unknown method "focal"; known: ce, seql,'],
  [['--seed', '-1'], "'--seed"],
  [['--seed', '1,'], '--seed is ""; wanted an integer >= 0'],
  [['--epochs', '0'], '--epochs is "0"; wanted an integer >= 1'],
  [['--epochs', '1.5'], '--epochs is "1.5"'],
  [['--backend', 'webgl'], 'unknown tfjs backend "webgl"; known: wasm, cpu'],
  [['--stack', 'onnxruntime', '--backend', 'wasm'], 'unknown onnxruntime backend "wasm"; known: cpu'],
  [['--stack', 'torch'], 'unknown stack "torch"; known: tfjs, onnxruntime'],
  [['--rates', '0.1,0'], '--rates has "0"; wanted numbers > 0'],
  [['--out', 'x.txt'], '--out "x.txt" ends neither in .md nor .json'],
  [['--lr', '1'], '--lr'],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});

test('the usage fits into a terminal', () => {
  expect(parseOptions(['-h'])).toBe('help');
  for (const line of usage.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
