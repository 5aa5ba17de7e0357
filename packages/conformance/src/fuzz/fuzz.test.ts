import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { everything, plainAnswer, plainTarget } from '../../test/fakes.ts';
import { decodeNumber, decodeTensor } from '../decode.ts';
import type { VectorFile } from '../format.ts';
import { loadVectors } from '../load.ts';
import { prettyJson } from '../pretty.ts';
import { countStatuses } from '../results.ts';
import { runSuite } from '../run.ts';
import type { Target } from '../target.ts';
import { Unavailable } from '../unavailable.ts';
import type { Finding } from './finding.ts';
import { type FuzzReport, fuzzTarget } from './fuzz.ts';

const fuzz = (target: Target, count = 150, seed = 3) => fuzzTarget('fake', async () => target, { count, seed });

test('a plain implementation passes what is drawn', async () => {
  const { results, findings } = await fuzz(plainTarget(), 500);
  expect(countStatuses(results)).toEqual({ pass: 500 });
  expect(findings).toEqual([]);
  expect(results[6]).toMatchObject({
    id: 'fuzz-3-7',
    comment: expect.stringMatching(/^(sigmoid|softmax) in float64, /),
  });
});

/** What is left of a finding: its inputs in plain numbers. */
function inputsOf({ file }: Finding) {
  const [{ inputs, options }] = file.groups[0].tests;
  const { logits, frequencies, labels, targets, beta, rowWeights, foreground } = inputs;
  const { threshold, normalizer, reduction } = options;
  const list = (tensor: typeof logits | undefined) => tensor && Array.from(decodeTensor(tensor).data);
  return {
    form: file.form,
    logits: list(logits),
    f: list(frequencies),
    lambda: threshold && decodeNumber(threshold),
    reduction,
    ...(labels && { labels }),
    ...(targets && { targets: list(targets) }),
    ...(beta && { beta: list(beta) }),
    ...(rowWeights && { rowWeights: list(rowWeights) }),
    ...(foreground && { foreground }),
    ...(normalizer && { normalizer: decodeNumber(normalizer) }),
  };
}

// Each by hand: nothing of it can go, and no number can be plainer, without the fault going unseen.
const plain = { reduction: 'mean', lambda: 0, labels: [0] };
test.each<[string, object]>([
  ['gradient: sign', { form: 'sigmoid', logits: [0], f: [0], ...plain }],
  ['gate: <= for <', { form: 'sigmoid', logits: [0, 0], f: [1, 0], ...plain, lambda: 1, labels: [1] }],
  ['mean: not divided', { form: 'sigmoid', logits: [0, 0], f: [0], ...plain, labels: [0, 0] }],
  ['normalizer: ignored', { form: 'sigmoid', logits: [0], f: [0], ...plain, normalizer: 2 }],
  ['loss: row weight missing', { form: 'sigmoid', logits: [0], f: [0], ...plain, rowWeights: [2] }],
  ['label: background is class 0', { form: 'sigmoid', logits: [0], f: [0], ...plain, labels: [1] }],
  [
    'foreground: explicit one ignored',
    { form: 'sigmoid', logits: [0, 0], f: [0, 0], ...plain, lambda: 1, foreground: [0] },
  ],
  [
    'foreground: target above one half',
    { form: 'sigmoid', logits: [0], f: [0], reduction: 'mean', lambda: 1, targets: [0.5] },
  ],
  ['nan: taken for 0', { form: 'sigmoid', logits: [Number.NaN], f: [0], ...plain }],
  ['beta: squared', { form: 'softmax', logits: [0, 0], f: [0, 0], ...plain, lambda: 1, beta: [0.5] }],
  [
    'targets: row mass forgotten',
    { form: 'softmax', logits: [0, 0], f: [0, 0], lambda: 0, reduction: 'mean', targets: [1, 1], beta: [0] },
  ],
])('"%s" shrinks to a batch that a person would write', async (fault, smallest) => {
  const { findings } = await fuzz(plainTarget(fault));
  const found = findings.map(inputsOf).find(({ form }) => form === (smallest as { form: string }).form);
  expect(found).toEqual(smallest);
});

