import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answer, fakeTarget, suite, supports } from '../test/fakes.ts';
import { createHandler } from './handler.ts';
import { splitLines } from './lines.ts';
import { decodeOutcome, decodeWireTest, encodeOutcome, encodeWireTest } from './messages.ts';
import { remoteTarget, type Send } from './remote.ts';
import { runSuite } from './run.ts';
import type { DecodedTest, Target } from './target.ts';
import { Unavailable } from './unavailable.ts';

/** A page far away: what passes is JSON text. */
function page(target = fakeTarget()): Send {
  const handle = createHandler(async () => target);
  return async (message) => JSON.parse(JSON.stringify(await handle(JSON.parse(JSON.stringify(message)))));
}

const started = { type: 'started', protocol: 1, name: 'x', version: '1', environment: {}, supports };

test('a target behind messages gives the same results as the target itself', async () => {
  const far = await remoteTarget(page());
  const results = async (target: Target) =>
    (await runSuite(target, suite)).results.map(({ milliseconds: _, ...result }) => result);
  expect(await results(far)).toEqual(await results(fakeTarget()));
  await far.stop?.();
});

test('no message ever holds an expectation', async () => {
  const seen: string[] = [];
  const send = page();
  await runSuite(
    await remoteTarget((message) => {
      seen.push(JSON.stringify(message));
      return send(message);
    }),
    suite,
  );
  expect(seen.length).toBeGreaterThan(4);
  for (const text of seen) expect(text).not.toMatch(/expected|tolerance|comment|flags/);
});

const value = fc.double();
test('a test survives the wire bit for bit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.infiniteStream(value),
      fc.constantFrom('none', 'number', 'class', 'element'),
      fc.boolean(),
      (rows, classes, stream, beta, single) => {
        const doubles = (count: number) => Float64Array.from({ length: count }, () => stream.next().value);
        const one: DecodedTest = {
          id: 'x',
          form: 'softmax',
          dtype: single ? 'float32' : 'float64',
          inputs: {
            logits: {
              shape: [rows, classes],
              data: single ? Float32Array.from(doubles(rows * classes)) : doubles(rows * classes),
            },
            frequencies: doubles(classes),
            ...(beta === 'none'
              ? { labels: [0, -1], foreground: [1] }
              : { targets: { shape: [rows, classes], data: doubles(rows * classes) } }),
            ...(beta === 'number' && { beta: stream.next().value }),
            ...(beta === 'class' && { beta: doubles(classes) }),
            ...(beta === 'element' && { beta: doubles(rows * classes), rowWeights: doubles(rows) }),
          },
          options: {
            reduction: 'mean',
            threshold: stream.next().value,
            normalizer: stream.next().value,
            released: true,
          },
        };
        expect(decodeWireTest(JSON.parse(JSON.stringify(encodeWireTest(one))))).toEqual(one);
      },
    ),
  );
});

test('outputs survive the wire bit for bit, int32 logits too', () => {
  const outputs = { loss: Number.NaN, rowLosses: [Infinity, -0, 5e-324], gradient: Float32Array.of(0.1, -Infinity) };
  const back = decodeOutcome(JSON.parse(JSON.stringify(encodeOutcome({ outputs }))));
  expect(back).toEqual({
    outputs: { loss: Number.NaN, rowLosses: Float64Array.from(outputs.rowLosses), gradient: outputs.gradient },
  });
  const logits = { shape: [1, 2], data: Int32Array.of(-1, 2) };
  const one: DecodedTest = {
    id: 'x',
    form: 'sigmoid',
    dtype: 'float32',
    inputs: { logits, frequencies: Float64Array.of(1, 1) },
    options: { reduction: 'sum' },
  };
  expect(decodeWireTest(encodeWireTest(one)).inputs.logits).toEqual(logits);
});

test.each<[string, unknown, string]>([
  ['no object', 'hello', 'the answer to start is no message: "hello"'],
  ['no type', {}, 'the answer to start is no message: {}'],
  ['another type', { type: 'stopped' }, 'answered "stopped" to start'],
  ['another protocol', { ...started, protocol: 2 }, 'speaks protocol 2'],
  ['no name', { ...started, name: '' }, 'needs a name'],
  ['no dtypes', { ...started, supports: { ...supports, dtypes: [] } }, 'supports.dtypes is empty'],
  ['features that are no list', { ...started, supports: { ...supports, features: 'all' } }, 'supports.features'],
  ['a failure', { type: 'failed', reason: 'no engine' }, 'cannot start: no engine'],
])('%s in reply to start is told', async (_, reply, words) => {
  await expect(remoteTarget(async () => reply)).rejects.toThrow(words);
});

