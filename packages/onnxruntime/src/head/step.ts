// One training step: loss and gradients of the pieces, and the optimizer over each.

import { type LossOptions, resolveLoss } from '../options.ts';
import type { CheckedBatch } from './batch.ts';
import type { Classes } from './chunks.ts';
import type { Engine } from './engine.ts';
import { buildStep } from './graphs.ts';
import type { Optimizer } from './optimizer.ts';
import type { Head } from './options.ts';
import {
  answerFeeds,
  betaFeeds,
  betaShapeOf,
  gateFeeds,
  type Parameters,
  parameterFeeds,
  rowFeeds,
  sharedFeeds,
} from './pieces.ts';

/** What a step works on. */
export interface StepContext {
  readonly engine: Engine;
  readonly head: Head;
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;
  /** Learning rate of this step. */
  readonly rate: number;
  /** Steps done before this one. */
  readonly step: number;
}

/**
 * One step on a batch with rows, in pieces of the classes.
 *
 * @returns The loss; when it is not finite, nothing has been moved but what {@link stepByPiece} says.
 */
export async function takeStep(context: StepContext, batch: CheckedBatch, pieces: readonly Classes[]): Promise<number> {
  // An entry that is excluded hides a NaN from its loss, not from its gradient: 0 times NaN. With all classes at once some
  // entry of each row is included and the loss tells; in a piece there may be none.
  if (pieces.length > 1 && batch.features.some(isNotFinite)) return NaN;
  return stepByPiece(context, batch, pieces);
}

/**
 * One step in which every piece's loss needs its own classes only: the sigmoid form (SPEC P2), or any form in one piece.
 * The gradient of a piece moves its parameters at once; what comes after it does not depend on them.
 *
 * @returns The loss. When it is not finite, the piece where that showed and those after it have not been moved.
 */
export async function stepByPiece(
  context: StepContext,
  batch: CheckedBatch,
  pieces: readonly Classes[],
): Promise<number> {
  const { engine, head, step } = context;
  const loss = resolveLoss({ ...lossOf(head, batch), arithmetic: engine.arithmetic });
  const shared = { ...sharedFeeds(engine, head, batch), ...rowFeeds(engine, batch) };
  let total = 0;
  for (const piece of pieces) {
    const feeds = {
      ...shared,
      ...parameterFeeds(engine, head, context.parameters, piece),
      ...answerFeeds(engine, head, batch, piece),
      ...gateFeeds(engine, head, piece),
      ...betaFeeds(engine, head, batch, step, piece),
    };
    const build = (): Uint8Array => buildStep(loss, head.features, engine.opset);
    const results = await engine.run(`step ${loss.labels}`, build, feeds);
    for (const rowLoss of results.rowLosses) total += rowLoss;
    if (!Number.isFinite(total)) break;
    movePiece(context, piece, results.weightGradient, results.biasGradient);
  }
  return total / batch.divisor;
}

/** Lets the optimizer move the parameters of a piece. */
export function movePiece(
  { head, parameters, optimizer, rate, step }: StepContext,
  { from }: Classes,
  weightGradient: Float32Array,
  biasGradient: Float32Array,
): void {
  const { features, classes } = head;
  optimizer.update(parameters, { at: from * features, gradient: weightGradient, decays: true }, rate, step);
  optimizer.update(parameters, { at: classes * features + from, gradient: biasGradient, decays: false }, rate, step);
}

/** The divisor is known here, so it is an input; so is the foreground, which a piece cannot know. */
function lossOf(head: Head, batch: CheckedBatch): LossOptions {
  const labels = batch.labels === undefined ? 'rows' : 'index';
  const common = { labels, outputs: ['rowLosses', 'gradient'], rowWeights: true, normalizer: true } as const;
  if (head.form === 'sigmoid') return { ...common, form: 'sigmoid', foreground: true };
  return { ...common, form: 'softmax', beta: betaShapeOf(head) };
}

function isNotFinite(value: number): boolean {
  return value - value !== 0;
}
