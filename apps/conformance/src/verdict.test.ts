import type { Status, TargetReport } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import { verdictOf } from './verdict.ts';

const relaxed = { strict: false, browser: true };
const strict = { strict: true, browser: true };

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

  test('requires no page and no software GPU where there is no browser to bring them', () => {
    const strictAlone = { strict: true, browser: false };
    const pages = [reportOf('core', 'pass'), missing('core', 'chromium'), missing('gpujs-webgpu', 'node')];
    expect(verdictOf(pages, strictAlone)).toEqual([]);
    expect(verdictOf([...pages, missing('tfjs-wasm', 'node')], strictAlone)).toHaveLength(1);
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
