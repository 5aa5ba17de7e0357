import { describe, expect, test } from 'vitest';
import { makeCase, makeEnvironment, makeReport, makeTiming } from '../test/reports.ts';
import { compareRows, renderComparison } from './compare.ts';
import { type Row, rowsOf } from './report.ts';

// Ten logits. The old machine copies in 100 ns and the new one in 200.
const old = rowsOf(makeCase(), [makeTiming('copy', [100]), makeTiming('wasm', [400]), makeTiming('core', [900])]);
const now = rowsOf(makeCase(), [makeTiming('copy', [200]), makeTiming('wasm', [600]), makeTiming('ort-cpu', [500])]);
const find = (changes: ReturnType<typeof compareRows>, path: string) => changes.find(({ row }) => row.path === path);

describe('two reports', () => {
  test('are compared new by old, and with the speed of the machine taken out', () => {
    const changes = compareRows(makeReport({ rows: old }), makeReport({ rows: now }));
    expect(changes.map(({ row }) => row.path)).toEqual(['copy', 'wasm']);
    expect(find(changes, 'wasm')).toMatchObject({ old: 40, new: 60, ratio: 1.5, ratioToCopy: 0.75 });
    expect(find(changes, 'copy')).toMatchObject({ old: 10, new: 20, ratio: 2, ratioToCopy: 1 });
  });

  test.each([
    ['form', { form: 'softmax' }],
    ['shape', { rows: 3 }],
    ['foreground', { foreground: 1 }],
    ['tail', { tail: 'contiguous' }],
    ['beta', { beta: 'drawn' }],
    ['threads', { threads: 2 }],
  ] as [string, Partial<Row>][])('have nothing in common when the %s differs', (_, other) => {
    const rows = now.map((row) => ({ ...row, ...other }));
    expect(compareRows(makeReport({ rows: old }), makeReport({ rows }))).toEqual([]);
  });

  test('also share what they have about growth', () => {
    const changes = compareRows(makeReport({ growth: old }), makeReport({ growth: now }));
    expect(changes).toHaveLength(2);
  });

  test('are printed with the counts of what only one of them has', () => {
    const lines = renderComparison(makeReport({ rows: old }), makeReport({ rows: now })).split('\n');
    expect(lines[0]).toBe('compared with the report of 2026-01-02T03:04:05.678Z');
    expect(lines[1].split(/ {2,}/)).toEqual(['path', 'case', 'old', 'new', 'ratio', 'by copy']);
    expect(lines[3].split(/ {2,}/)).toEqual(['wasm', 'sigmoid 2x5 1/4', '40.0', '60.0', '1.50', '0.75']);
    expect(lines[4]).toBe('2 in both, 1 only old, 1 only new');
  });

  test('of different machines say so', () => {
    const environment = makeEnvironment({
      node: '26.1.0',
      torch: 'unavailable: no Python',
      paths: { 'ort-cpu': { engine: 'onnxruntime-node 1.31' }, wasm: { backend: 'simd' } },
    });
    const before = makeEnvironment({
      paths: { 'ort-cpu': { engine: 'onnxruntime-node 1.30' }, wasm: { backend: 'simd' }, core: {} },
    });
    const text = renderComparison(
      makeReport({ environment: before, rows: old }),
      makeReport({ environment, rows: now }),
    );
    expect(text).toContain('the environments differ');
    expect(text).toContain('  node: 24.0.0 / 26.1.0\n');
    expect(text).toContain('  torch: 1.13.0 / unavailable: no Python\n');
    expect(text).toContain('  ort-cpu: onnxruntime-node 1.30 / onnxruntime-node 1.31\n');
    expect(text).not.toMatch(/cpu: A Processor|wasm: simd/);
  });

  test('also tell what became of the ratios to the composed loss', () => {
    const rows = (own: number) =>
      rowsOf(makeCase(), [
        makeTiming('copy', [1]),
        makeTiming('tfjs-wasm', [own]),
        makeTiming('tfjs-composed-wasm', [80]),
      ]);
    const text = renderComparison(makeReport({ rows: rows(20) }), makeReport({ rows: rows(10) }));
    const lines = text.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).toContainEqual(['times as fast as composed', 'case', 'old', 'new']);
    expect(lines).toContainEqual(['tfjs-wasm', 'sigmoid 2x5 1/4', '4.00', '8.00']);
    expect(renderComparison(makeReport({ rows: old }), makeReport({ rows: now }))).not.toContain('times as fast');
  });

  test('also tell what became of the ratios of gpu.js, each in its own table', () => {
    const times = (own: number) => ({ copy: 1, 'gpujs-cpu': own, 'gpujs-naive-cpu': 400, 'gpujs-exp-cpu': 10 });
    const rows = (own: number) =>
      rowsOf(
        makeCase(),
        Object.entries(times(own)).map(([path, ns]) => makeTiming(path, [ns])),
      );
    const text = renderComparison(makeReport({ rows: rows(40) }), makeReport({ rows: rows(20) }));
    const lines = text.split('\n').map((line) => line.split(/ {2,}/));
    const naive = lines.findIndex(([first]) => first === 'times as fast as naive');
    expect(lines.slice(naive, naive + 4)).toEqual([
      ['times as fast as naive', 'case', 'old', 'new'],
      ['gpujs-cpu', 'sigmoid 2x5 1/4', '10.0', '20.0'],
      ['time by that of exp', 'case', 'old', 'new'],
      ['gpujs-cpu', 'sigmoid 2x5 1/4', '4.00', '2.00'],
    ]);
  });

  test('of one machine say nothing about it', () => {
    expect(renderComparison(makeReport({ rows: old }), makeReport({ rows: now }))).not.toContain('differ');
  });
});
