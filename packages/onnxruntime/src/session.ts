// The public session: checks a batch, runs the model that it needs, hands back loss, row losses and gradient.

import {
  type BatchInputs,
  EqlError,
  type Form,
  type Gate,
  type PreparedBatch,
  prepareSigmoid,
  prepareSoftmax,
  type Reduction,
  shapeOf,
} from '@eqloss/core';
import { feedsOf, modelFor } from './feeds.ts';
import { buildLossModel } from './model.ts';
import type { ExecutionProvider, Ort, OrtSession } from './ort.ts';

/** What {@link createLossSession} takes. */
export interface LossSessionOptions {
  readonly form: Form;
  readonly gate: Gate;
  /** SPEC R1. Default `mean`. */
  readonly reduction?: Reduction;
  /** Where to run, in order of preference; ONNX Runtime's own default when left out. */
  readonly executionProviders?: readonly ExecutionProvider[];
  /** Further options for `InferenceSession.create`. `intraOpNumThreads` is 1 unless given here. */
  readonly sessionOptions?: Readonly<Record<string, unknown>>;
  /** Version of the standard operator set, 13 to 26. Default 17. */
  readonly opset?: number;
}

/** One batch: everything beside the gate, which the session has. */
export interface LossBatch extends Omit<BatchInputs, 'gate'> {
  /** z, row-major, `[rows * classes]`. Not to be written to until `run` is done. */
  readonly logits: Float32Array;
  /** `[rows, classes]`. Taken from the labels and the gate when left out. */
  readonly shape?: readonly number[];
}

/** What a batch costs, and in which direction it would cost less. */
export interface LossResult {
  /** Σ rowLosses / divisor: the mean for `mean`, else the sum. Summed in double. */
  readonly loss: number;
  /** Weighted by `rowWeights`, never divided. `[rows]`. */
  readonly rowLosses: Float32Array;
  /** ∂loss / ∂logits, `[rows * classes]`. SPEC R5. */
  readonly gradient: Float32Array;
}

/** A loss on ONNX Runtime. Made by {@link createLossSession}. */
export interface LossSession {
  /**
   * Loss and gradient of one batch. Calls may overlap: they are done one after the other.
   *
   * @throws {EqlError} (rejects) as `sigmoidEql` and `softmaxEql` of core; `DTYPE` for logits that are no Float32Array;
   * `DISPOSED` after `release`.
   */
  run(batch: LossBatch): Promise<LossResult>;
  /** Frees the runtime's sessions once the runs under way are done. Calling it again does nothing more. */
  release(): Promise<void>;
}

/**
 * Creates a loss that runs on ONNX Runtime. Its models are built when a batch first needs them: one for index labels, one for
 * target rows, each with β per class or per element.
 *
 * @param ort The namespace of onnxruntime-node or onnxruntime-web.
 * @throws {EqlError} (rejects) `UNSUPPORTED` for a form that is not known or an opset out of range.
 */
export async function createLossSession(ort: Ort, options: LossSessionOptions): Promise<LossSession> {
  const { form, gate, reduction, opset } = options;
  // Building a model is cheap and touches no engine: it checks form and opset now rather than at the first batch.
  buildLossModel({ form, labels: 'index', opset });
  const sessions = new Map<string, Promise<OrtSession>>();
  let queue: Promise<unknown> = Promise.resolve();
  let released: Promise<void> | undefined;

  const sessionFor = (prepared: PreparedBatch): Promise<OrtSession> => {
    const model = modelFor(prepared);
    const key = `${model.labels} ${model.beta}`;
    let session = sessions.get(key);
    if (session === undefined) {
      const bytes = buildLossModel({ ...model, outputs: ['rowLosses', 'gradient'], opset });
      session = ort.InferenceSession.create(bytes, sessionOptionsOf(options));
      sessions.set(key, session);
      // A session that could not be made is not kept: the next batch tries again.
      session.catch(() => sessions.delete(key));
    }
    return session;
  };

  const runPrepared = async (prepared: PreparedBatch, logits: Float32Array): Promise<LossResult> => {
    const session = await sessionFor(prepared);
    const feeds = feedsOf(ort, prepared, logits);
    const results = await session.run(feeds as Record<string, never>);
    const rowLosses = (await results.rowLosses.getData(true)) as Float32Array;
    const gradient = (await results.gradient.getData(true)) as Float32Array;
    return { loss: sum(rowLosses) / prepared.divisor, rowLosses, gradient };
  };

  return {
    run: async (batch) => {
      if (released !== undefined) throw new EqlError('DISPOSED', 'run was called after release.');
      if (!(batch.logits instanceof Float32Array)) {
        throw new EqlError('DTYPE', 'logits must be a Float32Array: the graph computes in single precision.');
      }
      const inputs = { ...batch, gate };
      const prepare = form === 'sigmoid' ? prepareSigmoid : prepareSoftmax;
      const prepared = prepare(shapeOf(inputs), inputs, reduction);
      // Providers differ in what they make of a tensor without elements; nothing is to be computed. SPEC R4.
      if (prepared.rows === 0) return { loss: 0, rowLosses: new Float32Array(0), gradient: new Float32Array(0) };
      // onnxruntime-web refuses a run while another is under way on the same device.
      const result = queue.then(() => runPrepared(prepared, batch.logits));
      queue = result.catch(() => undefined);
      return result;
    },
    release: () => {
      released ??= queue.then(async () => {
        // ONNX Runtime throws when a session is released twice.
        const created = [...sessions.values()];
        sessions.clear();
        await Promise.all(created.map(async (session) => (await session).release()));
      });
      return released;
    },
  };
}

/** ONNX Runtime throws on an option that is there but undefined. */
function sessionOptionsOf(options: LossSessionOptions): Record<string, unknown> {
  const { executionProviders, sessionOptions } = options;
  // Threads that spin on a busy machine are slower than one: more are the caller's choice.
  const all = { intraOpNumThreads: 1, executionProviders, ...sessionOptions };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