test('the sentence tells the batch and what is wrong', async () => {
  const { findings, results } = await fuzz(plainTarget('gradient: sign'));
  const [{ id, sentence, result }] = findings;
  expect(sentence).toBe(
    'sigmoid in float64, 1 row of 1 class, reduction mean: logits [[0]], labels [0], f [0], λ 0. gradient[0] is 0.5, expected -0.5.',
  );
  expect(result.reason).toMatch(/^gradient: 1 of 1 beyond tolerance \(drawn as \d+ x \d+, shrunk\)$/);
  expect(results.find((one) => one.id === id)).toEqual(result);
});

test('a finding is a whole vector file: it loads, fails again with the fault, and passes without', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eqloss-fuzz-'));
  try {
    for (const fault of ['beta: per class applied by row', 'row weight: 0 multiplied', 'excluded: multiplied by 0']) {
      const { findings } = await fuzz(plainTarget(fault), 300);
      expect(findings).not.toEqual([]);
      for (const { id, file, result } of findings) {
        const path = join(folder, 'found.json');
        writeFileSync(path, prettyJson(file));
        const loaded = await loadVectors(path);
        expect(loaded[0].file).toEqual(JSON.parse(JSON.stringify(file)));
        const wrong = await runSuite(plainTarget(fault), loaded);
        const { status, ratio, worst } = result;
        expect(wrong.results).toEqual([expect.objectContaining({ id, status, ratio, worst })]);
        expect((await runSuite(plainTarget(), loaded)).results).toEqual([
          expect.objectContaining({ id, status: 'pass' }),
        ]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the same seed finds the same, to the last byte', async () => {
  const once = await fuzz(plainTarget('beta: acts on head classes'));
  const again = await fuzz(plainTarget('beta: acts on head classes'));
  const text = (report: FuzzReport) =>
    JSON.stringify(report, (key, value: unknown) => (key === 'milliseconds' ? undefined : value));
  expect(text(again) === text(once)).toBe(true);
  expect(once.findings).not.toEqual([]);
});

test('what was shrunk to the same vector is told once, and only some failures are shrunk', async () => {
  const told: string[] = [];
  const report = await fuzzTarget('fake', async () => plainTarget('gradient: sign'), {
    count: 100,
    seed: 3,
    shrunk: 4,
    onFinding: ({ id }) => told.push(id),
  });
  expect(report.results.filter(({ status }) => status === 'fail').length).toBeGreaterThan(40);
  expect(report.results.filter(({ reason }) => reason?.endsWith('shrunk)'))).toHaveLength(4);
  expect(told).toEqual(report.findings.map(({ id }) => id));
  const files = report.findings.map(({ file }) => JSON.stringify(withoutId(file)));
  expect(new Set(files).size).toBe(files.length);
});

function withoutId({ form, groups }: VectorFile) {
  return [form, groups[0].tests[0].inputs];
}

/** A target that breaks when there are two rows or more, and counts its lives. */
function breaking(how: () => Promise<never>) {
  const lives = { made: 0, stopped: 0 };
  const createTarget = async () => {
    lives.made++;
    let dead = false;
    return plainTarget(undefined, {
      run: async (each) => {
        if (dead) throw new Error('dead already');
        if (each.inputs.logits.shape[0] < 2) return plainAnswer(each);
        dead = true;
        return how();
      },
      stop: async () => {
        lives.stopped++;
      },
    });
  };
  return { lives, createTarget };
}

test('a crash stays a crash while it is shrunk, and the target is made again after each', async () => {
  const { lives, createTarget } = breaking(async () => {
    throw new Error('device lost');
  });
  const { results, findings } = await fuzzTarget('fake', createTarget, { count: 40, seed: 1, shrunk: 1 });
  const { error = 0, pass = 0 } = countStatuses(results);
  expect(error + pass).toBe(40);
  expect(
    results.filter(({ status }) => status === 'error').every(({ reason }) => reason?.startsWith('device lost')),
  ).toBe(true);
  expect(findings).toHaveLength(1);
  expect(inputsOf(findings[0])).toMatchObject({ logits: [0, 0], f: [0], lambda: 0 });
  expect(findings[0].sentence).toMatch(/2 rows of 1 class.* The target: device lost\.$/);
  expect(lives.stopped).toBe(lives.made);
  expect(lives.made).toBeGreaterThan(error);
});

test('a hang is shrunk too, in the time of a target that answers', async () => {
  const { createTarget } = breaking(() => new Promise(() => {}));
  const started = Date.now();
  const { results, findings } = await fuzzTarget('fake', createTarget, { count: 6, seed: 1, shrunk: 1, timeout: 40 });
  expect(findings[0].sentence).toMatch(/2 rows of 1 class.* The target: no answer within 0\.04 s\.$/);
  expect(results).toHaveLength(6);
  expect(Date.now() - started).toBeLessThan(20_000);
});

test('a failure that needs the batches before it is told so, and not shrunk to what passes', async () => {
  const createTarget = async () => {
    let asked = 0;
    // Wrong from its tenth answer on.
    return plainTarget(undefined, {
      run: async (each) => plainAnswer(each, asked++ < 10 ? undefined : 'gradient: sign'),
    });
  };
  const { results, findings } = await fuzzTarget('fake', createTarget, { count: 12, seed: 3 });
  expect(findings).toEqual([]);
  const failed = results.filter(({ status }) => status === 'fail');
  expect(failed.length).toBeGreaterThan(0);
  expect(failed[0].reason).toMatch(
    /beyond tolerance \(only after the batches before it: a fresh target does not fail so\)$/,
  );
});

test.each<[string, () => Promise<Target>, string]>([
  [
    'that is unavailable',
    async () => {
      throw new Unavailable('no GPU');
    },
    'no GPU',
  ],
  [
    'that claims nothing',
    async () => ({ ...plainTarget(), supports: undefined }) as unknown as Target,
    'supports.forms',
  ],
])('a target %s is an error, not a pass of nothing', async (_, createTarget, words) => {
  const { results } = await fuzzTarget('fake', createTarget, { count: 10, seed: 2 });
  expect(results).toEqual([expect.objectContaining({ id: 'fuzz-2-1', status: 'error' })]);
  expect(results[0].reason).toContain(words);
});

test('a target that claims too little for any batch is unsupported, which proves nothing', async () => {
  const target = plainTarget(undefined, { supports: { ...everything, forms: ['softmax'], features: [] } });
  const { results } = await fuzz(target);
  expect(results).toEqual([expect.objectContaining({ id: 'fuzz-3-1', status: 'unsupported' })]);
});

test('a target that cannot be made again is an error of every batch after', async () => {
  let made = 0;
  const createTarget = async () => {
    if (made++ > 0) throw new Error('driver gone');
    return plainTarget(undefined, {
      run: async () => {
        throw new Error('device lost');
      },
    });
  };
  const { results } = await fuzzTarget('fake', createTarget, { count: 3, seed: 2, shrunk: 0 });
  expect(results.map(({ reason }) => reason)).toEqual([
    'device lost',
    'the target did not start again: driver gone',
    'the target did not start again: driver gone',
  ]);
});

test.each([-1, 0.5, 2 ** 32, Number.NaN])('%s is no seed', async (seed) => {
  await expect(fuzz(plainTarget(), 1, seed)).rejects.toThrow(RangeError);
});

test('what answers slowly and wrongly has its time while it is shrunk, too', async () => {
  vi.useFakeTimers();
  try {
    // Longer than a second, the least that shrinking allows.
    const run: Target['run'] = async (test) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return plainAnswer(test, 'gradient: sign');
    };
    let report: FuzzReport | undefined;
    fuzzTarget('slow', async () => plainTarget(undefined, { run }), { count: 1, seed: 4 }).then((done) => {
      report = done;
    });
    while (!report) await vi.advanceTimersByTimeAsync(500);
    const { findings } = report;
    expect(findings).toHaveLength(1);
    const [, rows, classes] = /drawn as (\d+) x (\d+), shrunk/.exec(findings[0].result.reason ?? '') ?? [];
    expect(inputsOf(findings[0]).logits?.length).toBeLessThan(Number(rows) * Number(classes));
  } finally {
    vi.useRealTimers();
  }
});

test('an aborted run ends before the next batch, and its target is stopped', async () => {
  const controller = new AbortController();
  let stopped = false;
  const target = plainTarget(undefined, {
    stop: async () => {
      stopped = true;
    },
  });
  const run = fuzzTarget('fake', async () => target, {
    count: 5,
    seed: 1,
    signal: controller.signal,
    onBatch: () => controller.abort(new Error('enough')),
  });
  await expect(run).rejects.toThrow('enough');
  expect(stopped).toBe(true);
});
