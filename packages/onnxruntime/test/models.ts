// Loss models run by themselves: a batch as the inputs that `buildLossModel` documents, without a loss session.

import type { Batch, Form } from '@eqloss/core';
import * as ort from 'onnxruntime-node';
import { buildLossModel, type LossModelOptions } from '../src/index.ts';

/** A batch of core, with lists of any kind. */
export type ModelCase = Omit<Batch, 'logits'> & { readonly logits: Float32Array };

/** What a model is fed with: plain data, so that other runtimes can be fed too. */
export interface Feed {
  readonly type: 'float32' | 'float16' | 'int32' | 'int64' | 'bool';
  readonly data: Float32Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array;
  readonly shape: readonly number[];
}

/** Inputs by name. */
export type Feeds = Readonly<Record<string, Feed>>;

/** What of a model's results there is; `loss` as a number. */
export interface Results {
  readonly loss: number;
  readonly rowLosses: Float32Array;
  readonly gradient: Float32Array;
}

/** The options with exactly the inputs that the batch has. */
export function optionsFor(form: Form, batch: ModelCase): LossModelOptions {
  const { gate, beta, labels, rowWeights, normalizer, foreground } = batch;
  const list = typeof beta === 'number' ? undefined : (beta as ArrayLike<number> | undefined);
  return {
    form,
    labels: labels ? 'index' : 'rows',
    rowWeights: rowWeights !== undefined,
    normalizer: normalizer !== undefined,
    ...(form === 'sigmoid' && { foreground: foreground !== undefined }),
    ...(form === 'softmax' && {
      beta: list === undefined ? 'scalar' : list.length === gate.classes ? 'class' : 'element',
    }),
  };
}

/** The inputs of the model of these options. */
export function feedsFor(options: LossModelOptions, batch: ModelCase): Feeds {
  const { gate, logits, labels, targets, rowWeights, foreground, beta, normalizer } = batch;
  const { classes } = gate;
  const rows = logits.length / classes;
  const floats = (values: ArrayLike<number>, shape: readonly number[]): Feed => ({
    type: 'float32',
    data: Float32Array.from(values),
    shape,
  });
  const bools = (values: ArrayLike<number>, shape: readonly number[]): Feed => ({
    type: 'bool',
    data: Uint8Array.from(values),
    shape,
  });
  const feeds: Record<string, Feed> = { logits: floats(logits, [rows, classes]), tail: bools(gate.tail, [classes]) };
  if (options.logits === 'float16') {
    feeds.logits = { type: 'float16', data: Uint16Array.from(logits, halfBits), shape: [rows, classes] };
  }
  if (options.labels === 'rows') feeds.targets = floats(targets!, [rows, classes]);
  else if (options.labelType === 'int64') {
    feeds.labels = { type: 'int64', data: BigInt64Array.from(Array.from(labels!, BigInt)), shape: [rows] };
  } else feeds.labels = { type: 'int32', data: Int32Array.from(labels!), shape: [rows] };
  if (options.rowWeights) feeds.rowWeights = floats(rowWeights!, [rows]);
  if (options.foreground) feeds.foreground = bools(foreground!, [rows]);
  const { outputs = ['loss'] } = options;
  if (options.normalizer && outputs.some((output) => output !== 'rowLosses')) {
    feeds.normalizer = floats([normalizer!], []);
  }
  if (options.form === 'softmax') {
    const list = typeof beta === 'number' ? [beta] : Array.from(beta as ArrayLike<number>);
    const shapes = { scalar: [], class: [classes], element: [rows, classes], drawn: [rows, classes] };
    const { beta: shape = 'scalar' } = options;
    if (shape === 'drawn') feeds.drawn = bools(list, shapes.drawn);
    else
      feeds.oneMinusBeta = floats(
        list.map((value) => 1 - value),
        shapes[shape],
      );
  }
  return feeds;
}

/** A session of the model of these options. */
export function sessionOf(options: LossModelOptions): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(buildLossModel(options), { intraOpNumThreads: 1, logSeverityLevel: 3 });
}

/** The tensors of ONNX Runtime. */
export function tensorsOf(feeds: Feeds): Record<string, ort.Tensor> {
  const tensors = Object.entries(feeds).map(([name, { type, data, shape }]) => {
    const tensor = new ort.Tensor(type as 'float32', data as Float32Array, shape);
    // Where the language has halves (Node 24), the tensor holds a Float16Array, which the engine's binding cannot read.
    if (type === 'float16') Object.defineProperty(tensor, 'cpuData', { value: data });
    return [name, tensor];
  });
  return Object.fromEntries(tensors);
}

/** Runs a session; what the model does not return is not there. */
export async function run(session: ort.InferenceSession, feeds: Feeds): Promise<Results> {
  const { loss, ...rest } = await session.run(tensorsOf(feeds));
  const data = Object.fromEntries(Object.entries(rest).map(([name, tensor]) => [name, tensor.data]));
  return { ...data, ...(loss && { loss: loss.data[0] }) } as unknown as Results;
}

/** Evaluates batches; makes one session of each model. */
export interface Evaluator {
  evaluate(options: LossModelOptions, batch: ModelCase): Promise<Results>;
  release(): Promise<void>;
}

/** An evaluator; release it after the last test. */
export function createEvaluator(): Evaluator {
  const sessions = new Map<string, Promise<ort.InferenceSession>>();
  return {
    evaluate: async (options, batch) => {
      const key = JSON.stringify(options, Object.keys(options).sort());
      const session = sessions.get(key) ?? sessionOf(options);
      sessions.set(key, session);
      return run(await session, feedsFor(options, batch));
    },
    release: async () => {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}

/** Rows `from` to `to` of a batch, one divisor for all of them. SPEC P1. */
export function rowsOf(batch: ModelCase, from: number, to: number, normalizer = 1): ModelCase {
  const { classes } = batch.gate;
  const cut = (values: ArrayLike<number> | undefined, each: number): number[] | undefined =>
    values && Array.prototype.slice.call(values, from * each, to * each);
  const { beta } = batch;
  const list = typeof beta === 'object' ? (beta as ArrayLike<number>) : undefined;
  return {
    ...batch,
    logits: batch.logits.slice(from * classes, to * classes),
    labels: cut(batch.labels, 1),
    targets: cut(batch.targets, classes),
    rowWeights: cut(batch.rowWeights, 1),
    foreground: cut(batch.foreground, 1),
    ...(list && list.length !== classes && { beta: cut(list, classes) }),
    normalizer,
  } as ModelCase;
}

/** Bits of the half-precision number that equals `value`, which must be one (or NaN). */
function halfBits(value: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  const sign = (word >>> 16) & 0x8000;
  if (Number.isNaN(value)) return 0x7e00;
  const size = Math.abs(value);
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) {
    const steps = size * 2 ** 24;
    if (!Number.isInteger(steps)) throw new RangeError(`${value} is no number of half precision`);
    return sign | steps;
  }
  if (size > 65504 || (word & 0x1fff) !== 0) throw new RangeError(`${value} is no number of half precision`);
  return sign | ((((word >>> 23) & 0xff) - 112) << 10) | ((word >>> 13) & 0x3ff);
}
