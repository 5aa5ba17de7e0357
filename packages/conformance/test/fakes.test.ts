// The tester, tested: every fake target is told for what it is, and none looks like another.

import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { loadVectors } from '../src/load.ts';
import { runTarget } from '../src/open.ts';
import { countStatuses, failuresOf, isFailure, type TargetReport } from '../src/results.ts';
import { stdioTarget } from '../src/stdio.ts';
import type { DecodedTest, Outcome, Outputs, Target } from '../src/target.ts';
import { Unavailable } from '../src/unavailable.ts';
import { byHeart, everything, plainAnswer, plainTarget, suite } from './fakes.ts';

/** What a run against a fake must say: how many results have each status, and the words of the first that is no pass. */
type Row = readonly [
  name: string,
  fake: () => Promise<Target>,
  counts: Readonly<Record<string, number>>,
  words: string,
];

const SPOILT = 'mean-two-rows';
const never = new Promise<never>(() => {});
const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Stands for the right answer. */
const RIGHT = Symbol('right');

/** Right but for what `run` says. The smoke test is answered rightly. */
function fake(run: (test: DecodedTest) => unknown, changes: Partial<Target> = {}): () => Promise<Target> {
  return async () => ({
    ...plainTarget(),
    run: async (given) => {
      const odd = given.id.startsWith('smoke') ? RIGHT : await run(given);
      return odd === RIGHT ? plainAnswer(given) : (odd as Outcome);
    },
    ...changes,
  });
}

/** Right but for one test. */
function once(run: () => unknown): () => Promise<Target> {
  return fake(({ id }) => (id === SPOILT ? run() : RIGHT));
}

/** Its outputs changed, everywhere. */
function changed(change: (outputs: Outputs, test: DecodedTest) => Outputs): () => Promise<Target> {
  return fake((given) => {
    const outcome = plainAnswer(given);
    return 'outputs' in outcome ? { outputs: change(outcome.outputs, given) } : outcome;
  });
}

/** The same shapes, with one number everywhere. */
function filled(value: (index: number) => number): () => Promise<Target> {
  return changed(({ loss, rowLosses, gradient }) => ({
    ...(loss !== undefined && { loss: value(0) }),
    rowLosses: Array.from(rowLosses ?? [], (_, i) => value(i)),
    gradient: Array.from(gradient ?? [], (_, i) => value(i)),
  }));
}

const vectors = await loadVectors();

