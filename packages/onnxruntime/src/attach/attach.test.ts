import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGate } from '@eqloss/core';
import { type Case, cases, codeOf, expectNear, forms, lossOf, plainCase } from '@eqloss/core/testing';
import fc from 'fast-check';
import { onnx } from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { type AttachOptions, attachLoss, inspectModel } from '../index.ts';
import {
  checkWithPython,
  decode,
  encodeSmall,
  integer,
  passing,
  type SmallModel,
  type SmallValue,
  subgraph,
  weights,
} from './testing.ts';

const { FLOAT, BOOL } = onnx.TensorProto.DataType;

/** Feeds of a batch for the newest loss of a model. */
function feedsOf(model: Uint8Array, batch: Case, x: ort.Tensor): Record<string, ort.Tensor> {
  const { gate, labels, targets, rowWeights, foreground, beta } = batch;
  const { inputs } = inspectModel(model).losses.at(-1)!;
  const { classes } = gate;
  const rows = batch.logits.length / classes;
  const floats = (values: readonly number[], dims: number[]) =>
    new ort.Tensor('float32', Float32Array.from(values), dims);
  const bools = (values: ArrayLike<number>) => new ort.Tensor('bool', Uint8Array.from(values), [values.length]);
  const all: Record<string, ort.Tensor | undefined> = {
    labels: labels && new ort.Tensor('int32', Int32Array.from(labels), [rows]),
    targets: targets && floats(targets, [rows, classes]),
    tail: bools(gate.tail),
    rowWeights: rowWeights && floats(rowWeights, [rows]),
    foreground: foreground && bools(foreground),
    oneMinusBeta: beta === undefined ? undefined : betaTensor(beta, rows, classes),
    normalizer: floats([batch.normalizer ?? 1], []),
  };
  return { x, ...Object.fromEntries(Object.entries(inputs).map(([key, name]) => [name, all[key]!])) };
}

function betaTensor(beta: number | readonly number[], rows: number, classes: number): ort.Tensor {
  if (typeof beta === 'number') return new ort.Tensor('float32', Float32Array.of(1 - beta), []);
  const dims = beta.length === classes ? [classes] : [rows, classes];
  return new ort.Tensor(
    'float32',
    Float32Array.from(beta, (b) => 1 - b),
    dims,
  );
}

/** Runs a model once. */
async function runModel(
  model: Uint8Array | string,
  feeds: Record<string, ort.Tensor>,
): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(model as string, { logSeverityLevel: 3 });
  try {
    return (await session.run(feeds)) as Record<string, ort.Tensor>;
  } finally {
    await session.release();
  }
}

/** The options that a batch needs. */
function optionsFor(form: 'sigmoid' | 'softmax', batch: Case): AttachOptions {
  const { classes } = batch.gate;
  const beta = typeof batch.beta === 'number' ? 'scalar' : batch.beta?.length === classes ? 'class' : 'element';
  return {
    form,
    labels: batch.labels ? 'index' : 'rows',
    rowWeights: batch.rowWeights !== undefined,
    normalizer: batch.normalizer !== undefined,
    ...(form === 'sigmoid' ? { foreground: batch.foreground !== undefined } : { beta }),
  };
}

/** `small` negates its input. */
function negated(logits: Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor(
    'float32',
    logits.map((z) => -z),
    [...dims],
  );
}

function resultOf(results: Record<string, ort.Tensor>, prefix = 'eql_') {
  const data = (name: string) => results[prefix + name].data as Float32Array;
  return { loss: data('loss')[0], rowLosses: data('rowLosses'), gradient: data('gradient') };
}

function divisorOf(batch: Case): number {
  const counted = batch.labels?.filter((label) => label !== -1).length ?? batch.logits.length / batch.gate.classes;
  return batch.normalizer ?? Math.max(1, counted);
}

