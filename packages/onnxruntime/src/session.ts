// The public session: checks a batch, runs the model that it needs, hands back loss, row losses and gradient.

import {
  type BatchInputs,
  EqlError,
  type Form,
  type Gate,
  kindOf,
  type PreparedBatch,
  prepareSigmoid,
  prepareSoftmax,
  type Reduction,
  shapeOf,
} from '@eqloss/core';
import { feedsOf, modelFor } from './feeds.ts';
import { buildLossModel } from './model.ts';
import type { ExecutionProvider, Ort, OrtSession, OrtTensor } from './ort.ts';
import { inTurn } from './turns.ts';

/** What {@link createLossSession} takes. */
export interface LossSessionOptions {
  readonly form: Form;
  readonly gate: Gate;
  /** SPEC R1. Default `mean`. */
  readonly reduction?: Reduction;
  /** Where to run, in order of preference; ONNX Runtime's own default when left out. */
  readonly executionProviders?: readonly ExecutionProvider[];
  /** Further options for `InferenceSession.create`. Unless given here, `intraOpNumThreads` is 1 and
   * `logSeverityLevel` 3 (errors only). */
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
   * Loss and gradient of one batch. Calls may overlap, also those of several loss sessions: they are done one after the
   * other.
   *
   * @throws {EqlError} (rejects) as `sigmoidEql` and `softmaxEql` of core; `DTYPE` for logits that are no Float32Array;
   * `UNSUPPORTED` without a batch, and for a row weight, a normalizer or a quotient of both beyond single precision;
   * `DISPOSED` after `release`.
   */
  run(batch: LossBatch): Promise<LossResult>;
  /**
   * Frees the runtime's sessions once the runs under way are done. When the runtime fails to free one, the others are
   * freed all the same, and then this call rejects with the first failure. Calling it again does nothing more.
   */
  release(): Promise<void>;
}

/**
 * Creates a loss that runs on ONNX Runtime. Its models are built when a batch first needs them: one for index labels,
 * one for target rows, each with β per class or per element.
 *
 * @param ort The namespace of onnxruntime-node or onnxruntime-web.
 * @throws {EqlError} (rejects) `UNSUPPORTED` without options or a runtime, for a form that is not known or an opset out of
 * range; `CLASS_COUNT` without a gate; `REDUCTION`
 */
export async function createLossSession(ort: Ort, options: LossSessionOptions): Promise<LossSession> {
  checkOptions(ort, options);
  const { form, gate, reduction, opset } = options;
  const prepare = form === 'sigmoid' ? prepareSigmoid : prepareSoftmax;
  const sessions = new Map<string, OrtSession>();
  let released: Promise<void> | undefined;

  const sessionFor = async (prepared: PreparedBatch): Promise<OrtSession> => {
    const model = modelFor(prepared);
    const key = JSON.stringify(model);
    const known = sessions.get(key);
    if (known !== undefined) return known;
    const bytes = buildLossModel({ ...model, outputs: ['rowLosses', 'gradient'], arithmetic: 'gpu', opset });
    const session = await ort.InferenceSession.create(bytes, sessionOptionsOf(options));
    sessions.set(key, session);
    return session;
  };

  const runPrepared = async (prepared: PreparedBatch, feeds: Record<string, OrtTensor>): Promise<LossResult> => {
    const session = await sessionFor(prepared);
    const results = await session.run(feeds as Record<string, never>);
    const rowLosses = (await results.rowLosses.getData(true)) as Float32Array;
    const gradient = (await results.gradient.getData(true)) as Float32Array;
    return { loss: sum(rowLosses) / prepared.divisor, rowLosses, gradient };
  };

  return {
    run: async (batch) => {
      if (released !== undefined) throw new EqlError('DISPOSED', 'run was called after release.');
      if (typeof batch !== 'object' || batch === null) {
        throw new EqlError('UNSUPPORTED', `batch is ${batch}; wanted an object with logits and labels or targets.`);
      }
      const { logits } = batch;
      if (kindOf(logits) !== 'Float32Array') {
        throw new EqlError('DTYPE', 'logits must be a Float32Array: the graph computes in single precision.');
      }
      const inputs = { ...batch, gate };
      const prepared = prepare(shapeOf(inputs), inputs, reduction);
      // Providers differ in what they make of a tensor without elements; nothing is to be computed. SPEC R4.
      if (prepared.rows === 0) return { loss: 0, rowLosses: new Float32Array(0), gradient: new Float32Array(0) };
      // ONNX Runtime takes arrays of its own realm only; the memory stays the caller's.
      const own = new Float32Array(logits.buffer, logits.byteOffset, logits.length);
      const feeds = feedsOf(ort, prepared, own);
      return inTurn(ort, () => runPrepared(prepared, feeds));
    },
    release: () => {
      // Once: ONNX Runtime throws when a session is released twice.
      if (released !== undefined) return released.catch(() => undefined);
      released = inTurn(ort, () => releaseAll(sessions));
      return released;
    },
  };
}

/** Checks everything that needs no batch, and touches no engine. */
function checkOptions(ort: Ort, options: LossSessionOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new EqlError('UNSUPPORTED', `options are ${options}; wanted an object with at least form and gate.`);
  }
  const { form, gate, reduction, opset } = options;
  // Building a model is cheap: it checks form and opset now rather than at the first batch.
  buildLossModel({ form, labels: 'index', opset });
  if (typeof ort?.InferenceSession?.create !== 'function' || typeof ort.Tensor !== 'function') {
    throw new EqlError(
      'UNSUPPORTED',
      'ort has no InferenceSession or no Tensor; wanted the namespace of onnxruntime-node or onnxruntime-web.',
    );
  }
  // An empty batch: core checks gate and reduction.
  const shape = [0, gate?.classes];
  if (form === 'sigmoid') prepareSigmoid(shape, { gate, labels: [] }, reduction);
  else prepareSoftmax(shape, { gate, labels: [], beta: 0 }, reduction);
}

/** Releases all, one after the other as {@link inTurn} has it; throws the first failure when all have been tried. */
async function releaseAll(sessions: Map<string, OrtSession>): Promise<void> {
  const failures: unknown[] = [];
  for (const session of sessions.values()) {
    try {
      await session.release();
    } catch (failure) {
      failures.push(failure);
    }
  }
  sessions.clear();
  if (failures.length > 0) throw failures[0];
}

/** ONNX Runtime throws on an option that is there but undefined. */
function sessionOptionsOf(options: LossSessionOptions): Record<string, unknown> {
  const { executionProviders, sessionOptions } = options;
  // Threads that spin on a busy machine are slower than one: more are the caller's choice. Errors only: the webgpu
  // provider would warn of the few ops that it leaves to the CPU, each time.
  const all = { intraOpNumThreads: 1, logSeverityLevel: 3, executionProviders, ...sessionOptions };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
