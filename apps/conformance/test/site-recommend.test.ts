// The rule of the recommendation, on evidence made by hand.

import type { Form, Status, TargetReport } from '@eqloss/conformance';
import { describe, expect, test } from 'vitest';
import { type Choice, digits, recommend } from '../site/device/recommend.ts';
import type { Measure } from '../site/device/state.ts';

const shape = { rows: 512, classes: 1203 };

describe('the recommendation', () => {
  test('is the fastest that passed, with its numbers and those of the next', () => {
    const { best } = recommend(evidence({ wasm: [1, 2], 'core-single': [4, 8] }));
    expect(best).toMatchObject({ target: 'wasm', package: '@eqloss/wasm', nsPerLogit: { sigmoid: 1, softmax: 2 } });
    expect(best?.why).toEqual([
      'It passed all 3 tests that it was judged by on this device.',
      'At 512 × 1203 it takes 1.0 ns a logit in the sigmoid form and 2.0 ns in the softmax form, from arrays to arrays: 4.0 times as fast as the next, @eqloss/core (plain JavaScript, single precision).',
    ]);
  });

  test('weighs both forms alike: the geometric mean decides', () => {
    // √(1·9) = 3 against √(2·4) ≈ 2.83 would be within a tenth; √(2·3) ≈ 2.45 is not.
    expect(recommend(evidence({ 'tfjs-wasm': [1, 9], 'ort-web-wasm': [2, 3] })).best?.target).toBe('ort-web-wasm');
  });

  test('prefers what is simpler to use where the difference is no more than a tenth, and says so', () => {
    const { best } = recommend(evidence({ wasm: [1.05, 1.05], 'wasm-threads': [1, 1] }));
    expect(best?.target).toBe('wasm');
    expect(best?.why.at(-1)).toContain('took 5 % less, too little to be sure of');
    expect(recommend(evidence({ wasm: [1.2, 1.2], 'wasm-threads': [1, 1] })).best?.target).toBe('wasm-threads');
  });

  test('or where it lies within the spread of the rounds, but never beyond three tenths', () => {
    expect(recommend(evidence({ wasm: [1.2, 1.2], 'wasm-threads': [1, 1] }, { spread: 0.25 })).best?.target).toBe(
      'wasm',
    );
    const far = recommend(evidence({ wasm: [1.4, 1.4], 'wasm-threads': [1, 1] }, { spread: 0.9 }));
    expect(far.best?.target).toBe('wasm-threads');
  });

  test('claims no difference that lies within the spread, and says when the rounds scatter more than that', () => {
    const near = recommend(evidence({ wasm: [1, 1], core: [1.2, 1.2] }, { spread: 0.25 })).best?.why;
    expect(near).toHaveLength(2);
    expect(near?.[1]).toMatch(/, about as long as the next, @eqloss\/core \(plain JavaScript, double precision\)\.$/);
    const apart = recommend(evidence({ wasm: [1, 1], core: [1.3, 1.3] }, { spread: 0.25 })).best?.why;
    expect(apart?.[1]).toContain(': 1.3 times as fast as the next');
    const wild = recommend(evidence({ wasm: [1, 1], core: [2, 2] }, { spread: 1.72 })).best?.why;
    expect(wild?.[1]).toContain(': 2.0 times as fast as the next');
    expect(wild?.[2]).toBe('The rounds of these two scatter by up to 172 %: measure again before you rely on it.');
  });

  test('says how many passed without being measured, as when measuring was cancelled', () => {
    const given = evidence({ wasm: [1, 1], core: [2, 2], 'wasm-threads': [1, 1], 'tfjs-cpu': [9, 9] });
    const without = (...names: string[]) => given.measures.filter(({ target }) => !names.includes(target));
    const last = (measures: readonly Measure[]) => recommend({ ...given, measures }).best?.why.at(-1);
    expect(last(without('wasm-threads', 'tfjs-cpu'))).toBe('2 more passed, but have no time for this shape.');
    expect(last(without('tfjs-cpu'))).toBe('1 more passed, but has no time for this shape.');
    expect(last(without('core', 'wasm-threads', 'tfjs-cpu'))).toContain('nothing else that passed was measured.');
  });

  test.each<[string, Partial<TargetReport>, string]>([
    ['one failure', { results: results('pass', 'pass', 'fail') }, '1 of 3 tests failed'],
    ['one error', { results: results('pass', 'error') }, '1 of 2 tests failed'],
    ['an unexpected pass', { results: results('pass', 'unexpected-pass') }, '1 of 2 tests failed'],
    ['a known failure', { results: results('pass', 'known-failure') }, 'it has known failures on this device'],
    ['nothing judged', { results: results('unsupported') }, 'nothing of it was judged'],
    ['a wrong harness', { harness: 'your harness is wrong: no' }, 'your harness is wrong: no'],
    ['no device', { unavailable: 'no GPU', results: [] }, 'not available on this device: no GPU'],
    ['a software GPU', { environment: { device: 'google swiftshader' } }, 'it runs on a software GPU here'],
  ])('is never a target with %s, however fast', (_, change, reason) => {
    const given = evidence({ wasm: [1, 1], core: [50, 50] });
    const reports = given.reports.map((report) => (report.target === 'wasm' ? { ...report, ...change } : report));
    const { best, excluded } = recommend({ ...given, reports });
    expect(best?.target).toBe('core');
    expect(excluded).toEqual([{ target: 'wasm', reason: expect.stringContaining(reason) }]);
  });

  test('is never a target whose measurement was wrong or failed', () => {
    const given = evidence({ wasm: [1, 1], core: [50, 50] });
    const failed: Measure = { target: 'wasm', form: 'softmax', ...shape, failed: 'no answer within 30 s' };
    const measures = [...given.measures.filter(({ target, form }) => target !== 'wasm' || form !== 'softmax'), failed];
    const { best, excluded } = recommend({ ...given, measures });
    expect(best?.target).toBe('core');
    expect(excluded[0].reason).toBe('it could not be measured (softmax): no answer within 30 s');
  });

  test('without any measurement is the simplest that passed, and says that nothing was measured', () => {
    const { best } = recommend({ ...evidence({ 'tfjs-webgpu': [1, 1], core: [9, 9] }), measures: [] });
    expect(best).toMatchObject({ target: 'core', nsPerLogit: {} });
    expect(best?.why[1]).toMatch(/^Nothing was measured for 512 × 1203/);
  });

  test('looks at measurements of the chosen shape only', () => {
    const given = evidence({ wasm: [9, 9], core: [1, 1] });
    const { best } = recommend({ ...given, shape: { rows: 32, classes: 10 } });
    expect(best).toMatchObject({ target: 'wasm', nsPerLogit: {} });
    const other = recommend({ ...given, shape: { ...shape, classes: 10 } });
    expect(other.best).toMatchObject({ target: 'wasm', nsPerLogit: {} });
  });

  test('compares nothing that has the time of one form only', () => {
    const given = evidence({ wasm: [1, 1], core: [9, 9] });
    const measures = given.measures.filter(({ target, form }) => target !== 'wasm' || form !== 'softmax');
    const { best } = recommend({ ...given, measures });
    expect(best?.target).toBe('core');
    expect(best?.why.at(-1)).toMatch(/nothing else that passed was measured\.$/);
  });

  test.each([
    [0.0456, '0.046'],
    [1, '1.0'],
    [12.34, '12.3'],
    [1234.5, '1235'],
  ])('writes %d as %s', (value, words) => {
    expect(digits(value)).toBe(words);
  });

  test('names the best of every other stack with its ratio, or why there is none', () => {
    const given = evidence({ wasm: [1, 1], 'tfjs-cpu': [30, 30], 'tfjs-wasm': [2, 2], 'gpujs-webgl2': [3, 3] });
    const reports = given.reports.map((report) => {
      return report.target === 'gpujs-webgl2' ? { ...report, results: results('fail') } : report;
    });
    const { others } = recommend({ ...given, reports });
    expect(others).toEqual([
      expect.objectContaining({ stack: 'TensorFlow.js', target: 'tfjs-wasm' }),
      { stack: 'gpu.js', none: 'gpujs-webgl2: 1 of 1 tests failed' },
    ]);
    expect((others[0] as Choice).why[1]).toMatch(/2\.0 times as long as the recommended one\.$/);
  });

  test('is nothing when nothing passed', () => {
    const given = evidence({ core: [1, 1] });
    const reports = given.reports.map((report) => ({ ...report, results: results('fail') }));
    expect(recommend({ ...given, reports })).toEqual({
      others: [{ stack: 'no framework', none: 'core: 1 of 1 tests failed' }],
      excluded: [{ target: 'core', reason: '1 of 1 tests failed' }],
    });
    expect(recommend({ ...given, reports: [] })).toEqual({ others: [], excluded: [] });
  });

  test('says when only the quick part was run', () => {
    const { best } = recommend({ ...evidence({ core: [1, 1] }), partial: true });
    expect(best?.why[0]).toBe('It passed all 3 tests of the quick run that it was judged by on this device.');
  });
});

/** Reports of three passes each, and times of the sigmoid and the softmax form. */
function evidence(times: Readonly<Record<string, readonly [number, number]>>, { spread = 0.02 } = {}) {
  const names = Object.keys(times);
  const reports = names.map((target): TargetReport => {
    return { target, runtime: 'chromium', environment: {}, results: results('pass', 'pass', 'pass', 'unsupported') };
  });
  const measures = names.flatMap((target) =>
    (['sigmoid', 'softmax'] as const).map((form: Form, k): Measure => {
      return { target, form, ...shape, nsPerLogit: times[target][k], spread, rounds: 9 };
    }),
  );
  return { reports, measures, shape, partial: false };
}

function results(...statuses: Status[]): TargetReport['results'] {
  return statuses.map((status, k) => ({ id: `test-${k}`, form: 'sigmoid', status, clauses: ['S2'] }));
}
