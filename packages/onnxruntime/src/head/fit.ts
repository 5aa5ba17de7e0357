// Training over a data set: epochs, batches in an order of their own each epoch, progress, checkpoints.

import { EqlError } from '@eqloss/core';
import { checkOptions, unsupported } from '../options.ts';
import { type CheckedBatch, checkBatch } from './batch.ts';
import type { Position } from './checkpoint.ts';
import { type FitData, type HeadSource, sourceOf } from './data.ts';
import type { Head } from './options.ts';
import { shuffledRows } from './random.ts';

/** How a data set is gone through. */
export interface FitOptions {
  /** How often every row is seen. Integer > 0. */
  readonly epochs: number;
  /** Rows of a batch; the last of an epoch may have fewer. Integer > 0. */
  readonly batchSize: number;
  /** Decides the order of the rows, in each epoch another. Integer in [0, 2^53). */
  readonly seed: number;
  /** Called after each step; awaited if it returns a promise. */
  readonly onProgress?: (progress: FitProgress) => unknown;
  /** An `AbortSignal`, which ends training before the next step; `fit` then rejects with its reason. */
  readonly signal?: {
    /** Throws the reason, once it was aborted. */
    throwIfAborted(): void;
  };
  /** Hands over a checkpoint every so many steps, and at the end. A failure of `save` ends training. */
  readonly checkpoint?: {
    /** Integer > 0. */
    readonly every: number;
    /** Awaited if it returns a promise. */
    readonly save: (bytes: Uint8Array) => unknown;
  };
  /** What a loss that is not finite does, whose step is not taken: `stop` (default) rejects, `skip` goes on. */
  readonly nonFinite?: 'stop' | 'skip';
  /** Begins anew although an earlier `fit` was left unfinished. Default false: it is continued. */
  readonly restart?: boolean;
}

/** Where training stands after a step. */
export interface FitProgress {
  /** Steps done by the trainer, in all. */
  readonly step: number;
  /** The epoch under way, the first being 0, and how many there will be. */
  readonly epoch: number;
  /** How many epochs the fit has. */
  readonly epochs: number;
  /** Batches of the epoch that are done, and how many there are. */
  readonly batch: number;
  /** How many batches an epoch has. */
  readonly batches: number;
  /** Of the batch. */
  readonly loss: number;
  /** Mean over the batches of the epoch so far whose loss is finite; NaN without any. */
  readonly meanLoss: number;
  /** The learning rate of the step, the schedule's factor included. */
  readonly rate: number;
}

/** What a fit came to. */
export interface FitResult {
  /** Steps done by the trainer, in all. */
  readonly step: number;
  /** Mean over the batches of the last epoch whose loss is finite; NaN without any. */
  readonly meanLoss: number;
}

/** What a fit may do with its trainer. */
export interface FitTrainer {
  step(batch: CheckedBatch): Promise<{ readonly loss: number; readonly step: number; readonly rate: number }>;
  position(): Position | undefined;
  moveTo(position: Position | undefined): void;
  checkpoint(): Uint8Array;
}

const known: readonly string[] = [
  ...['epochs', 'batchSize', 'seed', 'onProgress', 'signal', 'checkpoint', 'nonFinite', 'restart'],
];

/**
 * Trains. When it ends early, by signal, failure or process, the trainer or its checkpoint knows where; the next `fit` with
 * the same rows, `batchSize` and `seed` goes on from there, as if there had been no interruption.
 *
 * @throws {EqlError} `UNSUPPORTED` for options, for an unfinished fit of other rows, `batchSize` or `seed`, and for a loss
 * that is not finite; what `step` throws.
 */
export async function fitHead(head: Head, data: FitData, options: FitOptions, trainer: FitTrainer): Promise<FitResult> {
  checkFit(options);
  const { epochs, batchSize, seed, signal, onProgress, checkpoint, nonFinite = 'stop', restart = false } = options;
  const source = sourceOf(head, data);
  const batches = Math.ceil(source.rows / batchSize);
  let position = startOf(source, options, restart ? undefined : trainer.position());
  let step = 0;
  let meanLoss = position.lossSum / position.losses;
  let saved = -1;
  const save = async (): Promise<void> => {
    if (checkpoint === undefined || saved === step) return;
    saved = step;
    await checkpoint.save(trainer.checkpoint());
  };
  for (; position.epoch < epochs && batches > 0; position = nextEpoch(position)) {
    const { epoch } = position;
    const order = shuffledRows(source.rows, seed, epoch);
    while (position.batch < batches) {
      trainer.moveTo(position);
      signal?.throwIfAborted();
      const { batch } = position;
      const rows = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      const result = await trainer.step(checkBatch(head, await source.batch(rows)));
      step = result.step;
      const finite = Number.isFinite(result.loss);
      if (!finite && nonFinite === 'stop') {
        throw new EqlError(
          'UNSUPPORTED',
          `the loss after ${step} steps is ${result.loss}, and the parameters are as before: do features hold NaN, or is the rate too high?`,
        );
      }
      const { lossSum, losses } = position;
      position = finite
        ? { ...position, batch: batch + 1, lossSum: lossSum + result.loss, losses: losses + 1 }
        : { ...position, batch: batch + 1 };
      meanLoss = position.lossSum / position.losses;
      trainer.moveTo(position);
      await onProgress?.({ ...result, epoch, epochs, batch: batch + 1, batches, meanLoss });
      if (checkpoint !== undefined && step % checkpoint.every === 0) await save();
    }
  }
  trainer.moveTo(undefined);
  saved = -1;
  await save();
  return { step, meanLoss };
}

/** @throws {EqlError} `UNSUPPORTED` */
function startOf({ rows }: HeadSource, { batchSize, seed }: FitOptions, held: Position | undefined): Position {
  if (held === undefined) return { epoch: 0, batch: 0, lossSum: 0, losses: 0, rows, batchSize, seed };
  if (held.rows === rows && held.batchSize === batchSize && held.seed === seed) return held;
  return unsupported(
    'fit',
    `for ${rows} rows, batchSize ${batchSize}, seed ${seed}`,
    `to go on with the unfinished one (${held.rows} rows, batchSize ${held.batchSize}, seed ${held.seed}), or restart: true`,
  );
}

function nextEpoch(position: Position): Position {
  return { ...position, epoch: position.epoch + 1, batch: 0, lossSum: 0, losses: 0 };
}

function checkFit(options: FitOptions): void {
  checkOptions('options', options, known);
  const { epochs, batchSize, seed, onProgress, checkpoint, nonFinite = 'stop' } = options;
  count('epochs', epochs, 1);
  count('batchSize', batchSize, 1);
  count('seed', seed, 0);
  if (onProgress !== undefined && typeof onProgress !== 'function') unsupported('onProgress', onProgress, 'a function');
  if (checkpoint !== undefined) {
    checkOptions('checkpoint', checkpoint, ['every', 'save']);
    count('checkpoint.every', checkpoint.every, 1);
    if (typeof checkpoint.save !== 'function') unsupported('checkpoint.save', checkpoint.save, 'a function');
  }
  if (nonFinite !== 'stop' && nonFinite !== 'skip') unsupported('nonFinite', nonFinite, 'stop or skip');
}

function count(name: string, value: number, least: number): void {
  if (!(Number.isSafeInteger(value) && value >= least)) unsupported(name, value, `an integer >= ${least}`);
}
