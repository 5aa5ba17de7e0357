// Runs jobs on a runtime: a model for each variant, rows in blocks, results gathered.

import { EqlError } from '@eqloss/core';
import { type Feeds, feedsOf, isShared, tailOf } from '../feeds.ts';
import { freeMemory, releaseAll } from '../freeing.ts';
import { buildLossModel } from '../model.ts';
import { isNodeRuntime, type Ort, type OrtSession, type OrtTensor } from '../ort.ts';
import { inTurn } from '../turns.ts';
import { type Job, variantOf } from './job.ts';
import type { Plan } from './plan.ts';

/** What a job comes to; what the plan does not want is left out. */
export interface JobResult {
  /** `[rows]` */
  readonly rowLosses?: Float32Array;
  /** `[rows * classes]` */
  readonly gradient?: Float32Array;
}

/** How a job is run. */
export interface JobOptions {
  /** Buffers that may be taken away. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Where to write the gradient, `[rows * classes]`. */
  readonly gradient?: Float32Array;
  /** Asked before each block: whether to leave off, with `DISPOSED`. */
  isStopped?(): boolean;
}

/** Where jobs are done. */
export interface Engine {
  run(job: Job, options?: JobOptions): Promise<JobResult>;
  /** Once only. Waits for the runs before it. */
  release(): Promise<void>;
}

/** Bytes of logits in a block, about: with what is made of them they stay in a cache of 2 MB. */
const BLOCK_BYTES = 800_000;
/** Rows in a block at least, however wide: some operations are slow over a single row. */
const LEAST_ROWS = 4;

/** Runs jobs in this thread. Creates a session of the runtime when a job first needs its model. */
export function createEngine(ort: Ort, plan: Plan): Engine {
  const { form, gate, outputs, opset, arithmetic, sessionOptions } = plan;
  const sessions = new Map<string, OrtSession>();
  const isNode = isNodeRuntime(ort);
  let tail: OrtTensor | undefined;

  const sessionFor = async (job: Job): Promise<OrtSession> => {
    const variant = variantOf(job);
    const key = `${variant.labels} ${variant.rowWeights} ${variant.foreground} ${variant.beta}`;
    let session = sessions.get(key);
    if (session === undefined) {
      const model = buildLossModel({ ...variant, form, outputs, opset, arithmetic, normalizer: true });
      session = await ort.InferenceSession.create(model, sessionOptions);
      sessions.set(key, session);
    }
    return session;
  };

  const runJob = async (job: Job, { gradient: target, isStopped = never }: JobOptions): Promise<JobResult> => {
    if (isStopped()) throw stopped();
    const session = await sessionFor(job);
    tail ??= tailOf(ort, gate.tail);
    const feeds = feedsOf(ort, job, tail, outputs.includes('gradient'));
    const size = blockRowsOf(job, plan);
    if (size >= job.rows && target === undefined) {
      return dataOf(await session.run(feeds(0, job.rows) as Record<string, never>), outputs);
    }
    const result = roomFor(job, outputs, target);
    const intoOwn = isNode && !(target && isShared(target.buffer));
    for (let from = 0; from < job.rows; from += size) {
      if (isStopped()) throw stopped();
      const to = Math.min(from + size, job.rows);
      const part = rowsOf(result, from, to, job.classes);
      const fetches = intoOwn ? tensorsOf(ort, part, to - from, job.classes) : undefined;
      const data = await dataOf(
        await session.run(feeds(from, to) as Record<string, never>, fetches as Record<string, never>),
        outputs,
      );
      for (const name of outputs) {
        // onnxruntime-node has written to its place, and returns a copy.
        if (!intoOwn) part[name]!.set(data[name]!);
        // Left to the garbage collector, the copies of many blocks are so much new memory that it costs a third of the
        // time of the whole.
        if (isNode && data[name]!.buffer !== part[name]!.buffer) freeMemory(data[name]!.buffer);
      }
    }
    return result;
  };

  return {
    run: (job, options = {}) => inTurn(ort, () => runJob(job, options)),
    release: () => inTurn(ort, () => releaseAll(sessions)),
  };
}

function never(): boolean {
  return false;
}

function stopped(): EqlError {
  return new EqlError('DISPOSED', 'the run was left off, since the process ends.');
}

/** How many rows go at a time: blocks of nearly the same size. */
function blockRowsOf({ rows, classes }: Job, { blockRows, arithmetic }: Plan): number {
  const most =
    blockRows ?? (arithmetic === 'cpu' ? Math.max(LEAST_ROWS, Math.floor(BLOCK_BYTES / (4 * classes))) : rows);
  return Math.ceil(rows / Math.ceil(rows / most));
}

function roomFor({ rows, classes }: Job, outputs: Plan['outputs'], target: Float32Array | undefined): JobResult {
  try {
    return {
      rowLosses: outputs.includes('rowLosses') ? new Float32Array(rows) : undefined,
      gradient: outputs.includes('gradient') ? viewOf(target ?? new Float32Array(rows * classes)) : undefined,
    };
  } catch (error) {
    throw new EqlError('OUT_OF_MEMORY', `no room for a gradient of ${rows} x ${classes}: ${(error as Error).message}`);
  }
}

/** An array of this realm, which ONNX Runtime wants, in the same memory. */
function viewOf({ buffer, byteOffset, length }: Float32Array): Float32Array {
  return new Float32Array(buffer, byteOffset, length);
}

/** The rows `from` to `to` of a result, in the same memory. */
function rowsOf({ rowLosses, gradient }: JobResult, from: number, to: number, classes: number): JobResult {
  return { rowLosses: rowLosses?.subarray(from, to), gradient: gradient?.subarray(from * classes, to * classes) };
}

/** Tensors over a result's own memory. */
function tensorsOf(ort: Ort, { rowLosses, gradient }: JobResult, rows: number, classes: number): Feeds {
  return {
    ...(rowLosses && { rowLosses: new ort.Tensor('float32', rowLosses, [rows]) }),
    ...(gradient && { gradient: new ort.Tensor('float32', gradient, [rows, classes]) }),
  };
}

/** What the runtime has returned: memory of its own making. */
async function dataOf(tensors: Readonly<Record<string, OrtTensor>>, outputs: Plan['outputs']): Promise<JobResult> {
  const result: { -readonly [K in keyof JobResult]: JobResult[K] } = {};
  for (const name of outputs) result[name] = (await tensors[name].getData(true)) as Float32Array;
  return result;
}