describe.each(forms)('the %s form, attached', (form) => {
  test('gives what core gives for any batch (N4)', async () => {
    await fc.assert(
      fc.asyncProperty(cases(form, { rows: [1, 5], classes: [1, 12] }), async (batch) => {
        const { classes } = batch.gate;
        const model = attachLoss(encodeSmall(passing(['rows', 'classes'])), optionsFor(form, batch));
        const x = negated(batch.logits, [batch.logits.length / classes, classes]);
        const results = await runModel(model, feedsOf(model, batch, x));
        expectNear(resultOf(results), lossOf[form](batch), divisorOf(batch));
      }),
      { numRuns: 60 },
    );
  });

  const shapes: readonly [string, SmallValue['shape'], number[]][] = [
    ['one row, [C]', ['c'], [8]],
    ['[N, T, C]', ['n', 't', 8], [3, 2, 8]],
    ['[N, H, W, C]', [null, 1, 'w', null], [3, 1, 2, 8]],
    ['any rank', undefined, [2, 3, 8]],
  ];
  test.each(shapes)(
    'flattens %s to rows, and gives the gradient the shape of the logits',
    async (_, declared, dims) => {
      const batch = plainCase(form, dims.reduce((a, b) => a * b) / 8, 8);
      const model = attachLoss(encodeSmall(passing(declared)), optionsFor(form, batch));
      const results = await runModel(model, feedsOf(model, batch, negated(batch.logits, dims)));
      expectNear(resultOf(results), lossOf[form](batch), divisorOf(batch));
      expect(results.eql_gradient.dims).toEqual(dims);
      expect(results.eql_rowLosses.dims).toEqual([batch.logits.length / 8]);
    },
  );

  test.each([13, 15, 18, 21, 26])('runs in opset %i', async (opset) => {
    const batch = plainCase(form, 3, 8);
    const model = attachLoss(encodeSmall(passing([3, 8], 'Softmax', { opset })), optionsFor(form, batch));
    const results = await runModel(model, feedsOf(model, batch, negated(batch.logits, [3, 8])));
    expectNear(resultOf(results), lossOf[form](batch), 3);
  });

  test.each([['loss'], ['rowLosses'], ['gradient'], ['loss', 'gradient']] as const)(
    'computes %s, %s alone',
    async (...outputs) => {
      const batch = plainCase(form, 3, 8);
      const wanted = outputs.filter((name) => name !== undefined);
      const model = attachLoss(encodeSmall(passing([3, 8])), { ...optionsFor(form, batch), outputs: wanted });
      const results = await runModel(model, feedsOf(model, batch, negated(batch.logits, [3, 8])));
      expect(Object.keys(results).sort()).toEqual(['y', ...wanted.map((name) => `eql_${name}`)].sort());
    },
  );

  test('carries its gate, and asks for none', async () => {
    const batch = plainCase(form, 3, 8);
    const constants = { gate: batch.gate };
    const model = attachLoss(encodeSmall(passing([3, 8])), { ...optionsFor(form, batch), constants });
    expect(Object.keys(inspectModel(model).losses[0].inputs)).not.toContain('tail');
    const results = await runModel(model, feedsOf(model, batch, negated(batch.logits, [3, 8])));
    expectNear(resultOf(results), lossOf[form](batch), 3);
  });

  test.each([undefined, [3, 2, 4], [6, 4]])(
    'as a function, of logits %o, it is the same; and so is a second one',
    async (shape) => {
      const batch = plainCase(form, 6, 4);
      const dims = shape ?? [2, 1, 3, 4];
      const options = { ...optionsFor(form, batch), as: 'function' } as const;
      const plain = encodeSmall(passing(shape, 'Softmax', { irVersion: 7, attributes: [integer('axis', -1)] }));
      const once = attachLoss(plain, options);
      const twice = attachLoss(once, options);
      const names = ['Sigmoid', 'Softmax']
        .filter((name) => name.toLowerCase() === form)
        .map((name) => `eqloss.${name}Eql`);
      expect(inspectModel(twice).functions).toEqual([names[0], `${names[0]}2`]);
      expect(inspectModel(twice)).toMatchObject({ irVersion: 8, opsets: { '': 17, eqloss: 1 } });
      const x = negated(batch.logits, dims);
      const results = await runModel(twice, { ...feedsOf(once, batch, x), ...feedsOf(twice, batch, x) });
      for (const prefix of ['eql_', 'eql2_']) {
        expectNear(resultOf(results, prefix), lossOf[form](batch), divisorOf(batch));
        expect(results[`${prefix}gradient`].dims).toEqual(dims);
      }
      expect(results.y.data).toEqual((await runModel(plain, { x })).y.data);
    },
  );

  test('two losses of one model each have their answer, beside the unchanged output', async () => {
    const other = form === 'sigmoid' ? 'softmax' : 'sigmoid';
    const [first, second] = [plainCase(form, 3, 8), plainCase(other, 3, 8)];
    const plain = encodeSmall(passing([3, 8]));
    const once = attachLoss(plain, optionsFor(form, first));
    const twice = attachLoss(once, optionsFor(other, second));
    expect(inspectModel(twice).losses.map(({ prefix }) => prefix)).toEqual(['eql_', 'eql2_']);
    const x = negated(first.logits, [3, 8]);
    const results = await runModel(twice, { ...feedsOf(once, first, x), ...feedsOf(twice, second, x) });
    expectNear(resultOf(results), lossOf[form](first), 3);
    expectNear(resultOf(results, 'eql2_'), lossOf[other](second), 3);
    expect(results.y.data).toEqual((await runModel(plain, { x })).y.data);
  });
});

