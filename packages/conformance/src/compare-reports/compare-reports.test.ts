import { beforeAll, describe, expect, test } from 'vitest';
import { runEverything } from '../../test/all-statuses.ts';
import { renderNdjson } from '../ndjson.ts';
import { readReport } from '../read-report.ts';
import type { RunRecord } from '../record.ts';
import type { Status, TargetReport, TestResult } from '../results.ts';
import { compareReports } from './compare-reports.ts';
import { renderComparison } from './render-comparison.ts';

const result = (id: string, status: Status, ratio?: number, clauses = ['S1']): TestResult => {
  const reason = status === 'pass' ? undefined : `it is ${status}`;
  return { id, form: 'sigmoid', status, clauses, ...(reason && { reason }), ...(ratio !== undefined && { ratio }) };
};
const report = (results: readonly TestResult[], about: Partial<TargetReport> = {}): TargetReport => {
  return { target: 'mine', runtime: 'node', results, ...about };
};
const run = (...reports: readonly TargetReport[]): RunRecord => {
  return { date: '2026-01-01T00:00:00.000Z', spec: '1.0', vectors: [], reports, failures: [] };
};
const compareResults = (a: readonly TestResult[], b: readonly TestResult[]) =>
  compareReports(run(report(a)), run(report(b)));

test('a report is no different from itself, nor from what was read back', async () => {
  const record = await runEverything();
  const read = readReport(renderNdjson(record), 'a');
  for (const other of [record, read]) {
    const { common, passed, ...lists } = compareReports(record, other);
    expect(passed).toBe(true);
    expect(common).toBe(record.reports.reduce((sum, { results }) => sum + results.length, 0));
    for (const [name, list] of Object.entries(lists)) expect(list, name).toEqual([]);
  }
});

test.each<[Status | undefined, Status | undefined, string]>([
  ['pass', 'fail', 'regressions'],
  ['pass', 'error', 'regressions'],
  ['pass', 'unsupported', 'regressions'],
  ['pass', 'unavailable', 'regressions'],
  ['pass', 'skipped', 'regressions'],
  ['pass', 'known-failure', 'regressions'],
  ['unexpected-pass', 'known-failure', 'regressions'],
  ['unsupported', 'fail', 'regressions'],
  ['known-failure', 'fail', 'regressions'],
  [undefined, 'error', 'regressions'],
  ['fail', 'pass', 'fixes'],
  ['known-failure', 'unexpected-pass', 'fixes'],
  ['unavailable', 'pass', 'fixes'],
  ['fail', 'error', 'changes'],
  ['fail', 'known-failure', 'changes'],
  ['fail', 'unsupported', 'changes'],
  ['pass', 'unexpected-pass', 'changes'],
  ['skipped', 'unsupported', 'changes'],
  [undefined, 'pass', 'newTests'],
  [undefined, 'skipped', 'newTests'],
  ['pass', undefined, 'removedTests'],
  ['fail', undefined, 'removedTests'],
])('from %s to %s is among the %s', (from, to, where) => {
  const steady = result('steady', 'pass', 0);
  const before = from ? [result('x', from), steady] : [steady];
  const after = to ? [steady, result('x', to)] : [steady];
  const comparison = compareResults(before, after);
  const found = (['regressions', 'fixes', 'changes', 'newTests', 'removedTests'] as const).filter((list) => {
    return comparison[list].length > 0;
  });
  expect(found).toEqual([where]);
  expect(comparison[found[0]]).toEqual([expect.objectContaining({ target: 'mine', id: 'x', clauses: ['S1'] })]);
  expect(comparison.passed).toBe(where !== 'regressions');
});

describe('targets', () => {
  const one = report([result('x', 'pass')], { target: 'one' });
  const two = report([result('x', 'pass'), result('y', 'pass')], { target: 'two' });

  test('that are new or gone are told with their tests, and are no regression', () => {
    const comparison = compareReports(run(one, two), run(two, { ...one, runtime: 'chromium' }));
    expect(comparison.newTargets).toEqual([{ target: 'one', runtime: 'chromium', tests: 1 }]);
    expect(comparison.removedTargets).toEqual([{ target: 'one', runtime: 'node', tests: 1 }]);
    expect(comparison).toMatchObject({ passed: true, common: 2, newTests: [], removedTests: [] });
  });
  test('that are new and fail are a regression', () => {
    const failing = report([result('x', 'fail')], { target: 'new' });
    expect(compareReports(run(one), run(one, failing)).passed).toBe(false);
  });
  test('of which the reports have none in common prove nothing', () => {
    const comparison = compareReports(run(one), run(two));
    expect(comparison).toMatchObject({ passed: false, common: 0, regressions: [] });
    expect(renderComparison(comparison)).toContain('✗ NOTHING TO COMPARE');
  });
});

