import { expect, test } from 'vitest';
import { answer, fakeTarget, spoil, suite, supports } from '../test/fakes.ts';
import { checkKnownFailures } from './known-failures.ts';
import { openTarget } from './life.ts';
import { runTarget, unavailableReport } from './open.ts';
import { countStatuses, failuresOf, type TestResult } from './results.ts';
import { type RunOptions, runSuite } from './run.ts';
import type { Target } from './target.ts';
import { Unavailable } from './unavailable.ts';

const byId = (results: readonly TestResult[], id: string) => {
  const result = results.find((candidate) => candidate.id === id);
  if (!result) throw new Error(`no result for ${id}`);
  return result;
};

test('an honest target passes everything', async () => {
  const report = await runSuite(fakeTarget(), suite);
  expect(countStatuses(report.results)).toEqual({ pass: 4 });
  expect(failuresOf([report])).toEqual([]);
  expect(byId(report.results, 'mean-two-rows').clauses).toEqual(['S2', 'S3', 'R1']);
});

test('three times the tolerance is a failure with that ratio', async () => {
  const off = spoil((outputs) => ({
    ...outputs,
    gradient: Float64Array.from(outputs.gradient ?? [], (g) => g + 3e-12),
  }));
  const report = await runSuite(fakeTarget(off), suite);
  const result = byId(report.results, 'sum-one-row');
  expect(result.status).toBe('fail');
  expect(result.ratio).toBeGreaterThan(2.99);
  expect(result.ratio).toBeLessThan(3.01);
  expect(result.worst?.[0]).toMatchObject({ output: 'gradient', expected: 0.5, expectedBits: '3fe0000000000000' });
  expect(failuresOf([report])).toEqual(['fake: 3 failed']);
});

test('a loss for reduction none is a failure: there is none', async () => {
  const report = await runSuite(fakeTarget(spoil((outputs) => ({ loss: 1, ...outputs }))), suite);
  expect(byId(report.results, 'none-background').reason).toContain('loss came');
});

test('an expected error passes with that code only', async () => {
  const wrong = await runSuite(
    fakeTarget(() => ({ error: 'RANK', message: 'odd' })),
    suite,
  );
  expect(byId(wrong.results, 'label-too-large')).toMatchObject({
    status: 'fail',
    reason: 'refused with RANK ("odd"), but LABEL_RANGE is expected',
  });
  expect(byId(wrong.results, 'sum-one-row').reason).toContain('outputs are expected');
  const clamped = await runSuite(
    fakeTarget(() => ({ outputs: {} })),
    suite,
    { filter: 'LABEL_RANGE' },
  );
  expect(clamped.results[0].reason).toBe('gave outputs, but LABEL_RANGE is expected');
});

test('a late answer is an error and never counts for the next test', async () => {
  let aborted = false;
  const report = await runSuite(
    fakeTarget((test, signal) => {
      if (test.id !== 'sum-one-row') return answer(test);
      signal?.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise((resolve) => setTimeout(() => resolve({ error: 'LATE' }), 80));
    }),
    suite,
    { timeout: 30 },
  );
  expect(byId(report.results, 'sum-one-row')).toMatchObject({ status: 'error', reason: 'no answer within 0.03 s' });
  expect(countStatuses(report.results)).toEqual({ error: 1, pass: 3 });
  expect(aborted).toBe(true);
});

test('what a target does not claim is unsupported with the missing words', async () => {
  const narrow = { ...supports, features: [], reductions: ['sum'] as const, dtypes: ['float32'] as const };
  const report = await runSuite(fakeTarget(answer, { supports: { ...narrow, features: ['index-labels'] } }), suite);
  expect(byId(report.results, 'none-background').reason).toBe('needs reduction none, background');
  expect(byId(report.results, 'sum-one-row')).toMatchObject({ status: 'pass', dtype: 'float32' });
});

test('a target without a fitting output is unsupported, not passed by comparing nothing', async () => {
  const report = await runSuite(fakeTarget(answer, { supports: { ...supports, outputs: ['loss'] } }), suite);
  expect(byId(report.results, 'none-background')).toMatchObject({ status: 'unsupported' });
  expect(byId(report.results, 'sum-one-row').status).toBe('pass');
});

test('outputs that a target does not offer are not compared', async () => {
  const run = spoil(({ loss, rowLosses }) => ({ loss, rowLosses }));
  const report = await runSuite(fakeTarget(run, { supports: { ...supports, outputs: ['loss', 'rowLosses'] } }), suite);
  expect(countStatuses(report.results)).toEqual({ pass: 4 });
});

