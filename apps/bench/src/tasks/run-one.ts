// Task `run-one`: the loss of one row, which is all cost and no work.

import type { Form } from '@eqloss/core';
import { buildLossModel, createLossSession } from '@eqloss/onnxruntime';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Case } from '../cases.ts';
import { BETA, type Inputs, makeInputs } from '../inputs.ts';
import type { Outputs } from '../path.ts';
import type { Ready, Task } from '../task.ts';
import { distanceOf, expectedOf } from '../verify.ts';
import { loadRuntime, type Runtime } from './engine.ts';

/** A row, and who has it: the engine with a graph that does nothing, the engine with the loss, or a session of ours. */
export interface RunOneTask {
  readonly way: 'nothing' | 'graph' | 'run';
  readonly form: Form;
  readonly classes: number;
}

/** @throws {Unavailable} when onnxruntime-node does not load. */
export async function createTask({ way, form, classes }: RunOneTask): Promise<Ready> {
  const runtime = await loadRuntime();
  const of: Case = { form, rows: 1, classes, foreground: 1, tail: 'scattered', beta: 'fixed' };
  const open = { nothing: openNothing, graph: openGraph, run: openSession }[way];
  return { environment: runtime.environment, open: () => open(runtime, makeInputs(of)) };
}

const options = { intraOpNumThreads: 1, logSeverityLevel: 3, executionProviders: ['cpu'] } as const;

/** Opset 17, `y = Identity(x)` of one number. */
const IDENTITY = 'CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBZ1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBE=';

async function openNothing({ ort }: Runtime): Promise<Task> {
  const session = await ort.InferenceSession.create(Uint8Array.from(Buffer.from(IDENTITY, 'base64')), options);
  const x = new ort.Tensor('float32', Float32Array.of(7), [1]);
  return { run: () => session.run({ x }) };
}

async function openGraph({ ort }: Runtime, inputs: Inputs): Promise<Task> {
  const { form, classes } = inputs.of;
  const model = buildLossModel({ form, labels: 'index', normalizer: true, outputs: ['rowLosses', 'gradient'] });
  const session = await ort.InferenceSession.create(model, options);
  const feeds = {
    logits: new ort.Tensor('float32', inputs.readLogits(), [1, classes]),
    labels: new ort.Tensor('int32', inputs.labels, [1]),
    tail: new ort.Tensor('bool', new Uint8Array(inputs.gate.tail), [classes]),
    normalizer: new ort.Tensor('float32', Float32Array.of(1), []),
    ...(form === 'softmax' && { oneMinusBeta: new ort.Tensor('float32', Float32Array.of(1 - BETA), []) }),
  };
  let results: InferenceSession.OnnxValueMapType;
  const run = async (): Promise<void> => {
    results = await session.run(feeds);
  };
  const dataOf = (tensor: unknown): Float32Array => (tensor as Tensor).data as Float32Array;
  return {
    run,
    check: () => checked({ loss: dataOf(results.rowLosses)[0], gradient: dataOf(results.gradient) }, inputs),
  };
}

async function openSession({ ort }: Runtime, inputs: Inputs): Promise<Task> {
  const { of, gate, labels, beta } = inputs;
  const session = await createLossSession(ort, { form: of.form, gate, executionProviders: ['cpu'] });
  const batch = { labels, logits: inputs.readLogits(), beta };
  const gradient = new Float32Array(of.classes);
  let outputs: Outputs;
  const run = async (): Promise<void> => {
    outputs = await session.run(batch, { gradient });
  };
  return { run, check: () => checked(outputs, inputs) };
}

function checked(outputs: Outputs, inputs: Inputs): number {
  const distance = distanceOf(outputs, expectedOf('eql', inputs, inputs.readLogits()), 1);
  if (!(distance <= 1)) throw new Error(`${distance} times as far from core as SPEC N4 allows`);
  return outputs.loss;
}