test('β can be carried, too', async () => {
  const batch = { ...plainCase('softmax', 3, 8), beta: 0.9 };
  const options = { form: 'softmax', labels: 'index', constants: { gate: batch.gate, beta: 0.9 } } as const;
  const model = attachLoss(encodeSmall(passing([3, 8])), options);
  expect(Object.keys(inspectModel(model).losses[0].inputs)).toEqual(['labels']);
  const results = await runModel(model, feedsOf(model, batch, negated(batch.logits, [3, 8])));
  expectNear(resultOf(results), lossOf.softmax(batch), 3);
});

test('float16 logits, as in a model that is float outside, are cast and the loss is float', async () => {
  // Halves of integers are exact in float16.
  const logits = Float32Array.from({ length: 24 }, (_, k) => ((k * 7) % 13) / 2 - 3);
  const batch = { ...plainCase('sigmoid', 3, 8), logits };
  const { FLOAT16 } = onnx.TensorProto.DataType;
  const nodes = [
    { op: 'Cast', inputs: ['x'], outputs: ['logits'], attributes: [integer('to', FLOAT16)] },
    { op: 'Softmax', inputs: ['logits'], outputs: ['p'] },
    { op: 'Cast', inputs: ['p'], outputs: ['y'], attributes: [integer('to', FLOAT)] },
  ];
  const [inputs, outputs] = [[{ name: 'x', shape: [3, 8] }], [{ name: 'y', shape: [3, 8] }]];
  const model = attachLoss(encodeSmall({ nodes, inputs, outputs }), optionsFor('sigmoid', batch));
  const results = await runModel(model, feedsOf(model, batch, new ort.Tensor('float32', logits, [3, 8])));
  expectNear(resultOf(results), lossOf.sigmoid(batch), 3);
  expect(results.eql_gradient.type).toBe('float32');
});

test('double logits are cast, and the loss is float', async () => {
  const batch = plainCase('sigmoid', 3, 8);
  const x = new ort.Tensor(
    'float64',
    Float64Array.from(batch.logits, (z) => -z),
    [3, 8],
  );
  const model = attachLoss(encodeSmall(passing([3, 8], 'Softmax', { type: 'DOUBLE' })), optionsFor('sigmoid', batch));
  const results = await runModel(model, feedsOf(model, batch, x));
  expectNear(resultOf(results), lossOf.sigmoid(batch), 3);
  expect(results.eql_gradient.type).toBe('float32');
});

