// The handle that both forms share: its checks, its programs, its turns and its end.

import {
  type Batch,
  type BatchInputs,
  checkSingle,
  EqlError,
  type Gate,
  kindOf,
  type PreparedBatch,
  type Reduction,
  shapeOf,
} from '@eqloss/core';
import { checkGpu, createProgram, type GpuLike, type Program } from './engine.ts';
import { runOnHost } from './host.ts';
import { type Job, jobOf, type Plan, type Stage, type Variant } from './plan.ts';
import { checkProgram } from './probe.ts';

/** What `createSigmoidEql` and `createSoftmaxEql` compile for. Later changes have no effect. */
export interface KernelOptions {
  /**
   * Rows of one launch: an integer >= 1, best the size of the batches. A smaller batch is padded to it, a larger one
   * takes several launches, as does one whose launch would have more than 2^21 numbers.
   */
  readonly rows: number;
  /** C, if given the same as the gate's. */
  readonly classes?: number;
  /** Which classes are tail, `[classes]`: core's `createGate`. SPEC G1, G2. */
  readonly gate: Gate;
  /** SPEC R1. Default `mean`. */
  readonly reduction?: Reduction;
  /** Which labels to compile for at creation; the other kind is compiled when it first comes. Default `index`. */
  readonly labels?: 'index' | 'rows';
}

/** One batch: core's inputs without the gate, and the logits. Copied when `run` is called: later changes have no effect. */
export interface KernelBatch extends Omit<BatchInputs, 'gate'> {
  /** z, row-major, `[rows * classes]`. */
  readonly logits: Float32Array;
  /** `[rows, classes]`. Taken from the logits and the gate when left out. */
  readonly shape?: readonly number[];
}

/** What a batch costs, and in which direction it would cost less. */
export interface KernelResult {
  /** Σ rowLosses / divisor, in double: the mean for `mean`, else the sum. */
  readonly loss: number;
  /** Weighted by `rowWeights`, never divided. `[rows]`. */
  readonly rowLosses: Float64Array;
  /** ∂loss / ∂logits, `[rows * classes]`. SPEC R5. */
  readonly gradient: Float32Array;
}

/** A loss compiled for one gate. Holds memory of the engine until {@link LossKernel.destroy}. */
export interface LossKernel {
  /**
   * The mode that really ran last: `cpu`, `webasm`, `webgl`, `webgl2`, `headlessgl` or `webgpu`. gpu.js may choose
   * another one than was asked for, in silence.
   */
  readonly mode: string;
  /**
   * Loss, row losses and gradient of one batch. Calls may overlap; they take turns.
   *
   * Rejects with an `EqlError`: what `prepareSigmoid` or `prepareSoftmax` of core throws, `DTYPE` for logits that are
   * no Float32Array, `DISPOSED` after `destroy`, `UNSUPPORTED` without a batch, for a row weight, a normalizer or a quotient
   * of both beyond single precision, and when the engine computes wrongly.
   */
  run(batch: KernelBatch): Promise<KernelResult>;
  /** Frees the kernels once the runs under way are over. More calls do nothing. The `gpu` stays the caller's. */
  destroy(): Promise<void>;
}

/** Numbers of one launch, below what any backend's grid, texture or 24-bit index arithmetic takes. */
const LAUNCH_SIZE = 2 ** 21;

interface Entry<P extends PreparedBatch> {
  readonly program: Program;
  readonly stage: Stage<P>;
}

/**
 * Checks the options, compiles, and asks the engine a question whose answer is known.
 *
 * @param gpu The caller's gpu.js instance. @param options See {@link KernelOptions}. @param plan The form.
 * @returns The handle of both forms.
 * @throws {EqlError} (rejects) `ROW_COUNT` for rows that are no integer >= 1; `CLASS_COUNT` without a gate, or with one of
 * other classes; `REDUCTION`; `UNSUPPORTED` without options or a gpu.js instance, for more classes than a launch takes, and
 * when the engine computes wrongly
 */
