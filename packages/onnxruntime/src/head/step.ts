// One training step: loss and gradients of the pieces, and the optimizer over each.

import { resolveLoss } from '../options.ts';
import type { OrtTensor } from '../ort.ts';
import type { CheckedBatch } from './batch.ts';
import { type BitStore, createBitStore } from './bits.ts';
import type { Classes } from './chunks.ts';
import type { Engine, Feeds } from './engine.ts';
import { buildStep } from './graphs.ts';
import type { Optimizer } from './optimizer.ts';
import type { Head } from './options.ts';
import { answerFeeds, betaFeeds, betaShapeOf, gateFeeds, type Parameters, parameterFeeds, rowFeeds } from './pieces.ts';
import { buildGradients, buildSums } from './softmax-graphs.ts';
import { type PieceSums, type SoftmaxShares, softmaxRowsOf } from './softmax-rows.ts';

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
 * One step on a batch with rows. Its gradients move the parameters of a piece at once: no other piece depends on them.
 *
 * @returns The loss. When it is not finite, nothing has been moved; but for the sigmoid form in pieces, where an overflow
 * shows in its own piece only and those before it have been moved.
 */
export async function takeStep(context: StepContext, batch: CheckedBatch, pieces: readonly Classes[]): Promise<number> {
  // What the loss of a row does not show, its gradient would: 0 times NaN or Infinity. In the sigmoid form these are a NaN
  // behind entries that are all excluded, and an Infinity that makes all logits right beyond doubt, at no loss. In the
  // softmax form some logit is included, and infinite ones have no loss or an infinite one.
  if (context.head.form === 'sigmoid' && !allFinite(batch.features)) return NaN;
  if (pieces.length === 1 || context.head.form === 'sigmoid') return stepByPiece(context, batch, pieces);
  return stepInTwoPasses(context, batch, pieces);
}

/** Each piece's loss needs no classes but its own: the sigmoid form (SPEC P2), or one piece. */
async function stepByPiece(context: StepContext, batch: CheckedBatch, pieces: readonly Classes[]): Promise<number> {
  const { engine, head } = context;
  const loss = resolveLoss({
    ...whatIsKnown(context, batch),
    outputs: ['rowLosses', 'gradient'],
    rowWeights: true,
    normalizer: true,
    ...(head.form === 'sigmoid' && { foreground: true }),
  });
  const rows = rowFeeds(engine, batch);
  const feedsOf = pieceFeeds(context, batch);
  const build = (): Uint8Array => buildStep(loss, head.features, engine.opset);
  let total = 0;
  for (const piece of pieces) {
    const results = await engine.run(`step ${loss.labels}`, build, { ...rows, ...feedsOf(piece) });
    for (const rowLoss of results.rowLosses) total += rowLoss;
    if (!Number.isFinite(total)) break;
    move(context, piece, results);
  }
  return total / batch.divisor;
}

/** The softmax form: first every piece says what it knows of each row, then each gets its gradient. SPEC P2. */
async function stepInTwoPasses(context: StepContext, batch: CheckedBatch, pieces: readonly Classes[]): Promise<number> {
  const { engine, head } = context;
  const loss = resolveLoss(whatIsKnown(context, batch));
  const feedsOf = pieceFeeds(context, batch, createBitStore());
  const merged = softmaxRowsOf(batch, head.classes);
  const sums = (): Uint8Array => buildSums(loss, head.features, engine.opset);
  for (const piece of pieces) {
    const results = await engine.run(`sums ${loss.labels}`, sums, feedsOf(piece));
    merged.add(results as unknown as PieceSums, piece.from, piece.to);
  }
  const shares = merged.finish();
  if (!Number.isFinite(shares.loss)) return shares.loss;
  const rows = shareFeeds(engine, batch, shares);
  const gradients = (): Uint8Array => buildGradients(loss, head.features, engine.opset);
  for (const piece of pieces) {
    const feeds = { ...rows, ...feedsOf(piece) };
    move(context, piece, await engine.run(`gradients ${loss.labels}`, gradients, feeds));
  }
  return shares.loss;
}

/** The loss of a batch as far as all its graphs share it. */
function whatIsKnown({ engine, head }: StepContext, batch: CheckedBatch) {
  const labels = batch.labels === undefined ? 'rows' : 'index';
  const common = { labels, arithmetic: engine.arithmetic } as const;
  if (head.form === 'sigmoid') return { ...common, form: 'sigmoid' } as const;
  return { ...common, form: 'softmax', beta: betaShapeOf(head) } as const;
}

/** What every graph of a piece is fed. With `drawn`, a piece that is asked for again is drawn once. */
function pieceFeeds(
  { engine, head, parameters, step }: StepContext,
  batch: CheckedBatch,
  drawn?: BitStore,
): (piece: Classes) => Feeds {
  const features = new engine.ort.Tensor('float32', batch.features, [batch.rows, head.features]);
  return (piece) => ({
    features,
    ...parameterFeeds(engine, head, parameters, piece),
    ...answerFeeds(engine, head, batch, piece),
    ...gateFeeds(engine, head, piece),
    ...betaFeeds(engine, head, batch, { step, drawn }, piece),
  });
}

function shareFeeds({ ort }: Engine, { rows, labels }: CheckedBatch, shares: SoftmaxShares): Feeds {
  const row = (values: Float32Array): OrtTensor => new ort.Tensor('float32', values, [rows]);
  const common = { max: row(shares.max), share: row(shares.share) };
  return labels === undefined ? { ...common, scale: row(shares.scale) } : { ...common, atLabel: row(shares.atLabel) };
}

/** Lets the optimizer move the parameters of a piece. */
function move(
  { engine, head, parameters, optimizer, rate, step }: StepContext,
  { from }: Classes,
  { weightGradient, biasGradient }: Readonly<Record<string, Float32Array>>,
): void {
  const { features, classes } = head;
  optimizer.update(parameters, { at: from * features, gradient: weightGradient, decays: true }, rate, step);
  optimizer.update(parameters, { at: classes * features + from, gradient: biasGradient, decays: false }, rate, step);
  engine.free(weightGradient);
}

function allFinite(values: Float32Array): boolean {
  // 0 times anything that is not finite is NaN, and stays so in a sum.
  let zero = 0;
  for (let k = 0; k < values.length; k++) zero += values[k] * 0;
  return zero === 0;
}