test.each([undefined, ['rows', 'classes']])('logits that are named need no declaration (%s)', async (shape) => {
  const batch = plainCase('softmax', 3, 8);
  const { nodes, inputs } = passing(shape);
  const y = [{ name: 'y', type: 'BOOL', shape }] as const;
  const model = encodeSmall({
    nodes: [nodes[0], { op: 'IsNaN', inputs: ['logits'], outputs: ['y'] }],
    inputs,
    outputs: y,
  });
  const attached = attachLoss(model, { ...optionsFor('softmax', batch), logits: 'logits' });
  const results = await runModel(attached, feedsOf(attached, batch, negated(batch.logits, [3, 8])));
  expectNear(resultOf(results), lossOf.softmax(batch), 3);
});

test('wrong lengths fail, they do not broadcast', async () => {
  const batch = plainCase('sigmoid', 3, 8);
  const model = attachLoss(encodeSmall(passing(['n', 't', 'c'])), {
    ...optionsFor('sigmoid', batch),
    rowWeights: true,
  });
  const x = negated(batch.logits, [3, 1, 8]);
  const feeds = feedsOf(model, { ...batch, rowWeights: [1, 1, 1] }, x);
  await runModel(model, feeds);
  const short = {
    eql_labels: new ort.Tensor('int32', Int32Array.of(1), [1]),
    eql_rowWeights: new ort.Tensor('float32', Float32Array.of(1), [1]),
    eql_tail: new ort.Tensor('bool', Uint8Array.of(1), [1]),
  };
  for (const [name, tensor] of Object.entries(short)) {
    await expect(runModel(model, { ...feeds, [name]: tensor }), name).rejects.toThrow();
  }
});

test('weights of a model of IR version 3, which had to be inputs, are constants', async () => {
  const batch = plainCase('sigmoid', 3, 8);
  const model = attachLoss(encodeSmall(passing([3, 8], 'Softmax', { irVersion: 3, opset: 13 })), {
    ...optionsFor('sigmoid', batch),
    constants: { gate: batch.gate },
  });
  expect(decode(model).graph!.initializer).toEqual([]);
  const results = await runModel(model, feedsOf(model, batch, negated(batch.logits, [3, 8])));
  expectNear(resultOf(results), lossOf.sigmoid(batch), 3);
});

/** A model with everything that must not change. */
function rich(): Uint8Array {
  const branch: SmallModel = {
    nodes: [{ op: 'Identity', inputs: ['w'], outputs: ['eql5_inner'] }],
    inputs: [],
    outputs: [{ name: 'eql5_inner', shape: [8] }],
  };
  return encodeSmall({
    nodes: [
      {
        op: 'If',
        inputs: ['flag'],
        outputs: ['chosen'],
        attributes: [subgraph('then_branch', branch), subgraph('else_branch', branch)],
      },
      { op: 'Add', inputs: ['x', 'chosen'], outputs: ['eql3_logits'] },
      { op: 'Softmax', inputs: ['eql3_logits'], outputs: ['y'] },
    ],
    inputs: [
      { name: 'x', shape: ['eql4_rows', 8] },
      { name: 'flag', type: 'BOOL', shape: [] },
    ],
    outputs: [{ name: 'y', shape: ['eql4_rows', 8] }],
    values: [{ name: 'eql3_logits', shape: ['eql4_rows', 8] }],
    initializers: [weights('w', [8], [1, 2, 3, 4, 5, 6, 7, 8]), weights('eql_unused', [1], [1])],
    more: {
      modelVersion: 7,
      docString: 'kept',
      metadataProps: [{ key: 'classes', value: 'a,b' }],
      opsetImport: [{ version: 17 }, { domain: 'ai.onnx.ml', version: 3 }],
    },
  });
}

test('what the model had stays, in its order', () => {
  const before = onnx.ModelProto.toObject(decode(rich()), { longs: Number });
  const after = onnx.ModelProto.toObject(decode(attachLoss(rich(), { form: 'softmax', labels: 'rows' })), {
    longs: Number,
  });
  for (const list of ['node', 'initializer', 'input', 'output', 'valueInfo'] as const) {
    expect(after.graph[list].slice(0, before.graph[list].length)).toEqual(before.graph[list]);
  }
  const {
    graph: _,
    metadataProps: [own],
    ...rest
  } = before;
  const {
    graph: __,
    metadataProps: [kept, note],
    ...others
  } = after;
  expect([others, kept]).toEqual([rest, own]);
  expect(note.key).toBe('eqloss:eql2_');
});

