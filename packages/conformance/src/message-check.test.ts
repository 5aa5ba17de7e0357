import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { supports } from '../test/fakes.ts';
import { decodeTest } from './decode.ts';
import { WORDS } from './description.ts';
import { encodeTensor } from './encode.ts';
import type { Dtype, EncodedInputs } from './format.ts';
import { loadVectors } from './load.ts';
import { createMessageCheck } from './message-check.ts';
import { encodeOutcome, encodeWireTest, type Reply, type Request, type Started, type WireTest } from './messages.ts';
import { smokeTest } from './smoke.ts';
import { listTests } from './suite.ts';
import type { Outcome, Outputs } from './target.ts';

const check = await createMessageCheck();
const readSchema = (name: string) =>
  JSON.parse(readFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), 'utf8'));
const schema = readSchema('messages');
const tests = listTests(await loadVectors());

const run: Request = { type: 'run', seq: 3, test: encodeWireTest(smokeTest('sigmoid', supports)) };
const started = { type: 'started', protocol: 1, name: 'fake', version: '1', environment: { engine: 'none' }, supports };
const outcome = { type: 'outcome', seq: 3, outputs: { loss: 1, rowLosses: [1], gradient: [[0.5], [-1e-300]] } };

test('every message that the runner sends for a vector keeps the schema, in each dtype', () => {
  for (const { test, form } of tests) {
    for (const dtype of test.dtypes) {
      check.request({ type: 'run', seq: 1, test: encodeWireTest(decodeTest(test, dtype, form)) });
    }
  }
  check.request({ type: 'start', protocol: 1 });
  check.request({ type: 'stop' });
});

test('every smoke test keeps the schema, whatever the target claims', () => {
  const list = <T>(words: readonly T[], minLength: number) => fc.subarray([...words], { minLength });
  const claims = fc.record({
    forms: list(WORDS.forms, 1),
    dtypes: list(WORDS.dtypes, 1),
    outputs: list(WORDS.outputs, 1),
    reductions: list(WORDS.reductions, 1),
    features: list(WORDS.features, 0),
  });
  fc.assert(
    fc.property(claims, (supports) => {
      check.reply({ type: 'start', protocol: 1 }, { ...started, supports });
      for (const form of supports.forms) {
        check.request({ type: 'run', seq: 1, test: encodeWireTest(smokeTest(form, supports)) });
      }
    }),
  );
});

test('every answer that the target side can encode keeps the schema: all bits of a double, and all words', () => {
  const doubles = fc.array(fc.double(), { maxLength: 700 });
  const outputs = fc.record(
    { loss: fc.double(), rowLosses: doubles, gradient: doubles.map((values) => Float32Array.from(values)) },
    { requiredKeys: [] },
  );
  const words = fc.string({ minLength: 1 });
  const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
    outputs.map((outputs) => ({ outputs })),
    fc.record(
      { error: fc.constantFrom('RANK', 'ROW_WEIGHT_RANGE'), message: fc.string() },
      { requiredKeys: ['error'] },
    ),
    fc.record({ skipped: fc.record({ reason: words, link: fc.string() }, { requiredKeys: ['reason'] }) }),
  );
  fc.assert(
    fc.property(outcomes, (given) => {
      const reply = { type: 'outcome', seq: 3, ...encodeOutcome(given) };
      check.reply(run, JSON.parse(JSON.stringify(reply)));
    }),
  );
});

test('the words of the schema are those that a description may have', () => {
  const { form, dtype, output, reduction, feature } = schema.$defs;
  expect({
    forms: form.enum,
    dtypes: dtype.enum,
    outputs: output.enum,
    reductions: reduction.enum,
    features: feature.enum,
  }).toEqual(WORDS);
  expect(Object.keys(schema.$defs.supports.properties)).toEqual(Object.keys(WORDS));
});

/** The names of a type's keys; the compiler keeps the list whole. */
function keysOf<T>(keys: { readonly [K in keyof Required<T>]: true }): string[] {
  return Object.keys(keys).sort();
}

test('the keys of the schema are those of the types', () => {
  const keys = (name: string) => Object.keys(schema.$defs[name].properties).sort();
  const on = true;
  expect(keys('start')).toEqual(keysOf<Extract<Request, { type: 'start' }>>({ type: on, protocol: on }));
  expect(keys('run')).toEqual(keysOf<Extract<Request, { type: 'run' }>>({ type: on, seq: on, test: on }));
  expect(keys('stop')).toEqual(keysOf<Extract<Request, { type: 'stop' }>>({ type: on }));
  expect(keys('test')).toEqual(keysOf<WireTest>({ id: on, form: on, dtype: on, inputs: on, options: on }));
  expect(keys('started')).toEqual(
    keysOf<Started>({ type: on, protocol: on, name: on, version: on, environment: on, supports: on }),
  );
  expect(keys('failed')).toEqual(keysOf<Extract<Reply, { type: 'failed' }>>({ type: on, seq: on, reason: on }));
  expect(Object.keys(schema.$defs.outcome.properties.outputs.properties).sort()).toEqual(
    keysOf<Outputs>({ loss: on, rowLosses: on, gradient: on }),
  );
  expect(Object.keys(readSchema('vectors').$defs.inputs.properties).sort()).toEqual(
    keysOf<EncodedInputs>({
      ...{ logits: on, frequencies: on, labels: on, targets: on, foreground: on, rowWeights: on, beta: on, draw: on },
    }),
  );
});

