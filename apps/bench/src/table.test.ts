import { describe, expect, test } from 'vitest';
import { makeCase, makeEnvironment, makeReport, makeRows, makeTiming } from '../test/reports.ts';
import { groupsOf, growthShapes, standardShapes } from './cases.ts';
import { renderComparison } from './compare.ts';
import { usage } from './options.ts';
import { type Note, rowsOf } from './report.ts';
import { renderTable } from './table.ts';
import { alignColumns, digits, wrap } from './text-table.ts';

const forms = ['sigmoid', 'softmax'] as const;
const notes: readonly Note[] = [
  { path: 'torch-bce', threads: 1, status: 'unavailable', reason: 'no Python with torch' },
  { path: 'torch-ce', threads: 2, status: 'unavailable', reason: 'no Python with torch' },
  { path: 'core', threads: 1, status: 'left out', where: 'sigmoid 4096x1203', reason: 'a call takes 0.3 s '.repeat(9) },
];
const gpuPaths = ['copy', 'tfjs-webgl', 'tfjs-webgpu', 'torch-bce'];
const everything = makeReport({
  // A busy machine: the spread takes four characters.
  rows: makeRows(groupsOf(standardShapes, forms, 'all').flat()).map((row) => ({ ...row, spread: 1.27 })),
  growth: makeRows(groupsOf(growthShapes, forms, 'first').flat()),
  notes,
});

