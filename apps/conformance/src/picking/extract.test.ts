import type { RunRecord, TargetReport, TestResult } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import type { Report as BenchReport, Row } from '../../../bench/src/report.ts';
import { selectRuns } from '../targets.ts';
import { extractPicking } from './extract.ts';
import { packages } from './packages.ts';
import { renderPicking } from './page.ts';

const sizes = new Map(packages.map(({ name }) => [name, { minified: 20_000, gzip: 7_000 }]));
const result = (id: string, status: TestResult['status'], rest: Partial<TestResult> = {}): TestResult => {
  return { id, form: 'sigmoid', status, clauses: [], ...rest };
};
const results = [
  result('a', 'pass', { ratio: 0.123 }),
  result('b', 'pass', { ratio: 0.5 }),
  result('c', 'pass', { ratio: 0.111 }),
  result('d', 'unsupported', { reason: 'needs float64, release' }),
  result('e', 'unsupported', { reason: 'needs float64' }),
];
const supports = {
  forms: ['sigmoid'],
  dtypes: ['float32'],
  outputs: ['loss'],
  reductions: ['sum'],
  features: ['index-labels'],
} as const;
const report = (target: string, rest: Partial<TargetReport> = {}): TargetReport => {
  const environment = { engine: 'e 1', vulkanDriver: '/usr/share/driver.json' };
  return { target, runtime: 'node', environment, supports, results, ...rest };
};
const run = (...reports: readonly TargetReport[]): RunRecord => {
  const vectors = [{ file: 'a.json', sha256: '', tests: 5 }];
  return { date: '2026-01-02T00:00:00.000Z', spec: '1.0', vectors, reports, failures: [] };
};
const row = (path: string, form: Row['form'], nsPerLogit: number, rest: Partial<Row> = {}): Row => {
  const shape = { rows: 512, classes: 1203, threads: 1, foreground: 0.25, tail: 'scattered' } as const;
  return { path, form, ...shape, nsPerLogit, spread: 0, toCopy: nsPerLogit / 2, distance: 0, rounds: 5, ...rest };
};
const bench = (...rows: readonly Row[]): BenchReport => {
  const environment = { date: '2026-01-03T00:00:00.000Z', cpu: 'a CPU', cores: 2, os: 'linux', node: '24.0.0' };
  return { environment: environment as BenchReport['environment'], rows, growth: [], tasks: [], notes: [] };
};
const wanted = (...names: readonly string[]) => selectRuns(names).filter(({ runtime }) => runtime === 'node');

test('a target has its ratios, what it misses, and no path of the machine', () => {
  const { targets, tests } = extractPicking(run(report('core')), bench(), sizes, wanted('core'));
  expect(tests).toBe(5);
  expect(targets).toEqual([
    {
      target: 'core',
      runtime: 'node',
      package: '@eqloss/core',
      backend: 'double',
      environment: { engine: 'e 1' },
      supports,
      passed: 3,
      knownFailures: 0,
      ratio: { worst: 0.5, median: 0.12 },
      missing: { float64: 2, release: 1 },
    },
  ]);
});

test('batches that were drawn beside the vectors are not counted among them', () => {
  const drawn = { ...results[0], id: 'fuzz-1-1', status: 'pass', ratio: 0.9 } as const;
  const [target] = extractPicking(
    run(report('core', { results: [...results, drawn] })),
    bench(),
    sizes,
    wanted('core'),
  ).targets;
  expect(target).toMatchObject({ passed: 3, ratio: { worst: 0.5 } });
});

test('speed is by form, by the copy and by plain TypeScript, in the first layout of 512 x 1203 only', () => {
  const rows = [
    row('wasm', 'sigmoid', 1),
    row('wasm', 'sigmoid', 0.6, { threads: 2 }),
    row('wasm', 'sigmoid', 99, { foreground: 1 }),
    row('wasm', 'softmax', 99, { beta: 'drawn' }),
    row('wasm', 'softmax', 3, { beta: 'fixed' }),
    row('wasm', 'softmax', 99, { rows: 4096 }),
    row('typescript-naive', 'sigmoid', 12.34),
    row('typescript-naive', 'softmax', 12),
  ];
  const { targets } = extractPicking(
    run(report('wasm'), report('wasm-threads')),
    bench(...rows),
    sizes,
    wanted('wasm', 'wasm-threads'),
  );
  expect(targets[0].speed).toEqual({
    sigmoid: { threads: 1, toCopy: 0.5, timesNaive: 12 },
    softmax: { threads: 1, toCopy: 1.5, timesNaive: 4 },
  });
  expect(targets[1].speed).toEqual({ sigmoid: { threads: 2, toCopy: 0.3, timesNaive: 21 } });
});

describe('nothing is made of', () => {
  test.each<[string, RunRecord, string]>([
    [
      'a run that failed',
      { ...run(report('core')), failures: ['core: 1 failed'] },
      'the conformance run failed: core: 1 failed',
    ],
    ['a part of the suite', run(report('core', { filter: 'S1' })), 'was filtered'],
    ['a part of the targets', run(), 'has no core: run all targets'],
  ])('%s', (_, record, words) => {
    expect(() => extractPicking(record, bench(), sizes, wanted('core'))).toThrow(words);
  });
  test('a package without a size', () => {
    expect(() => extractPicking(run(report('core')), bench(), new Map(), wanted('core'))).toThrow(
      'size of @eqloss/core',
    );
  });
});

describe('the page', () => {
  const unavailable = report('tfjs-webgpu', {
    unavailable: 'no | GPU',
    environment: undefined,
    supports: undefined,
    results: [],
  });
  const record = run(
    report('core', { supports: { ...supports, dtypes: ['float64'] } }),
    report('core-single'),
    unavailable,
  );
  const page = renderPicking(
    extractPicking(
      record,
      bench(row('core', 'sigmoid', 4), row('typescript-naive', 'sigmoid', 8)),
      sizes,
      wanted('core', 'core-single', 'tfjs-webgpu'),
    ),
  );
  const line = (start: string) => page.split('\n').find((each) => each.startsWith(start)) ?? '';

  test('says what all targets of a package take, what some do, and what none does', () => {
    expect(line('| class labels')).toMatch(/^\| class labels \| ✓ \| – \|/);
    expect(line('| double precision')).toContain('| `core` |');
    expect(line('| softmax form')).toMatch(/^\| softmax form \| – \|/);
  });
  test('has ratios, speeds and sizes', () => {
    expect(line('| worst ratio')).toMatch(/^\| worst ratio \| 0\.5 \| – \|/);
    expect(line('| time by copy')).toMatch(/\| 2, – \| – \|/);
    expect(line('| `core` |')).toBe('| `core` | Node | e 1 | 3 of 5 | 0.5 | 0.12 | 2, – | 2, – |');
    expect(line('| size, gzip')).toContain('7.0 kB (20.0 kB)');
  });
  test('names what is missing and what could not run', () => {
    expect(line('- double')).toBe('- double precision (2 tests), a handle to release (1 test): core, core-single');
    expect(line('- everything')).toBe('- everything: it could not run here: tfjs-webgpu');
    expect(line('| `tfjs-webgpu`')).toContain('unavailable: no \\| GPU');
    expect(line('| backends in Node')).toContain('| webgpu (not on this machine) |');
  });
});
