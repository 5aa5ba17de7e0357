import { describe, expect, test } from 'vitest';
import { hostile } from '../../test/all-statuses.ts';
import type { RunRecord } from '../record.ts';
import { failuresOf, type Status, type TargetReport } from '../results.ts';
import { badgeOf, renderBadge } from './badge.ts';
import { widthOf } from './width.ts';

const report = (
  target: string,
  counts: Partial<Record<Status, number>>,
  about: Partial<TargetReport> = {},
): TargetReport => {
  const results = Object.entries(counts).flatMap(([status, count]) => {
    return Array.from({ length: count }, (_, i) => {
      return { id: `${status}-${i}`, form: 'sigmoid' as const, status: status as Status, clauses: [], reason: 'why' };
    });
  });
  return { target, runtime: 'node', results, ...about };
};
const run = (...reports: readonly TargetReport[]): RunRecord => {
  return { date: '', spec: '1.0', vectors: [], reports, failures: failuresOf(reports) };
};
const unavailable = report('gpu', { unavailable: 9 }, { unavailable: 'no GPU' });
const broken = report('gone', { error: 1 }, { harness: 'your harness is wrong' });

describe('one target', () => {
  test.each<[string, TargetReport, string, string]>([
    ['that passed all', report('a', { pass: 583 }), '✓ 583 of 583', 'pass'],
    ['that was not judged by all', report('a', { pass: 583, unsupported: 16 }), '✓ 583 of 599', 'partial'],
    ['with known failures', report('a', { pass: 580, 'known-failure': 3 }), '~ 580 of 583, 3 known failures', 'known'],
    ['that failed', report('a', { pass: 580, fail: 2, error: 1, unsupported: 9 }), '✗ 3 of 583 failed', 'fail'],
    ['that passed what it should not', report('a', { pass: 5, 'unexpected-pass': 1 }), '✗ 1 unexpected pass', 'fail'],
    ['that is unavailable', unavailable, '– unavailable', 'none'],
    ['that does not start', broken, '✗ does not run', 'fail'],
    ['without any test', report('a', {}), '– not run', 'none'],
    ['that skipped all', report('a', { skipped: 4 }), '– not run', 'none'],
  ])('%s', (_, one, message, state) => {
    expect(badgeOf(run(one), one.target)).toEqual({ label: `EQL conformance: ${one.target}`, message, state });
  });
});

describe('several targets', () => {
  const good = report('good', { pass: 5 });
  test.each<[string, readonly TargetReport[], string, string]>([
    ['that passed all', [good, good], '✓ 2 targets', 'pass'],
    ['of which one cannot do all', [good, report('b', { pass: 4, unsupported: 1 })], '✓ 2 targets', 'partial'],
    ['of which one is unavailable', [good, unavailable], '✓ 1 of 2 targets', 'partial'],
    [
      'with a known failure',
      [good, report('b', { pass: 4, 'known-failure': 1 })],
      '~ 2 targets, 1 known failure',
      'known',
    ],
    ['of which one failed', [good, report('b', { pass: 4, fail: 1 })], '✗ 1 of 2 targets failed', 'fail'],
    ['of which one does not start', [good, broken], '✗ 1 of 2 targets failed', 'fail'],
    ['that are all unavailable', [unavailable, { ...unavailable, target: 'b' }], '– unavailable', 'none'],
    ['none', [], '– not run', 'none'],
  ])('%s', (_, reports, message, state) => {
    expect(badgeOf(run(...reports))).toEqual({ label: 'EQL conformance', message, state });
  });
  test('whose run failed for another reason', () => {
    const record = { ...run(good, unavailable), failures: ['gpu is required but unavailable'] };
    expect(badgeOf(record)).toMatchObject({ message: '✗ failed', state: 'fail' });
    expect(badgeOf(record, 'good').state).toBe('pass');
  });
});

test('of a part of the suite the rest is missing, and seen to be', () => {
  const record = { ...run(report('a', { pass: 150 })), vectors: [{ file: 'v.json', sha256: '', tests: 599 }] };
  expect(badgeOf(record)).toMatchObject({ message: '✓ 150 of 599', state: 'partial' });
  const both = { ...record, reports: [...record.reports, report('b', { pass: 599 })] };
  expect(badgeOf(both)).toMatchObject({ message: '✓ 2 targets', state: 'partial' });
});

test('drawn batches stand beside the vectors, and never for those that were left out', () => {
  const drawn = Array.from({ length: 1000 }, (_, n) => {
    return { id: `fuzz-7-${n + 1}`, form: 'sigmoid' as const, status: 'pass' as const, clauses: [] };
  });
  const withDrawn = (pass: number): RunRecord => {
    const { results } = report('a', { pass });
    const vectors = [{ file: 'v.json', sha256: '', tests: 599 }];
    return { ...run({ target: 'a', runtime: 'node', results: [...results, ...drawn] }), vectors };
  };
  expect(badgeOf(withDrawn(150))).toMatchObject({ message: '✓ 1150 of 1599', state: 'partial' });
  expect(badgeOf(withDrawn(599))).toMatchObject({ message: '✓ 1599 of 1599', state: 'pass' });
});

test('a name stands for all runtimes, or for one', () => {
  const record = run(report('core', { pass: 3 }), report('core', { pass: 2, fail: 1 }, { runtime: 'chromium' }));
  expect(badgeOf(record, 'core').message).toBe('✗ 1 of 2 targets failed');
  expect(badgeOf(record, 'core (chromium)').message).toBe('✗ 1 of 3 failed');
  expect(() => badgeOf(record, 'kore')).toThrow('there is no target "kore" in the report; it has core');
});

describe('the picture', () => {
  const badge = { label: 'EQL conformance', message: '✓ 583 of 599', state: 'partial' } as const;
  const svg = renderBadge(badge);

  test('has its words as a title and for screen readers', () => {
    expect(svg).toContain('<title>EQL conformance: ✓ 583 of 599</title>');
    expect(svg).toContain('role="img" aria-label="EQL conformance: ✓ 583 of 599"');
  });
  test('is as wide as its words need', () => {
    const width = /width="(\d+)" height="20"/.exec(svg)?.[1];
    const left = /<path d="M(\d+) 0h/.exec(svg.replace('M3 0h', ''))?.[1];
    expect(Number(left)).toBe(widthOf(badge.label) + 12);
    expect(Number(width)).toBe(widthOf(badge.label) + widthOf(badge.message) + 24);
    expect(widthOf('m'.repeat(10))).toBeGreaterThan(widthOf('i'.repeat(10)));
    expect(widthOf('漢')).toBe(12);
    expect(widthOf('')).toBe(0);
  });
  test('has another colour for each state', () => {
    const colors = (['pass', 'partial', 'known', 'fail', 'none'] as const).map(
      (state) => /3h-\d+z" fill="(#\w+)"/.exec(renderBadge({ ...badge, state }))?.[1],
    );
    expect(new Set(colors).size).toBe(5);
  });
  test('holds no markup of others, and nothing from elsewhere', () => {
    const odd = renderBadge({ ...badge, label: hostile });
    expect(odd).not.toMatch(/<script|<img|href|@import|\ssrc=[^&]*"/);
    expect(odd).toContain('&#60;script');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has none of them.
    expect(odd).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  });
  test('stays a line, however long a name is', () => {
    const long = badgeOf(run(report('x'.repeat(500), { pass: 1 })), 'x'.repeat(500));
    expect(long.label).toBe(`EQL conformance: ${'x'.repeat(39)}…`);
  });
});