export async function createLossKernel<P extends PreparedBatch>(
  gpu: GpuLike,
  options: KernelOptions,
  plan: Plan<P>,
): Promise<LossKernel> {
  const rows = checkOptions(gpu, options, plan);
  const { reduction, labels } = options;
  const gate: Gate = { ...options.gate, tail: options.gate.tail.slice() };
  const entries = new Map<Variant, Entry<P>>();
  let last: Program | undefined;
  let turns: Promise<unknown> = Promise.resolve();
  let destroyed: Promise<void> | undefined;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = turns.then(work);
    turns = turn.catch(() => undefined);
    return turn;
  };
  const launch = async (job: Job<P>, { program, stage }: Entry<P>): Promise<void> => {
    for (let start = 0; start < job.prepared.rows; start += rows) {
      const end = Math.min(start + rows, job.prepared.rows);
      if (job.prepared.rowWeights.subarray(start, end).every((weight) => weight === 0)) continue;
      stage.fill(job, start, end);
      stage.collect(job, start, end, await program.run(stage.args));
    }
    last = program;
  };
  const entryOf = async (variant: Variant): Promise<Entry<P>> => {
    const known = entries.get(variant);
    if (known !== undefined) return known;
    const program = createProgram(gpu, plan.source(variant, rows, gate.classes));
    const entry = { program, stage: plan.createStage(variant, rows, gate.classes) };
    try {
      await checkProgram(plan, gate, variant, rows, async (job) => {
        await launch(job, entry);
        return program.mode();
      });
    } catch (error) {
      program.destroy();
      throw error;
    }
    entries.set(variant, entry);
    return entry;
  };
  const evaluate = async (job: Job<P>): Promise<KernelResult> => {
    const { prepared } = job;
    await launch(job, await entryOf(plan.variantOf(prepared)));
    runOnHost(plan, gate, job);
    let sum = 0;
    for (const rowLoss of job.rowLosses) sum += rowLoss;
    return { loss: sum / prepared.divisor, rowLosses: job.rowLosses, gradient: job.gradient };
  };

  await entryOf(labels === 'rows' ? 'dense' : 'light');
  return {
    get mode() {
      return last?.mode() ?? 'unknown';
    },
    run: async (batch) => {
      if (destroyed !== undefined) throw new EqlError('DISPOSED', 'run came after destroy; create another kernel.');
      if (typeof batch !== 'object' || batch === null) {
        throw new EqlError('UNSUPPORTED', `batch is ${batch}; wanted an object with logits and labels or targets.`);
      }
      const { logits } = batch;
      if (kindOf(logits) !== 'Float32Array') {
        throw new EqlError('DTYPE', 'logits must be a Float32Array: the kernels compute in single precision.');
      }
      const inputs: Batch = { ...batch, gate };
      const prepared = plan.prepare(shapeOf(inputs), inputs, reduction);
      checkSingle(prepared);
      // Everything is a copy from here on: the turn may come when the caller has filled its arrays anew.
      const job = jobOf(prepared, new Float32Array(logits));
      return inTurn(() => evaluate(job));
    },
    destroy: () => {
      destroyed ??= inTurn(async () => {
        for (const { program } of entries.values()) program.destroy();
        entries.clear();
      });
      return destroyed;
    },
  };
}

/** Checks everything that needs no batch; returns the rows of one launch. */
function checkOptions<P extends PreparedBatch>(gpu: GpuLike, options: KernelOptions, plan: Plan<P>): number {
  if (typeof options !== 'object' || options === null) {
    throw new EqlError('UNSUPPORTED', `options are ${options}; wanted an object with at least rows and gate.`);
  }
  const { rows, gate, labels = 'index' } = options;
  if (labels !== 'index' && labels !== 'rows') {
    throw new EqlError('UNSUPPORTED', `labels is ${labels}; wanted "index" or "rows", the kind to compile for first.`);
  }
  if (!(Number.isSafeInteger(rows) && rows >= 1)) {
    throw new EqlError('ROW_COUNT', `rows is ${rows}; wanted the usual number of rows of a batch, an integer >= 1.`);
  }
  // An empty batch: core checks the rest of what it knows.
  const beta = plan.form === 'softmax' ? 0 : undefined;
  plan.prepare([0, options.classes ?? gate?.classes], { gate, labels: [], beta }, options.reduction);
  checkGpu(gpu);
  const perRow = plan.source('light', 1, gate.classes).output;
  if (perRow > LAUNCH_SIZE) {
    throw new EqlError('UNSUPPORTED', `${gate.classes} classes are too many: a row takes ${perRow} of ${LAUNCH_SIZE}.`);
  }
  return Math.min(rows, Math.floor(LAUNCH_SIZE / perRow));
}
