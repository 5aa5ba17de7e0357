import type { Status, TargetReport } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import { isContinuousIntegration } from '../../../scripts/ci.mjs';
import { verdictOf } from './verdict.ts';

const relaxed = { strict: false };
const strict = { strict: true };

describe('the verdict', () => {
  test('is a pass when every judged test passed', () => {
    expect(verdictOf([reportOf('core', 'pass')], strict)).toEqual([]);
  });

  test.each<Status>(['fail', 'error', 'unexpected-pass'])('is a failure for one %s', (status) => {
    expect(verdictOf([reportOf('core', 'pass', status)], relaxed)).toHaveLength(1);
  });

  test('is a failure when nothing was judged', () => {
    expect(verdictOf([reportOf('core')], relaxed)).not.toEqual([]);
    expect(verdictOf([missing('tfjs-webgpu', 'node')], relaxed)).not.toEqual([]);
  });

  test('lets a machine lack a target, but not in continuous integration', () => {
    const reports = [reportOf('core', 'pass'), missing('tfjs-webgl', 'chromium')];
    expect(verdictOf(reports, relaxed)).toEqual([]);
    expect(verdictOf(reports, strict)).toEqual([
      'tfjs-webgl (chromium) is required but unavailable: no such thing here',
    ]);
  });

  test('requires every page and the software GPU in continuous integration, browser or not', () => {
    const pages = [reportOf('core', 'pass'), missing('core', 'chromium'), missing('gpujs-webgpu', 'node')];
    expect(verdictOf(pages, relaxed)).toEqual([]);
    expect(verdictOf(pages, strict)).toHaveLength(2);
  });

  test.each([
    ['true', true],
    ['1', true],
    ['', false],
    ['0', false],
    ['false', false],
    [undefined, false],
  ])('takes CI=%s for continuous integration: %s', (CI, answer) => {
    expect(isContinuousIntegration({ CI })).toBe(answer);
  });
});

function reportOf(target: string, ...statuses: Status[]): TargetReport {
  const results = statuses.map((status, index) => {
    return { id: `test-${index}`, form: 'sigmoid' as const, status, clauses: ['S2'], reason: 'because' };
  });
  return { target, runtime: 'node', results };
}

function missing(target: string, runtime: 'node' | 'chromium'): TargetReport {
  return { target, runtime, unavailable: 'no such thing here', results: [] };
}