test('every message is one of the whole schema, and no two kinds overlap', () => {
  const ajv = new Ajv2020({ strict: true }).addSchema(readSchema('vectors'));
  const validate = ajv.compile(schema);
  const messages = [
    { type: 'start', protocol: 1 },
    JSON.parse(JSON.stringify(run)),
    { type: 'stop' },
    started,
    { type: 'unavailable', reason: 'no GPU' },
    outcome,
    { type: 'failed', reason: 'broken' },
    { type: 'stopped' },
  ];
  for (const message of messages) expect([message.type, validate(message)]).toEqual([message.type, true]);
  expect(validate({ type: 'stop', seq: 1 })).toBe(false);
});

const tensor = encodeTensor(Float64Array.of(1), [1, 1]);
test.each<[string, unknown, string]>([
  [
    'a shape of words',
    { ...outcome, outputs: { gradient: { ...tensor, shape: [1, 'x'] } } },
    'at /outputs/gradient/shape/1: must be integer (got "x")',
  ],
  [
    'an unknown dtype',
    { ...outcome, outputs: { gradient: { ...tensor, dtype: 'float16' } } },
    'at /outputs/gradient/dtype: must be one of float64, float32, int32 (got "float16")',
  ],
  [
    'a tensor with two encodings',
    { ...outcome, outputs: { gradient: { ...tensor, base64: '' } } },
    'at /outputs/gradient: must NOT have more than 3 properties (got an object with shape, dtype, rows, base64)',
  ],
  [
    'a hole in a list',
    { ...outcome, outputs: { gradient: [[1], [null]] } },
    'at /outputs/gradient/1/0: must be number (got null)',
  ],
  ['text for a loss', { ...outcome, outputs: { loss: 'NaN' } }, 'at /outputs/loss: must be number (got "NaN")'],
  ['a misspelt output', { ...outcome, outputs: { rowlosses: [1] } }, 'at /outputs: rowlosses is not expected here'],
  ['neither outputs nor error', { type: 'outcome', seq: 3 }, "at /: must have required property 'outputs'"],
  ['outputs and an error', { ...outcome, error: 'RANK' }, 'at /outputs: is not expected here'],
  ['outputs and a skip', { ...outcome, skipped: { reason: 'x' } }, 'at /outputs: is not expected here'],
  ['a message without an error', { ...outcome, message: 'x' }, 'at /message: is not expected here'],
  ['an error that is no code', { type: 'outcome', seq: 3, error: 'bad label' }, 'at /error: must match pattern'],
  [
    'a skip without a reason',
    { type: 'outcome', seq: 3, skipped: {} },
    "at /skipped: must have required property 'reason'",
  ],
  ['a fraction for seq', { ...outcome, seq: 1.5 }, 'at /seq: must be integer (got 1.5)'],
  ['a reply to something else', { type: 'stopped' }, 'at /type: must be outcome or failed (got "stopped")'],
  ['no type', {}, 'at /type: must be outcome or failed (got undefined)'],
])('%s is told with its place', (_, reply, words) => {
  expect(() => check.reply(run, reply)).toThrow(`the reply to run, seq 3, breaks the schema ${words}`);
});

test.each<[string, unknown, string]>([
  [
    'an unknown word',
    { ...started, supports: { ...supports, features: ['labels'] } },
    'at /supports/features/0: must be one of index-labels, target-rows,',
  ],
  [
    'no form',
    { ...started, supports: { ...supports, forms: [] } },
    'at /supports/forms: must NOT have fewer than 1 items (got [])',
  ],
  [
    'a number in the environment',
    { ...started, environment: { threads: 4 } },
    'at /environment/threads: must be string (got 4)',
  ],
  ['protocol 2', { ...started, protocol: 2 }, 'at /protocol: must be 1 (got 2)'],
  ['no name', { ...started, name: '' }, 'at /name: must NOT have fewer than 1 characters (got "")'],
])('a description with %s is told with its place', (_, reply, words) => {
  expect(() => check.reply({ type: 'start', protocol: 1 }, reply)).toThrow(
    `the reply to start breaks the schema ${words}`,
  );
});

test('lists nested deeper than the stack are refused, and do not end the run', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 1e6; i++) deep = [deep];
  expect(() => check.reply(run, { ...outcome, outputs: { gradient: deep } })).toThrow('nested too deep');
});

test('the runner holds itself to the schema too', () => {
  const wrong = { ...run, test: { ...run.test, dtype: 'float16' as Dtype } } as Request;
  expect(() => check.request(wrong)).toThrow(
    "the runner's own message run, seq 3 breaks the schema at /test/dtype: must be one of float64, float32",
  );
});
