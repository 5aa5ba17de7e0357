import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCase, makeEnvironment, makeReport, makeRows, makeTiming } from '../test/reports.ts';
import { failuresOf, keyOf, nameOf, type Row, readReport, rowsOf } from './report.ts';

const taskRow = {
  ...{ task: 'attach', way: 'attachLoss', size: '10 MB', by: 'copy' },
  ...{ nanoseconds: 1e7, spread: 0, rounds: 2 },
};

describe('rows of a case', () => {
  // Medians: copy 200, wasm 400, torch-bce 800 and 500 on two threads, torch-eql 1600.
  const timings = [
    makeTiming('copy', [300, 100, 200]),
    makeTiming('wasm', [300, 400, 500], { peakBytes: 77 }),
    makeTiming('wasm', [250, 250], { threads: 2 }),
    makeTiming('torch-bce', [800]),
    makeTiming('torch-bce', [500], { threads: 2 }),
    makeTiming('torch-eql', [1600]),
    makeTiming('torch-ce', [1000]),
    makeTiming('torch-seql', [2000]),
  ];
  const named = (rows: readonly Row[], name: string) => rows.find((row) => nameOf(row) === name);

  test('hold time per logit, spread and ratios of medians', () => {
    const rows = rowsOf(makeCase(), timings);
    expect(rows).toHaveLength(timings.length);
    expect(named(rows, 'wasm')).toEqual({
      ...{ path: 'wasm', form: 'sigmoid', rows: 2, classes: 5, threads: 1, foreground: 0.25, tail: 'scattered' },
      ...{ beta: undefined, nsPerLogit: 40, spread: 0.25, toCopy: 2, toTorch: 0.5, toTorchComposed: 0.25 },
      ...{ peakBytes: 77, distance: 0.5, rounds: 3 },
    });
    expect(named(rows, 'copy')).toMatchObject({ nsPerLogit: 20, toCopy: 1, toTorch: 0.25 });
  });

  test('compare with PyTorch on as many threads, but with one copy', () => {
    const row = named(rowsOf(makeCase(), timings), 'wasm-2');
    expect(row).toMatchObject({ toCopy: 1.25, toTorch: 0.5 });
    expect(row?.toTorchComposed).toBeUndefined();
  });

  test('of the softmax form compare with cross-entropy', () => {
    const rows = rowsOf(makeCase({ form: 'softmax', beta: 'drawn' }), timings);
    expect(named(rows, 'wasm')).toMatchObject({ beta: 'drawn', toTorch: 0.4, toTorchComposed: 0.2 });
  });

  test('of gpu.js compare with what one writes first in the same mode, and with an exponential a logit', () => {
    const gpujs = [
      makeTiming('gpujs-cpu', [600]),
      makeTiming('gpujs-webasm', [900]),
      makeTiming('gpujs-naive-cpu', [2400]),
      makeTiming('gpujs-exp-cpu', [300]),
      makeTiming('gpujs-exp-webasm', [450]),
    ];
    const rows = rowsOf(makeCase(), [...timings, ...gpujs]);
    expect(named(rows, 'gpujs-cpu')).toMatchObject({ toNaive: 0.25, toExp: 2 });
    expect(named(rows, 'gpujs-webasm')).toMatchObject({ toNaive: undefined, toExp: 2 });
    for (const name of ['gpujs-naive-cpu', 'gpujs-exp-cpu', 'wasm', 'copy']) {
      expect(named(rows, name), name).toMatchObject({ toNaive: undefined, toExp: undefined, toComposed: undefined });
    }
  });

  test('of TensorFlow.js compare with the composed loss on the same backend', () => {
    const tfjs = [makeTiming('tfjs-wasm', [100]), makeTiming('tfjs-cpu', [7]), makeTiming('tfjs-composed-wasm', [850])];
    const rows = rowsOf(makeCase(), [...timings, ...tfjs]);
    expect(rows.flatMap(({ path, toComposed }) => (toComposed ? [[path, 1 / toComposed]] : []))).toEqual([
      ['tfjs-wasm', 8.5],
    ]);
  });

  test('without PyTorch have no ratio to it, in JSON no such field', () => {
    const [, wasm] = rowsOf(makeCase(), timings.slice(0, 2));
    expect(Object.keys(JSON.parse(JSON.stringify(wasm)))).not.toContain('toTorch');
  });

  test('without copy are none', () => {
    expect(rowsOf(makeCase(), timings.slice(1))).toEqual([]);
    expect(rowsOf(makeCase(), [])).toEqual([]);
  });

  test('have keys of their own', () => {
    const rows = makeRows([makeCase(), makeCase({ foreground: 1 }), makeCase({ tail: 'contiguous' })]);
    expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
  });
});