const modules: readonly Row[] = [
  ['is right', fake(() => RIGHT), { pass: 4 }, ''],
  [
    'throws',
    once(() => {
      throw new Error('device lost');
    }),
    { pass: 3, error: 1 },
    'device lost',
  ],
  [
    'throws at the start',
    async () => {
      throw new Error('engine not found');
    },
    { error: 1 },
    'your harness is wrong: the target did not start: engine not found',
  ],
  [
    'is not available here',
    async () => {
      throw new Unavailable('no GPU');
    },
    { unavailable: 4 },
    'no GPU',
  ],
  ['hangs', once(() => never), { pass: 3, error: 1 }, 'no answer within 0.15 s'],
  ['hangs at the start', () => never, { error: 1 }, 'the target did not start: no answer within 0.15 s'],
  [
    'answers late, when another test is asked',
    once(async () => {
      await later(180);
      return { error: 'LATE' };
    }),
    { pass: 3, error: 1 },
    'no answer within 0.15 s',
  ],
  [
    'gives a short gradient',
    changed((outputs) => ({ ...outputs, gradient: [0.5] })),
    { pass: 1, fail: 3 },
    'gradient has 1 values, 2 wanted for shape [1, 2]',
  ],
  [
    'leaves the gradient out',
    changed(({ gradient: _, ...outputs }) => outputs),
    { pass: 1, fail: 3 },
    'gradient is missing, 2 wanted for shape [1, 2]',
  ],
  [
    'has a hole in its gradient',
    changed((outputs) => ({
      ...outputs,
      gradient: Array.from(outputs.gradient ?? [], (g, i) => (i === 1 ? null : g)) as number[],
    })),
    { pass: 1, fail: 3 },
    'gradient[1] is null, which is no number',
  ],
  [
    'gives a text for an array',
    changed((outputs) => ({ ...outputs, rowLosses: 'ab' as unknown as number[] })),
    { pass: 1, fail: 3 },
    'rowLosses is no array of numbers',
  ],
  [
    'gives texts for numbers',
    changed((outputs) => ({ ...outputs, rowLosses: ['1'] as unknown as number[] })),
    { pass: 1, fail: 3 },
    'rowLosses[0] is 1, which is no number',
  ],
  [
    'answers with an array',
    once(() => [0.5, -0.5]),
    { pass: 3, error: 1 },
    'answered with an array: an answer has outputs',
  ],
  [
    'answers with an empty object',
    once(() => ({})),
    { pass: 3, error: 1 },
    'answered with nothing: an answer has outputs',
  ],
  ['answers with null', once(() => null), { pass: 3, error: 1 }, 'answered null: an answer has outputs'],
  ['answers with a number', once(() => 0.5), { pass: 3, error: 1 }, 'answered 0.5: an answer has outputs'],
  [
    'answers twice in one',
    once(() => ({ outputs: {}, error: 'RANK' })),
    { pass: 3, error: 1 },
    'answered with outputs and error',
  ],
  ['gives a code that is no text', once(() => ({ error: 3 })), { pass: 3, error: 1 }, 'the error code is no text'],
  [
    'claims a form that it does not have',
    async () => {
      const run: Target['run'] = async (given) =>
        given.form === 'softmax' ? { error: 'UNSUPPORTED', message: 'no softmax' } : plainAnswer(given);
      return { ...plainTarget(), run };
    },
    { error: 1 },
    'on a batch that can be checked by hand, it answered {"error":"UNSUPPORTED","message":"no softmax"} instead of outputs',
  ],
  [
    'claims a feature that it refuses',
    fake(({ inputs }) => (inputs.labels?.includes(2) ? { error: 'UNSUPPORTED', message: 'no background' } : RIGHT)),
    { pass: 3, fail: 1 },
    'refused with UNSUPPORTED ("no background"), but outputs are expected',
  ],
  [
    'claims less than it has',
    async () => plainTarget(undefined, { supports: { ...everything, features: ['index-labels', 'beta-scalar'] } }),
    { pass: 3, unsupported: 1 },
    'needs background',
  ],
  [
    'claims a word that nobody knows',
    async () => plainTarget(undefined, { supports: { ...everything, forms: ['sigmoid', 'focal'] as never } }),
    { error: 1 },
    'supports.forms has "focal"; known are sigmoid, softmax',
  ],
  [
    'is NaN everywhere',
    filled(() => Number.NaN),
    { pass: 1, fail: 3 },
    'loss: 1 of 1 beyond tolerance; rowLosses: 1 of 1',
  ],
  ['is 0 everywhere', filled(() => 0), { pass: 1, fail: 3 }, 'loss: 1 of 1 beyond tolerance; rowLosses: 1 of 1'],
  [
    'has the numbers of a batch of zeros, always',
    filled((i) => (i === 0 ? -0.5 : 0.5)),
    { pass: 1, fail: 3 },
    'loss: 1 of 1 beyond tolerance; rowLosses: 1 of 1',
  ],
  ['skips everything', fake(() => ({ skipped: { reason: 'not today' } })), { skipped: 4 }, 'not today'],
  ['skips without a reason', once(() => ({ skipped: {} })), { pass: 3, error: 1 }, 'skipped without a reason'],
  [
    'refuses everything',
    fake(() => ({ error: 'RANK', message: 'odd' })),
    { fail: 4 },
    'refused with RANK ("odd"), but outputs are expected',
  ],
  [
    'gives the right codes, and no numbers',
    fake((given) => ('error' in plainAnswer(given) ? RIGHT : { outputs: {} })),
    { pass: 1, fail: 3 },
    'loss is missing, 1 wanted for shape []; rowLosses is missing',
  ],
  [
    'takes what must be refused',
    fake((given) => ('error' in plainAnswer(given) ? { outputs: {} } : RIGHT)),
    { pass: 3, fail: 1 },
    'gave outputs, but LABEL_RANGE is expected',
  ],
];