test('a failure that could not read the number of the test is an error of that test', async () => {
  const target = await remoteTarget(async ({ type }) =>
    type === 'start' ? started : { type: 'failed', reason: 'not JSON' },
  );
  const report = await runSuite(target, suite);
  expect(report.results[0].reason).toContain('not JSON');
});

test('unavailable passes through with its reason', async () => {
  const handle = createHandler(async () => {
    throw new Unavailable('no WebGPU');
  });
  await expect(remoteTarget(handle)).rejects.toThrow(Unavailable);
});

test.each<[string, unknown, string]>([
  ['another seq', { type: 'outcome', seq: 7, error: 'RANK' }, 'answered seq 7 instead of 1'],
  ['another type', { type: 'stopped' }, 'answered "stopped" to run'],
  [
    'a short tensor',
    { type: 'outcome', seq: 1, outputs: { loss: { shape: [], dtype: 'float64', rows: ['00'] } } },
    'outputs.loss',
  ],
  ['a tensor that is none', { type: 'outcome', seq: 1, outputs: { gradient: 5 } }, 'outputs.gradient cannot be read'],
  ['two losses', { type: 'outcome', seq: 1, outputs: encodeOutcome({ outputs: { rowLosses: [1, 2] } }) }, ''],
])('%s in reply to a test is an error', async (_, reply, words) => {
  const target = await remoteTarget(async (message) => (message.type === 'start' ? started : reply));
  const report = await runSuite(target, suite);
  expect(report.results[0].status).toBe('error');
  expect(report.results[0].reason).toContain(words);
});

test('the handler answers what it does not know, and a run before the start', async () => {
  const handle = createHandler(async () => fakeTarget(answer));
  expect(await handle({ type: 'dance' } as never)).toMatchObject({
    type: 'failed',
    reason: expect.stringContaining('dance'),
  });
  expect(await handle({ type: 'run', seq: 4, test: {} as never })).toMatchObject({ type: 'failed', seq: 4 });
  expect(await handle({ type: 'start', protocol: 2 as 1 })).toMatchObject({ type: 'failed' });
  expect(await handle({ type: 'stop' })).toEqual({ type: 'stopped' });
});

test('the handler stops its target once', async () => {
  let stops = 0;
  const handle = createHandler(async () =>
    fakeTarget(answer, {
      stop: async () => {
        stops++;
      },
    }),
  );
  await handle({ type: 'start', protocol: 1 });
  await handle({ type: 'stop' });
  await handle({ type: 'stop' });
  expect(stops).toBe(1);
});

test('lines come whole however the text is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 5 }), (texts, size) => {
      const lines = texts.map((text) => text.replaceAll('\n', '\u2028'));
      const whole = lines.map((line) => `${line}\n`).join('');
      const got: string[] = [];
      const take = splitLines(
        (line) => got.push(line),
        () => 1e6,
        () => {},
      );
      for (let i = 0; i < whole.length; i += size) take(whole.slice(i, i + size));
      expect(got).toEqual(lines);
    }),
  );
});

test('a line without end is told once its limit is passed', () => {
  const beginnings: string[] = [];
  const take = splitLines(
    () => {},
    () => 10,
    (beginning) => beginnings.push(beginning),
  );
  take('a line\n');
  for (let i = 0; i < 4; i++) take(`${i}2345`);
  expect(beginnings).toEqual(['02345']);
});

test('outputs may be plain JSON numbers, in lists of any depth', async () => {
  const send: Send = async (message) => {
    const reply = JSON.parse(JSON.stringify(await page()(message)));
    if (message.type !== 'run') return message.type === 'start' ? started : reply;
    const outcome = answer(decodeWireTest(message.test));
    if (!('outputs' in outcome)) return { type: 'outcome', seq: message.seq, ...outcome };
    const { loss, rowLosses = [], gradient = [] } = outcome.outputs;
    const outputs = { loss, rowLosses: Array.from(rowLosses), gradient: [Array.from(gradient)] };
    return { type: 'outcome', seq: message.seq, outputs };
  };
  const { results } = await runSuite(await remoteTarget(send), suite);
  expect(results.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass', 'pass']);
});

test.each([
  [
    'a text',
    '0.5',
    'outputs.rowLosses cannot be read: wanted is a tensor { shape, dtype, rows } or numbers, not "0.5"',
  ],
  ['nothing', null, 'or numbers, not null'],
  ['half a tensor', { rows: [''] }, 'or numbers, not {"rows":[""]}'],
])('rowLosses as %s is told', (_, rowLosses, words) => {
  expect(() => decodeOutcome({ outputs: { rowLosses: rowLosses as unknown as number[] } })).toThrow(words);
});

test('a zero loss is a loss', () => {
  expect(decodeOutcome({ outputs: { loss: 0 } })).toEqual({ outputs: { loss: 0 } });
});
