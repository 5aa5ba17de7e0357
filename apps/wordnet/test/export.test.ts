// What is trained on ONNX Runtime can be handed on: as a model of its own, and behind the model that makes its features.

import { scoresOf } from '@eqloss/training/scores';
import { onnx } from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answersOf } from '../src/evaluate.ts';
import { readGlosses } from '../src/glosses.ts';
import { methods } from '../src/methods.ts';
import { onnxruntime, type TrainerHead } from '../src/onnxruntime/stack.ts';
import { createMemory, writeRows } from '../src/rows.ts';
import { createTask, type Task } from '../src/task.ts';
import { trainHead } from '../src/train.ts';

const BUCKETS = 1024;
let task: Task;
let head: TrainerHead;
let answers: Int32Array;

beforeAll(async () => {
  task = createTask(await readGlosses(), { buckets: BUCKETS, every: 3 });
  const seql = methods.find(({ name }) => name === 'seql')!;
  head = await trainHead(onnxruntime, task, seql, { seed: 1, epochs: 1 });
  answers = await answersOf(head, task.test);
});

afterAll(() => head.release());

test('the exported head gives the answers of its trainer', async () => {
  const memory = createMemory();
  const found = await answersOfModel(head.trainer.exportHead({ activation: 'softmax' }), (buckets) => {
    const features = memory(buckets.length * BUCKETS);
    writeRows(features, buckets, { row: BUCKETS, bucket: 1 });
    return { features: new ort.Tensor('float32', features, [buckets.length, BUCKETS]) };
  });
  expectSame(found);
});

test('merged with the model that makes its features, it takes the texts as that model does', async () => {
  const found = await answersOfModel(head.trainer.mergeHead(backbone()), (buckets) => {
    const marks = new Uint8Array(buckets.length * BUCKETS);
    for (const [row, found] of buckets.entries()) for (const bucket of found) marks[row * BUCKETS + bucket] = 1;
    return { marks: new ort.Tensor('bool', marks, [buckets.length, BUCKETS]) };
  });
  expectSame(found);
});

/** One class alone has 12 % of the texts. Two of the largest logits may be as good as equal, so that either answer is right. */
function expectSame(found: Int32Array): void {
  const { labels } = task.test;
  expect(scoresOf(answers, labels, task.groups).accuracy).toBeGreaterThan(0.4);
  const alike = found.filter((answer, i) => answer === answers[i]).length;
  expect(labels.length - alike).toBeLessThanOrEqual(2);
}

async function answersOfModel(
  model: Uint8Array,
  feedsOf: (buckets: readonly Int32Array[]) => Record<string, ort.Tensor>,
): Promise<Int32Array> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const predict = async (buckets: readonly Int32Array[]): Promise<Int32Array> => {
    const results = await session.run(feedsOf(buckets));
    // The head's is the last one.
    const { data } = results[session.outputNames.at(-1)!];
    const values = data as Float32Array;
    return Int32Array.from(buckets, (_, i) => {
      const row = values.subarray(i * task.classes, (i + 1) * task.classes);
      return row.indexOf(Math.max(...row));
    });
  };
  try {
    return await answersOf({ predict }, task.test);
  } finally {
    await session.release();
  }
}

/** From marks of the buckets that a text falls into, to its features: rows of length 1. */
function backbone(): Uint8Array {
  const { TensorProto, AttributeProto, ModelProto } = onnx;
  const matrix = (elemType: number) => ({
    tensorType: { elemType, shape: { dim: [{ dimParam: 'texts' }, { dimValue: BUCKETS }] } },
  });
  const model = ModelProto.fromObject({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'features',
      input: [{ name: 'marks', type: matrix(TensorProto.DataType.BOOL) }],
      output: [{ name: 'features', type: matrix(TensorProto.DataType.FLOAT) }],
      node: [
        {
          opType: 'Cast',
          input: ['marks'],
          output: ['ones'],
          attribute: [{ name: 'to', type: AttributeProto.AttributeType.INT, i: TensorProto.DataType.FLOAT }],
        },
        { opType: 'LpNormalization', input: ['ones'], output: ['features'] },
      ],
    },
  });
  return new Uint8Array(ModelProto.encode(model).finish());
}