const programs: readonly Row[] = (
  [
    ['honest', { pass: 4 }, ''],
    [
      'crash',
      { pass: 3, error: 1 },
      'the process ended with code 3; its standard error ends with:\nsegmentation fault, nearly',
    ],
    ['always-crash', { error: 4 }, 'the process ended with code 3'],
    ['dies-at-once', { error: 1 }, 'did not start: the process ended with code 7'],
    ['broken-start', { error: 1 }, 'did not start: cannot start: engine not found'],
    ['banner', { error: 1 }, 'did not start: printed what is no JSON message on standard output: "Welcome'],
    ['hang', { pass: 3, error: 1 }, 'no answer within 3 s'],
    ['busy', { pass: 3, error: 1 }, 'no answer within 3 s'],
    ['eats-input', { pass: 3, error: 1 }, 'no answer within 3 s'],
    ['closes-output', { pass: 3, error: 1 }, 'no answer within 3 s'],
    ['noise', { pass: 3, error: 1 }, 'printed what is no JSON message on standard output: "loading kernels…"'],
    [
      'log-in-json',
      { pass: 3, error: 1 },
      'out of step: expected the reply to run, seq 3, got "{\\"level\\":\\"info\\"',
    ],
    ['wrong-json', { pass: 3, error: 1 }, 'standard output: "{\\"type\\":\\"outcome\\",\\"seq\\":"'],
    ['wrong-type', { pass: 3, error: 1 }, 'printed what is no JSON message on standard output: "[1, 2]"'],
    [
      'wrong-seq',
      { pass: 3, error: 1 },
      'out of step: expected the reply to run, seq 3, got "{\\"type\\":\\"outcome\\",\\"seq\\":99',
    ],
    ['answers-twice', { pass: 2, fail: 1, error: 1 }, 'refused with RANK, but outputs are expected'],
    ['late', { pass: 3, error: 1 }, 'printed what is no JSON message on standard output: "hm"'],
    ['throws', { pass: 3, error: 1 }, 'out of memory'],
    ['hole', { pass: 3, error: 1 }, 'rowLosses[0] is undefined, which is no number'],
    ['nothing', { pass: 3, error: 1 }, 'answered undefined'],
    ['endless-line', { pass: 3, error: 1 }, 'printed a line of more than the 1 MB'],
    ['endless-lines', { pass: 3, error: 1 }, 'printed more than 1 MB on standard output that is no reply'],
    ['endless-errors', { pass: 3, error: 1 }, 'printed more than 64 MB on standard error, and was stopped'],
    ['gigantic', { pass: 3, error: 1 }, 'a reply may have on standard output, beginning with "{'],
  ] as const
).map(([manner, counts, words]) => [manner, () => started(manner), counts, words]);

const child = fileURLToPath(new URL('child.ts', import.meta.url));

function started(manner: string): Promise<Target> {
  return stdioTarget(process.execPath, [child, manner]);
}

/** By its name, what was said of a fake. */
const said = new Map<string, string>();

function judge(report: TargetReport, [name, , counts, words]: Row): void {
  expect(countStatuses(report.results)).toEqual(counts);
  const odd = report.results.find(({ status }) => status !== 'pass');
  expect(odd?.reason ?? '').toContain(words);
  const good = Object.keys(counts).every((status) => status === 'pass' || status === 'unsupported');
  expect(failuresOf([report]).length === 0).toBe(good);
  said.set(name, `${JSON.stringify(counts)} ${odd?.id} ${odd?.reason} ${JSON.stringify(odd?.worst)}`);
}

describe('a module that', () => {
  test.each(modules)('%s', async (...row) => {
    judge(await runTarget(row[0], row[1], suite, { timeout: 150 }), row);
  });
});

describe('a program that', { timeout: 30_000 }, () => {
  test.each(programs)('%s', async (...row) => {
    judge(await runTarget(row[0], row[1], suite, { timeout: 3000, startTimeout: 20_000 }), row);
  });
});

test('a module that claims a feature and leaves it out in silence is told by what is drawn', async () => {
  // The four vectors have no row weights, and pass.
  const create = fake((given) => plainAnswer({ ...given, inputs: { ...given.inputs, rowWeights: undefined } }));
  const { results } = await runTarget('fake', create, suite, { fuzz: { count: 60, seed: 4 } });
  const failed = results.filter(isFailure);
  expect(failed.length).toBeGreaterThan(0);
  expect(
    failed.every(
      ({ id, clauses }) => id.startsWith('fuzz-4-') && clauses.some((clause) => /^R(3|OW_\w+)$/.test(clause)),
    ),
  ).toBe(true);
});

describe('a module that knows every vector by heart', () => {
  const create = async () => byHeart(vectors);
  test('passes the vectors', async () => {
    const { results } = await runTarget('by heart', create, vectors);
    expect(results.filter(isFailure)).toEqual([]);
  });

  test('fails what a plain run draws, and is told with the smallest batch', async () => {
    const report = await runTarget('by heart', create, vectors, { fuzz: { count: 20, seed: 1 } });
    const failed = report.results.filter(isFailure);
    expect(failed.length).toBeGreaterThan(10);
    expect(failed.every(({ id }) => id.startsWith('fuzz-1-'))).toBe(true);
    expect(failed[0].reason).toMatch(/beyond tolerance \(drawn as \d+ x \d+, shrunk\)$/);
    expect(failuresOf([report])).toEqual([`fake: ${failed.length} failed`]);
  });
});

// A program that hangs, loops or closes its output has one face from outside: no answer. So have the modules that hang
// and that answer late. Each of the two kinds counts once.
const ALIKE = [
  ['is right', 'honest'],
  ['hang', 'busy', 'closes-output'],
  ['hangs', 'answers late, when another test is asked'],
];

afterAll(() => {
  for (const [first, ...others] of ALIKE) {
    for (const other of others) {
      expect(said.get(other)).toBe(said.get(first));
      said.delete(other);
    }
  }
  const texts = [...said.values()];
  expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([]);
});