describe('a run fails', () => {
  const note = { path: 'wasm', threads: 2, reason: 'because' };
  const rows = makeRows([makeCase()]);

  test('for a path that is wrong or failed, and says where', () => {
    const notes = [
      { ...note, status: 'wrong', where: 'sigmoid 2x5 1/4' } as const,
      { ...note, status: 'failed' } as const,
    ];
    expect(failuresOf(makeReport({ rows, notes }))).toEqual([
      'wasm-2 wrong in sigmoid 2x5 1/4: because',
      'wasm-2 failed: because',
    ]);
  });

  test('not for what this machine lacks or what would take too long', () => {
    const notes = [{ ...note, status: 'unavailable' } as const, { ...note, status: 'left out' } as const];
    expect(failuresOf(makeReport({ rows, notes }))).toEqual([]);
    expect(failuresOf(makeReport({ growth: rows, notes }))).toEqual([]);
  });

  test('not for want of paths where tasks were measured', () => {
    expect(failuresOf(makeReport({ tasks: [taskRow] }))).toEqual([]);
  });

  test('when nothing was measured', () => {
    expect(failuresOf(makeReport())).toEqual(['nothing was measured']);
  });
});

describe('a saved report', () => {
  let folder: string;
  const rows = makeRows([makeCase()]);
  const save = (text: string) => {
    const path = join(folder, 'report.json');
    writeFileSync(path, text);
    return path;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'eqloss-report-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('is read as it was written', () => {
    const notes = [{ path: 'wasm', threads: 1, status: 'unavailable', reason: 'no' } as const];
    const report = makeReport({ rows, notes, tasks: [taskRow] });
    const text = JSON.stringify(report);
    expect(readReport(save(text))).toEqual(JSON.parse(text));
  });

  test('of an older bench may lack growth, tasks and notes', () => {
    const { growth, tasks, notes } = readReport(save(JSON.stringify({ environment: makeEnvironment(), rows })));
    expect([growth, tasks, notes]).toEqual([[], [], []]);
  });

  test('that is not there is named', () => {
    expect(() => readReport(join(folder, 'nothing.json'))).toThrow(/there is no report .*nothing\.json/);
  });

  const environment = makeEnvironment();
  test.each([
    ['', /is no JSON/],
    ['{"environment":', /is no JSON/],
    ['null', /is no report/],
    ['7', /is no report/],
    ['[]', /is no report/],
    ['{}', /is no report/],
    [JSON.stringify({ rows }), /is no report/],
    [JSON.stringify({ environment: null, rows }), /is no report/],
    [JSON.stringify({ environment }), /is no report/],
    [JSON.stringify({ environment, rows: {} }), /is no report/],
    [JSON.stringify({ environment, rows: [null] }), /is no report/],
    [JSON.stringify({ environment, rows: [{ ...rows[0], nsPerLogit: '4' }] }), /is no report/],
    [JSON.stringify({ environment, rows: [{ ...rows[0], toCopy: undefined }] }), /is no report/],
    [JSON.stringify({ environment, rows, growth: [{}] }), /is no report/],
    [JSON.stringify({ environment, rows, growth: 'none' }), /is no report/],
    [JSON.stringify({ environment, rows, notes: {} }), /is no report/],
    [JSON.stringify({ environment, rows, tasks: {} }), /is no report/],
    [JSON.stringify({ environment, rows, tasks: [{ ...taskRow, nanoseconds: '7' }] }), /is no report/],
  ])('is refused as %.60s', (text, message) => {
    expect(() => readReport(save(text))).toThrow(message);
  });
});