describe('ratios', () => {
  test('that grew come before those that shrank, with their clauses', () => {
    const before = [result('x', 'pass', 0.1, ['S1']), result('y', 'pass', 0.8, ['S2'])];
    const after = [result('x', 'pass', 0.5, ['S1']), result('y', 'pass', 0.2, ['S2'])];
    expect(compareResults(before, after).drifts).toEqual([
      { target: 'mine', runtime: 'node', clause: 'S1', from: 0.1, to: 0.5 },
      { target: 'mine', runtime: 'node', clause: 'S2', from: 0.8, to: 0.2 },
    ]);
    expect(compareResults([before[0]], [after[0]]).drifts[0]).toEqual({
      target: 'mine',
      runtime: 'node',
      from: 0.1,
      to: 0.5,
    });
  });
  test.each([
    ['twice as large', 0.25, 0.5, 0],
    ['a little more than twice as large', 0.25, 0.51, 2],
    ['less than half', 0.51, 0.25, 2],
    ['as good as exact in both', 0, 0.009, 0],
    ['from exact to near', 0, 0.1, 2],
  ])('%s: from %d to %d is told %d times', (_, from, to, times) => {
    expect(compareResults([result('x', 'pass', from)], [result('x', 'pass', to)]).drifts).toHaveLength(times);
  });
  test('count where both passed the same tests', () => {
    const before = [result('x', 'fail', 9), result('y', 'pass', 0.1)];
    const after = [result('x', 'pass', 0.9), result('y', 'pass', 0.1), result('z', 'pass', 1)];
    expect(compareResults(before, after).drifts).toEqual([]);
  });
});

describe('surroundings', () => {
  test('are told fact by fact', () => {
    const claims = {
      forms: ['sigmoid'],
      dtypes: ['float32'],
      outputs: ['loss'],
      reductions: ['sum'],
      features: [],
    } as const;
    const a = run(
      report([result('x', 'pass')], { version: '1', environment: { engine: 'e 1', gone: 'g' }, supports: claims }),
    );
    const b = run(
      report([result('x', 'pass')], {
        version: '2',
        environment: { engine: 'e 2' },
        supports: { ...claims, features: ['release'] },
      }),
    );
    expect(compareReports({ ...a, host: { runtime: 'Node 20' } }, { ...b, spec: '1.1' }).environments).toEqual([
      { fact: 'spec', from: '1.0', to: '1.1' },
      { fact: 'host.runtime', from: 'Node 20' },
      { target: 'mine', runtime: 'node', fact: 'version', from: '1', to: '2' },
      { target: 'mine', runtime: 'node', fact: 'environment.engine', from: 'e 1', to: 'e 2' },
      { target: 'mine', runtime: 'node', fact: 'environment.gone', from: 'g' },
      { target: 'mine', runtime: 'node', fact: 'supports.features', from: '', to: 'release' },
    ]);
  });
  test('of a target that did not run are only why', () => {
    const a = run(report([result('x', 'pass')], { version: '1', environment: { engine: 'e' } }));
    const b = run(report([result('x', 'unavailable')], { unavailable: 'no GPU' }));
    expect(compareReports(a, b).environments).toEqual([
      { target: 'mine', runtime: 'node', fact: 'unavailable', to: 'no GPU' },
    ]);
  });
  test('vector files by name and bytes', () => {
    const source = (file: string, digit: string, tests: number) => ({ file, sha256: digit.repeat(64), tests });
    const a = { ...run(), vectors: [source('a', '1', 3), source('b', '2', 4), source('c', '3', 5)] };
    const b = { ...run(), vectors: [source('a', '1', 3), source('b', '9', 4), source('d', '4', 6)] };
    expect(compareReports(a, b).vectors).toEqual([
      { file: 'b', from: 4, to: 4 },
      { file: 'c', from: 5 },
      { file: 'd', to: 6 },
    ]);
  });
});

describe('the terminal', () => {
  let output: string;

  beforeAll(() => {
    const many = (status: Status) => Array.from({ length: 30 }, (_, i) => result(`test-${i}`, status));
    const a = [
      ...many('pass'),
      result('was-fine', 'pass', 0.1),
      result('was-broken', 'fail', 7),
      result('gone', 'pass'),
    ];
    const b = [
      ...many('unsupported'),
      result('was-fine', 'fail', 123456),
      result('was-broken', 'pass', 0.5),
      { ...result('new', 'skipped'), reason: `\u001b[31m ${'long '.repeat(100)}\u202E` },
    ];
    output = renderComparison(
      compareReports(
        { ...run(report(a, { version: '1' })), host: { runtime: 'x'.repeat(70) } },
        run(report(b, { version: '2' })),
      ),
    );
  });

  test('has regressions first and the verdict last', () => {
    const order = [
      '✗ worse: 31',
      '✓ better: 1',
      '+ new tests: 1',
      '- tests that are gone: 1',
      '~ environment',
      '✗ WORSE',
    ];
    const places = order.map((words) => output.indexOf(words));
    expect(
      places.every((place) => place >= 0),
      output,
    ).toBe(true);
    expect([...places].sort((one, other) => one - other)).toEqual(places);
    expect(output.trimEnd().split('\n').at(-1)).toBe('✗ WORSE  31 regressions, 1 fix');
  });
  test('says once what many tests share, and the others with their ratios', () => {
    expect(output).toContain('    30 tests (test-0, …): pass → unsupported: it is unsupported\n');
    expect(output).toContain('    was-fine: pass → fail, ratio 0.1 → 1e5: it is fail\n');
    expect(output).toContain('    was-broken: fail → pass, ratio 7 → 0.5\n');
    expect(output).toContain('version: 1 → 2 (mine)');
  });
  test('fits into 80 columns, and no text steers it', () => {
    for (const line of output.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(output).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
  });
  test('has colour only when asked, and says the same', () => {
    const comparison = compareResults([result('x', 'pass')], [result('x', 'fail')]);
    expect(renderComparison(comparison, { color: true })).toContain('\u001b[31m✗ worse: 1');
    expect(renderComparison(comparison)).not.toContain('\u001b');
  });
});