test('a failed smoke test says that the harness is wrong, and nothing else is judged', async () => {
  const asked: string[] = [];
  const target = fakeTarget(answer, {
    run: async (test) => {
      asked.push(test.id);
      return { outputs: { loss: 0, rowLosses: [0], gradient: [0] } };
    },
  });
  const report = await runSuite(target, suite);
  expect(asked).toEqual(['smoke-sigmoid']);
  expect(report.harness).toContain('your harness is wrong');
  expect(report.results).toHaveLength(1);
  expect(failuresOf([report])).toEqual([`fake: ${report.harness}`]);
});

const limit = { target: 'fake', reason: 'no doubles', link: 'https://example.org/1', clause: 'N4' };

test('a known failure does not fail the run, and keeps its reason, clause and link', async () => {
  const off = spoil((outputs) => ({ ...outputs, gradient: Float64Array.from(outputs.gradient ?? [], (g) => g + 1) }));
  const report = await runSuite(fakeTarget(off), suite, { knownFailures: [{ ...limit, id: '*' }], filter: 'plain' });
  expect(countStatuses(report.results)).toEqual({ 'known-failure': 2 });
  expect(report.results[0]).toMatchObject({
    link: limit.link,
    reason: expect.stringContaining('no doubles (N4); seen: '),
  });
  expect(failuresOf([report])).toEqual([]);
});

test('an unexpected pass fails the run', async () => {
  const knownFailures = [
    { ...limit, id: 'sum-*' },
    { ...limit, id: 'mean-two-rows', runtime: 'chromium' as const },
  ];
  const report = await runSuite(fakeTarget(), suite, { knownFailures });
  expect(byId(report.results, 'sum-one-row').status).toBe('unexpected-pass');
  expect(byId(report.results, 'mean-two-rows').status).toBe('pass');
  expect(failuresOf([report])).toEqual(['fake: 1 passed although listed as known failures']);
});

test('an entry that lists no test is a failure of its own, if the whole suite was run', async () => {
  const off = spoil((outputs) => ({ ...outputs, rowLosses: [0] }));
  const known = [
    { ...limit, id: '*-rows' },
    { ...limit, id: 'sum-one-row' },
    { ...limit, id: 'summ*' },
    { ...limit, id: 'elsewhere', runtime: 'chromium' as const },
    { ...limit, id: 'of-another', target: 'other' },
  ];
  const run = (options: RunOptions) => runSuite(fakeTarget(off), suite, { ...options, knownFailures: known });
  const report = await run({});
  const stale = report.results.filter(({ reason }) => reason?.includes('no test has this id'));
  expect(stale.map(({ id, status }) => [id, status])).toEqual([
    ['*-rows', 'fail'],
    ['summ*', 'fail'],
  ]);
  expect(byId(report.results, 'sum-one-row').status).toBe('known-failure');
  expect((await run({ partial: true })).results).toHaveLength(4);
  expect(failuresOf([await run({ filter: 'sum-one-row' })])).toEqual([]);
});

test('a known failure covers a wrong answer; a crash or a hang only if it says so', async () => {
  const target = fakeTarget(() => {
    throw new Error('device lost');
  });
  const entry = { ...limit, id: '*' };
  const plain = await runSuite(target, suite, { knownFailures: [entry] });
  expect(countStatuses(plain.results)).toEqual({ error: 4 });
  const covered = await runSuite(target, suite, { knownFailures: [{ ...entry, errors: true }] });
  expect(countStatuses(covered.results)).toEqual({ 'known-failure': 4 });
});

test.each<[string, object, string]>([
  ['a runtime that is none', { runtime: 'chrome' }, '/0/runtime'],
  ['errors that is not true', { errors: 'yes' }, '/0/errors'],
  ['an unknown field', { status: 'fail' }, '/0/status'],
  ['no link', { link: '' }, '/0/link'],
])('%s in an entry is refused with its place', (_, changes, place) => {
  const entry = { ...limit, id: '*', runtime: 'chromium', errors: true };
  expect(checkKnownFailures([entry])).toEqual([entry]);
  expect(() => checkKnownFailures([{ ...entry, ...changes }])).toThrow(place);
});