test('no added name is a name of the model, of its inner graphs or of its dimensions', () => {
  const options = { form: 'softmax', labels: 'index' } as const;
  // eql_ is a weight, eql3_ a value, eql4_ a dimension, eql5_ a value inside an If.
  let model = rich();
  for (const prefix of ['eql2_', 'eql6_', 'eql7_']) {
    model = attachLoss(model, options);
    expect(inspectModel(model).losses.at(-1)!.prefix).toBe(prefix);
  }
  const { node, initializer, input } = decode(model).graph!;
  const names = [...node!.flatMap(({ output }) => output!), ...[...initializer!, ...input!].map(({ name }) => name!)];
  expect(new Set(names).size).toBe(names.length);
});

test('weights in other files stay there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eqloss-external-'));
  try {
    const data = Float32Array.from({ length: 8 }, (_, k) => k / 8);
    writeFileSync(join(folder, 'weights.bin'), data);
    const w = { name: 'w', dims: [8], dataType: FLOAT, dataLocation: 1 };
    const where = [
      ['location', 'weights.bin'],
      ['offset', '0'],
      ['length', '32'],
    ];
    const externalData = where.map(([key, value]) => ({ key, value }));
    const { nodes, inputs, outputs } = passing([3, 8]);
    const shifted = [
      { op: 'Add', inputs: ['x', 'w'], outputs: ['moved'] },
      { ...nodes[0], inputs: ['moved'] },
      nodes[1],
    ];
    const bytes = encodeSmall({ nodes: shifted, inputs, outputs, initializers: [{ ...w, externalData }] });
    const batch = plainCase('sigmoid', 3, 8);
    const model = attachLoss(bytes, optionsFor('sigmoid', batch));
    expect(inspectModel(model).initializers.externalFiles).toEqual(['weights.bin']);
    writeFileSync(join(folder, 'before.onnx'), bytes);
    writeFileSync(join(folder, 'after.onnx'), model);
    const x = negated(batch.logits, [3, 8]);
    const before = await runModel(join(folder, 'before.onnx'), { x });
    const results = await runModel(join(folder, 'after.onnx'), feedsOf(model, batch, x));
    expect(results.y.data).toEqual(before.y.data);
    const logits = batch.logits.map((z, k) => Math.fround(z) - data[k % 8]);
    expectNear(resultOf(results), lossOf.sigmoid({ ...batch, logits }), 3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

for (const as of ['graph', 'function'] as const) {
  test(`as a ${as} it is a valid model to onnx.checker`, (context) => {
    const base = encodeSmall(passing(['n', 't', 8], 'Softmax', { irVersion: 7 }));
    const options = { form: 'sigmoid', labels: 'index', as } as const;
    checkWithPython(attachLoss(attachLoss(base, options), { ...options, labels: 'rows' }), context);
  });
}

test('a prefix of the caller is used, and refused when it is taken', () => {
  const options = { form: 'sigmoid', labels: 'index' } as const;
  const model = attachLoss(rich(), { ...options, prefix: 'my/' });
  expect(inspectModel(model).losses[0].outputs).toEqual({
    loss: 'my/loss',
    rowLosses: 'my/rowLosses',
    gradient: 'my/gradient',
  });
  for (const prefix of ['my/', 'eql5_', 'eql4', '', 7 as unknown as string]) {
    expect(codeOf(() => attachLoss(model, { ...options, prefix }))).toBe('UNSUPPORTED');
  }
});

test('a prefix may begin with another', () => {
  const options = { form: 'softmax', labels: 'index', outputs: ['loss', 'gradient'] } as const;
  const once = attachLoss(encodeSmall(passing(['n', 8])), { ...options, prefix: 'q' });
  const [first, second] = inspectModel(attachLoss(once, { ...options, labels: 'rows', prefix: 'q1' })).losses;
  expect(first).toMatchObject(inspectModel(once).losses[0]);
  expect(first.inputs).toEqual({ labels: 'qlabels', tail: 'qtail', oneMinusBeta: 'qoneMinusBeta' });
  expect(first.outputs).toEqual({ loss: 'qloss', gradient: 'qgradient' });
  expect(second.inputs).toEqual({ targets: 'q1targets', tail: 'q1tail', oneMinusBeta: 'q1oneMinusBeta' });
});

test('declares what it takes and gives, in the types and sizes that are known', () => {
  const model = decode(attachLoss(encodeSmall(passing(['n', 't', 8])), { form: 'sigmoid', labels: 'index' }));
  const declared = [...model.graph!.input!, ...model.graph!.output!].map(({ name, type }) => {
    const { elemType, shape } = type!.tensorType!;
    return [name, elemType, shape!.dim!.map(({ dimParam, dimValue }) => dimParam || Number(dimValue))];
  });
  expect(declared).toContainEqual(['eql_labels', onnx.TensorProto.DataType.INT32, ['eql_rows']]);
  expect(declared).toContainEqual(['eql_tail', BOOL, [8]]);
  expect(declared).toContainEqual(['eql_rowLosses', FLOAT, ['eql_rows']]);
  expect(declared).toContainEqual(['eql_gradient', FLOAT, ['n', 't', 8]]);
});

const small = encodeSmall(passing([3, 8]));
const gate = createGate([1, 2, 3], { threshold: 2 });
const sigmoid = { form: 'sigmoid', labels: 'index' } as const;
const softmax = { form: 'softmax', labels: 'index' } as const;
const refused: readonly [string, unknown, unknown][] = [
  ['UNSUPPORTED', small, undefined],
  ['UNSUPPORTED', small, 'sigmoid'],
  ['UNSUPPORTED', small, { form: 'focal', labels: 'index' }],
  ['REDUCTION', small, { ...sigmoid, reduction: 'max' }],
  ['UNSUPPORTED', small, { ...sigmoid, logits: 'logits', output: 'y' }],
  ['UNSUPPORTED', small, { ...sigmoid, logits: 7 }],
  ['UNSUPPORTED', small, { ...sigmoid, as: 'op' }],
  ['UNSUPPORTED', small, { ...sigmoid, constants: null }],
  ['UNSUPPORTED', small, { ...sigmoid, constants: { tail: Uint8Array.of(1) } }],
  ['UNSUPPORTED', small, { ...sigmoid, gate: createGate([1], { threshold: 1 }) }],
  ['UNSUPPORTED', small, { ...sigmoid, constants: { beta: 0.5 } }],
  ['UNSUPPORTED', small, { ...softmax, beta: 'class', constants: { beta: 0.5 } }],
  ['BETA_RANGE', small, { ...softmax, constants: { beta: 1.5 } }],
  ['BETA_RANGE', small, { ...softmax, constants: { beta: [0.5] } }],
  ['CLASS_COUNT', small, { ...sigmoid, constants: { gate } }],
  ['CLASS_COUNT', small, { ...sigmoid, constants: { gate: { classes: 8 } } }],
  ['MODEL', small, { ...sigmoid, logits: 'nothing' }],
  ['MODEL', small, { ...sigmoid, output: 'logits' }],
  ['MODEL', undefined, sigmoid],
  ['MODEL', 'model.onnx', sigmoid],
  ['MODEL', new Uint8Array(0), sigmoid],
  ['MODEL', encodeSmall(passing([3, 8], 'Softmax', { more: { opsetImport: [] } })), sigmoid],
  ['MODEL', encodeSmall(passing([3, 8], 'Identity', { type: 'INT64' })), sigmoid],
  ['UNSUPPORTED', encodeSmall(passing([3, 8], 'Softmax', { opset: 12 })), sigmoid],
  ['UNSUPPORTED', encodeSmall(passing([3, 8], 'Softmax', { opset: 27 })), sigmoid],
];

test.each(refused)('%s is thrown for case %#', (code, bytes, options) => {
  expect(codeOf(() => attachLoss(bytes as Uint8Array, options as AttachOptions))).toBe(code);
});