describe('the table', () => {
  test('of every path, case and note fits 80 columns', () => {
    for (const text of [renderTable(everything), renderComparison(everything, everything), usage]) {
      expect(text.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
    }
  });

  test('has one line a path, with the other layouts as columns', () => {
    const times = { copy: [100], wasm: [300], 'torch-bce': [1000] };
    const rows = groupsOf([{ rows: 2, classes: 50 }], ['sigmoid']).flatMap(([first, ...others]) => [
      ...rowsOf(
        first,
        [...Object.entries(times)].map(([path, ns]) => makeTiming(path, ns, { peakBytes: 12.4e6 })),
      ),
      ...others.flatMap((of, k) => rowsOf(of, [makeTiming('copy', [100]), makeTiming('wasm', [400 + 100 * k])])),
    ]);
    const lines = renderTable(makeReport({ rows })).split('\n');
    const cells = lines.slice(0, 4).map((line) => line.split(/ {2,}/));
    expect(cells).toEqual([
      ['sigmoid 2x50', 'ns', '±%', '×copy', '×torch', 'MB', 'all', 'side', 'both'],
      ['copy', '1.00', '0', '1.00', '0.100', '12', '1.00', '1.00', '1.00'],
      ['wasm', '3.00', '0', '3.00', '0.300', '12', '4.00', '5.00', '6.00'],
      ['torch-bce', '10.0', '0', '10.0', '1.00', '12', '–', '–', '–'],
    ]);
  });

  test('gives a GPU neither copies nor PyTorch to be measured by, and names it', () => {
    const gpu = { device: 'SwiftShader Device', software: 'yes' };
    const rows = rowsOf(
      makeCase(),
      [100, 300, 500, 700].map((ns, k) => makeTiming(gpuPaths[k], [ns])),
    );
    const about = Object.fromEntries(gpuPaths.slice(1).map((path) => [path, gpu]));
    const absent = { 'tfjs-composed-webgl': { device: 'not measured', software: 'no' } };
    const environment = makeEnvironment({ paths: { copy: {}, ...about, ...absent } });
    const text = renderTable(makeReport({ environment, rows }));
    expect(text).toMatch(/^tfjs-webgl +30\.0 +0 +– +– +–$/m);
    const words = text.replaceAll('\n  ', ' ');
    expect(words).toContain(
      'tfjs-webgl, tfjs-webgpu, torch-bce ran on software that plays a GPU: SwiftShader Device\n',
    );
    expect(words).toContain('their times are not the speed of a GPU');
    expect(text).not.toContain('not measured');
    const real = { device: 'Mali-G78', software: 'no' };
    const other = makeReport({ environment: makeEnvironment({ paths: { 'tfjs-webgl': real } }), rows });
    expect(renderTable(other)).toContain('\ntfjs-webgl ran on Mali-G78\n');
    expect(renderTable(makeReport({ rows }))).not.toContain(' ran on ');
  });

  test('says how many times as fast as composed the paths of TensorFlow.js are', () => {
    const times = { copy: 1, 'tfjs-cpu': 20, 'tfjs-wasm': 10, 'tfjs-composed-cpu': 4000, 'tfjs-composed-wasm': 85 };
    const timings = Object.entries(times).map(([path, ns]) => makeTiming(path, [ns]));
    const other = makeCase({ foreground: 1 });
    const rows = [
      ...rowsOf(makeCase(), timings),
      ...rowsOf(other, timings),
      ...rowsOf(makeCase({ rows: 7 }), timings.slice(0, 4)),
    ];
    const lines = renderTable(makeReport({ rows })).split('\n');
    const start = lines.findIndex((line) => line.startsWith('times as fast'));
    expect(lines.slice(start, start + 4).map((line) => line.split(/ {2,}/))).toEqual([
      ['times as fast as composed', 'tfjs-cpu', 'tfjs-wasm'],
      ['sigmoid 2x5', '200', '8.50'],
      ['sigmoid 7x5', '200', '–'],
      [''],
    ]);
    expect(renderTable(makeReport({ rows: rowsOf(makeCase(), timings.slice(0, 3)) }))).not.toContain('times as fast');
  });

  test('says how many times as fast as naive the paths of gpu.js are, and how many exponentials they cost', () => {
    const times = { copy: 1, 'gpujs-cpu': 20, 'gpujs-naive-cpu': 4000, 'gpujs-exp-cpu': 10, 'gpujs-webasm': 8 };
    const timings = Object.entries(times).map(([path, ns]) => makeTiming(path, [ns]));
    const lines = renderTable(makeReport({ rows: rowsOf(makeCase(), timings) })).split('\n');
    const naive = lines.findIndex((line) => line.startsWith('times as fast'));
    expect(lines.slice(naive, naive + 5).map((line) => line.split(/ {2,}/))).toEqual([
      ['times as fast as naive', 'gpujs-cpu'],
      ['sigmoid 2x5', '200'],
      [''],
      ['time by that of exp', 'gpujs-cpu'],
      ['sigmoid 2x5', '2.00'],
    ]);
  });

  test('says what was not measured: one reason once, whoever has it', () => {
    const text = renderTable(everything);
    expect(text).toContain('– torch-bce, torch-ce-2 unavailable: no Python with torch\n');
    expect(text).toContain('– core left out, sigmoid 4096x1203: a call takes');
  });

  test('names the machine, and counts what was measured', () => {
    const rows = makeRows([makeCase()]);
    const environment = makeEnvironment({ torch: 'unavailable: no Python' });
    const text = renderTable(makeReport({ environment, rows, growth: rows })).replaceAll('\n  ', ' ');
    expect(text).toContain('Long Name @ 2.10GHz, 2 cores; Node 24.0.0');
    expect(text).toContain('torch unavailable: no Python');
    expect(text).toContain(`\n✓ ${2 * rows.length} measurements`);
  });

  test('of tasks alone has their lines, and no legend of paths', () => {
    const row = { task: 'attach', way: 'attachLoss', size: '10 MB', by: 'a copy', spread: 0.1, rounds: 5 };
    const text = renderTable(makeReport({ tasks: [{ ...row, nanoseconds: 6.1e6, ratio: 2.6 }] }));
    expect(text).toMatch(/^attach 10 MB +time +±% +×first\n {2}attachLoss +6\.10 ms +10 +2\.60\n/);
    expect(text).not.toContain('nanoseconds per logit');
    expect(text.endsWith('\n✓ 1 measurements of tasks\n')).toBe(true);
    expect(text).not.toContain(' ran on ');
    const environment = makeEnvironment({ paths: { 'task attach': { device: 'Mali-G78', software: 'no' } } });
    const onGpu = renderTable(makeReport({ environment, tasks: [{ ...row, nanoseconds: 6.1e6 }] }));
    expect(onGpu).toContain('\ntask attach ran on Mali-G78\n');
    const rows = makeRows([makeCase()]);
    const both = renderTable(makeReport({ rows, tasks: [{ ...row, nanoseconds: 6.1e6 }] })).replaceAll('\n  ', ' ');
    expect(both).toMatch(
      /✓ \d+ measurements, each checked against core before it was timed; 1 measurements of tasks\n$/,
    );
  });

  test('ends with what failed the run', () => {
    const wrong = { path: 'wasm', threads: 1, status: 'wrong', where: 'sigmoid 2x5 1/4', reason: 'far off' } as const;
    const text = renderTable(makeReport({ rows: makeRows([makeCase()]), notes: [wrong] }));
    expect(text.endsWith('✗ FAILED\n  wasm wrong in sigmoid 2x5 1/4: far off\n')).toBe(true);
    expect(text).not.toContain('✓');
  });
});

test.each([
  [0.0834, '0.083'],
  [0.9949, '0.995'],
  [0.996, '1.00'],
  [4.674, '4.67'],
  [19.44, '19.4'],
  [640.4, '640'],
  [undefined, '–'],
])('%d is printed as %s', (value, text) => {
  expect(digits(value)).toBe(text);
});

test('columns are as wide as their widest cell, in characters', () => {
  expect(
    alignColumns([
      ['a', '±', 'b'],
      ['long', '–', '12'],
    ]),
  ).toEqual(['a     ±   b', 'long  –  12']);
});

test('wrapped lines keep their words and a width', () => {
  expect(wrap('one two three four', 9)).toEqual(['one two', '  three', '  four']);
  expect(wrap('averylongword x', 5, '> ')).toEqual(['averylongword', '> x']);
  expect(wrap('  one two three', 9, '    ')).toEqual(['  one two', '    three']);
});