test('an unavailable target is listed with its reason and never passes', async () => {
  const opened = await openTarget(async () => {
    throw new Unavailable('no GPU');
  });
  expect(opened).toEqual({ unavailable: 'no GPU' });
  const report = unavailableReport('gpu', 'no GPU', suite, { runtime: 'chromium' });
  expect(countStatuses(report.results)).toEqual({ unavailable: 4 });
  expect(failuresOf([report])).toEqual(['no test was run']);
  const other = await runSuite(fakeTarget(), suite);
  expect(failuresOf([report, other])).toEqual([]);
});

test.each([
  ['no supports', { supports: undefined }, 'supports.forms'],
  ['no name', { name: '' }, 'a name and a version'],
  ['another protocol', { protocol: 2 }, 'protocol 2'],
])('a target with %s is broken', async (_, changes, words) => {
  const report = await runTarget('odd', async () => ({ ...fakeTarget(), ...changes }) as Target, suite);
  expect(report.harness).toContain(words);
});

test('a target is stopped after its run, and what its stop does changes nothing', async () => {
  let stopped = false;
  const stop = async () => {
    stopped = true;
    throw new Error('cannot stop');
  };
  const report = await runTarget('fake', async () => fakeTarget(answer, { stop }), suite);
  expect(countStatuses(report.results)).toEqual({ pass: 4 });
  expect(stopped).toBe(true);
});

test('a stop that is no promise, or throws at once, changes nothing', async () => {
  for (const stop of [() => undefined, () => JSON.parse('no JSON')]) {
    const target = fakeTarget(answer, { stop: stop as unknown as () => Promise<void> });
    const report = await runTarget('fake', async () => target, suite);
    expect(countStatuses(report.results)).toEqual({ pass: 4 });
  }
});

test('a target that comes too late is broken, and stopped when it comes', async () => {
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const late = async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return fakeTarget(answer, { stop: async () => stop() });
  };
  const report = await runTarget('fake', late, suite, { startTimeout: 20 });
  expect(report.harness).toContain('did not start: no answer within 0.02 s');
  await stopped;
});

test('an aborted run ends before the next test', async () => {
  const controller = new AbortController();
  const run = runSuite(fakeTarget(), suite, {
    signal: controller.signal,
    onResult: () => controller.abort(new Error('stop')),
  });
  await expect(run).rejects.toThrow('stop');
});

test('a filter that matches nothing is a failure', async () => {
  const report = await runSuite(fakeTarget(), suite, { filter: 'no such thing' });
  expect(failuresOf([report])).toEqual([
    expect.stringMatching(/^fake: no test was run: nothing matches the filter "no such thing", which takes/),
  ]);
});

test('what a target says is cut before it fills the reports', async () => {
  const long = 'x'.repeat(20_000);
  const cut = `${'x'.repeat(10_000)} … (10000 more characters)`;
  const reasonsOf = async (run: Target['run']) =>
    (await runSuite(fakeTarget(run), suite)).results.map(({ reason }) => reason);
  const thrown = await reasonsOf(async () => {
    throw new Error(long);
  });
  const skipped = await reasonsOf(async () => ({ skipped: { reason: long } }));
  expect(new Set([...thrown, ...skipped])).toEqual(new Set([cut]));
  const refused = await reasonsOf(async () => ({ error: long, message: long }));
  for (const reason of refused) expect(reason?.length).toBeLessThan(10_100);
  const start = async (error: Error) => {
    const { results } = await runTarget('long', () => Promise.reject(error), suite);
    return results[0].reason;
  };
  expect(await start(new Error(long))).toBe(`your harness is wrong: the target did not start: ${cut}`);
  expect(await start(new Unavailable(long))).toBe(cut);
});

test.each([[5], ['x'.repeat(2001)]])('a skip with the link %j is no answer', async (link) => {
  const skipped = { reason: 'no', link: link as string };
  const { results } = await runSuite(
    fakeTarget(() => ({ skipped })),
    suite,
  );
  expect(countStatuses(results)).toEqual({ error: 4 });
  expect(results[0].reason).toContain('skipped with a link that is no text');
});

test('a target that broke is not made again when nothing is to be drawn', async () => {
  let made = 0;
  const createTarget = async () => {
    made++;
    return fakeTarget(() => {
      throw new Error('device lost');
    });
  };
  const { results } = await runTarget('fake', createTarget, suite, { fuzz: { count: 0, seed: 1 } });
  expect(made).toBe(1);
  expect(countStatuses(results)).toEqual({ error: 4 });
});
