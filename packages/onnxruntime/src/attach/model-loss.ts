// A classifier and its loss together: in one session where the loss can be attached, in two where it cannot.

import { EqlError, type Gate } from '@eqloss/core';
import { type LossOptions, type Output, unsupported } from '../options.ts';
import type { Ort, OrtTensor } from '../ort.ts';
import { type Job, jobOf, variantOf } from '../session/job.ts';
import { planOf } from '../session/plan.ts';
import type { LossBatch, LossResult, LossSessionOptions } from '../session/types.ts';
import { isAttachable } from './attach.ts';
import type { LogitsChoice } from './logits.ts';
import { readModel } from './outline.ts';
import { type ModelResult, oneSession, twoSessions } from './runners.ts';

/** What {@link createModelLoss} takes. */
export interface ModelLossOptions<O extends Output = Output>
  extends LogitsChoice,
    Pick<LossOptions, 'beta'>,
    Omit<LossSessionOptions<O>, 'opset' | 'blockRows' | 'worker'> {
  /** Which classes are tail. Its classes are the columns of the logits. */
  readonly gate: Gate;
  /** Which kind of label batches have: the model is made for one. Default `index`. */
  readonly labels?: 'index' | 'rows';
}

/** What the loss wants beside the logits. */
export type LossInputs = Omit<LossBatch, 'logits' | 'shape'>;

/** One batch: what the model is fed, and what the loss wants beside the logits. */
export interface ModelBatch extends LossInputs {
  /** The model's own inputs by name. */
  readonly feeds: Readonly<Record<string, OrtTensor>>;
}

/** The model's own outputs by name. */
export interface ModelOutputs {
  /** As the runtime gave them. */
  readonly outputs: Readonly<Record<string, OrtTensor>>;
}

/** A classifier with its loss. Made by {@link createModelLoss}. */
export interface ModelLoss<O extends Output = Output> {
  /** Why there are two sessions; undefined when there is one. */
  readonly note: string | undefined;
  /**
   * Runs the model and its loss. Rows are those of the logits `[…, classes]`, in row-major order; the gradient is
   * `[rows * classes]`. Calls may overlap: they are done one after the other.
   *
   * @throws {EqlError} (rejects) before the model runs, as `LossSession.run`; `UNSUPPORTED` for labels or β of another kind
   * than the model was made for; `DISPOSED` after `release`. Labels for another number of rows than the logits have are
   * seen only then: `ROW_COUNT` with two sessions, an error of the runtime with one.
   */
  run(batch: ModelBatch): Promise<Pick<LossResult, O> & ModelOutputs>;
  /** Frees the runtime's sessions once the runs under way are done. Calling it again does nothing more. */
  release(): Promise<void>;
}

/**
 * Puts a loss on a classifier. With `attachLoss` where the model's opset allows it; else the logits become an output and
 * the loss runs in a second session, and `note` says so.
 *
 * @param ort The namespace of onnxruntime-node or onnxruntime-web.
 * @param bytes The model.
 * @throws {EqlError} (rejects) `MODEL`, `UNSUPPORTED`, `CLASS_COUNT`, `REDUCTION`, as `attachLoss` and `createLossSession`.
 */
export async function createModelLoss<O extends Output = Output>(
  ort: Ort,
  bytes: Uint8Array,
  options: ModelLossOptions<O>,
): Promise<ModelLoss<O>> {
  if (typeof options !== 'object' || options === null) unsupported('options', options, 'an object with form and gate');
  const { logits, output, labels = 'index', beta, ...sessionOptions } = options;
  for (const name of ['opset', 'blockRows', 'worker']) {
    if (name in options) unsupported(name, (options as never)[name], 'none: the model decides, and runs whole');
  }
  const plan = planOf(ort, sessionOptions);
  const { form, gate, reduction } = plan;
  const loss: LossOptions = { form, labels, beta };
  const opset = readModel(bytes).opsets.get('');
  const choice = { logits, output };
  const attached = isAttachable(opset);
  const runner = attached
    ? await oneSession(ort, bytes, choice, loss, plan)
    : await twoSessions(ort, bytes, choice, plan, sessionOptions);
  const underWay = new Set<Promise<unknown>>();
  let released: Promise<void> | undefined;
  return {
    note: attached ? undefined : `the loss runs in a second session: the model is of opset ${opset}`,
    run: async (batch) => {
      if (released !== undefined) throw new EqlError('DISPOSED', 'run was called after release.');
      checkBatch(batch);
      const { feeds, ...inputs } = batch;
      const job = jobOf(form, gate, withoutLogits(inputs, gate), reduction, beta);
      checkKind(job, loss);
      const run = runner.run(feeds, inputs, job);
      underWay.add(run);
      const result = await run.finally(() => underWay.delete(run));
      return wanted(result, options.outputs) as Pick<LossResult, O> & ModelOutputs;
    },
    release: () => {
      if (released !== undefined) return released.catch(() => undefined);
      // Two sessions run one after the other: the second must still be there.
      released = Promise.allSettled(underWay).then(() => runner.release());
      return released;
    },
  };
}

/** The loss is summed from row losses, which then may not have been asked for. */
function wanted(result: ModelResult, names: readonly Output[] | undefined): Partial<ModelResult> {
  const kept = Object.entries(result).filter(
    ([name]) => name === 'outputs' || (names?.includes(name as Output) ?? true),
  );
  return Object.fromEntries(kept);
}

function checkBatch(batch: ModelBatch): void {
  if (typeof batch !== 'object' || batch === null || typeof batch.feeds !== 'object' || batch.feeds === null) {
    throw new EqlError(
      'UNSUPPORTED',
      'a batch is an object with feeds, the inputs of the model, and labels or targets.',
    );
  }
  for (const name of ['logits', 'shape'] as const) {
    if (name in batch) throw new EqlError('UNSUPPORTED', `${name} came; the logits are those of the model.`);
  }
}

/** The model has not run yet: the checks of a batch want logits of its size, and memory never written to costs nothing. */
function withoutLogits(inputs: LossInputs, { classes }: Gate): LossBatch {
  const rows = inputs.labels?.length ?? Math.ceil((inputs.targets?.length ?? 0) / classes);
  return { ...inputs, logits: new Float32Array(rows * classes), shape: [rows, classes] };
}

/** A model is made for one kind of label and one of β. */
function checkKind(job: Job, { labels, beta = 'scalar' }: LossOptions): void {
  const variant = variantOf(job);
  const came = { index: 'labels', rows: 'targets' };
  if (variant.labels !== labels) {
    throw new EqlError(
      'UNSUPPORTED',
      `${came[variant.labels]} came, but this was made for ${came[labels]}: labels: '${variant.labels}' is for them.`,
    );
  }
  if (variant.beta !== undefined && variant.beta !== beta) {
    throw new EqlError('UNSUPPORTED', `β came as ${variant.beta}, but this was made with beta: '${beta}'.`);
  }
}
