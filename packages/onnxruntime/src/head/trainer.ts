// A trainer: the parameters of a linear head, and what may be done with them, one thing after the other.

import { EqlError, type Gate } from '@eqloss/core';
import type { Ort } from '../ort.ts';
import { inTurn } from '../turns.ts';
import { type CheckedBatch, checkBatch, type HeadBatch } from './batch.ts';
import { encodeCheckpoint, type Position, type TrainerState } from './checkpoint.ts';
import { chunksOf } from './chunks.ts';
import type { FitData } from './data.ts';
import { createEngine } from './engine.ts';
import { type ExportOptions, exportModel } from './export.ts';
import { type FitOptions, type FitResult, fitHead } from './fit.ts';
import { type MergeOptions, mergeModel } from './merge.ts';
import type { Optimizer } from './optimizer.ts';
import type { Head, HeadEngineOptions } from './options.ts';
import { logitsOf, predictionsOf } from './predict.ts';
import { factorOf } from './schedule.ts';
import { takeStep } from './step.ts';

/** What a step came to. */
export interface StepResult {
  /** Of the batch, before the step. */
  readonly loss: number;
  /** Steps done, this one included if it was one. */
  readonly step: number;
  /** The learning rate of the step. */
  readonly rate: number;
}

/** A linear head, `logits = features Wᵀ + b`, in training. Made by `createHeadTrainer`. */
export interface HeadTrainer {
  /** D. */
  readonly features: number;
  /** C. */
  readonly classes: number;
  /** Which classes are tail. */
  readonly gate: Gate;
  /** Steps done. */
  readonly steps: number;
  /** W `[classes * features]`, row-major: the memory that is trained. May be written to between steps. */
  readonly weights: Float32Array;
  /** b `[classes]`, likewise. */
  readonly bias: Float32Array;
  /**
   * One step of the optimizer on one batch; the loss is the mean (SPEC R1). Calls may overlap: they are done one after
   * the other, in order.
   *
   * A batch without a row that counts is no step, nor is one whose loss is not finite: the parameters stay as they are.
   * In the sigmoid form features that are not finite make the loss NaN, whatever the gate hides.
   * (Sigmoid form in chunks: an overflow shows in its own chunk only; those before it have been moved.)
   *
   * @throws {EqlError} (rejects) as `sigmoidEql` and `softmaxEql` of core; `DTYPE`, `ROW_COUNT` for the features;
   * `UNSUPPORTED` while a `fit` is under way; `DISPOSED`
   */
  step(batch: HeadBatch): Promise<StepResult>;
  /** Trains on a data set, in an order that a seed decides: see {@link FitOptions}. */
  fit(data: FitData, options: FitOptions): Promise<FitResult>;
  /**
   * @param features `[rows * features]`
   * @returns `[rows * classes]`
   * @throws {EqlError} (rejects) `DTYPE`, `ROW_COUNT`, `OUT_OF_MEMORY`, `DISPOSED`
   */
  logits(features: Float32Array): Promise<Float32Array>;
  /**
   * The class of each row's largest logit, the first of several; NaN is never the largest, and 0 is returned where there
   * is nothing else. The logits of a large head never exist as a whole.
   *
   * @param features `[rows * features]`
   * @returns `[rows]`
   * @throws {EqlError} (rejects) `DTYPE`, `ROW_COUNT`, `DISPOSED`
   */
  predict(features: Float32Array): Promise<Int32Array>;
  /**
   * Everything that training depends on, as bytes: what `restoreHeadTrainer` makes of them goes on bit for bit as this.
   *
   * @throws {EqlError} `UNSUPPORTED` while a step is under way; `OUT_OF_MEMORY`, `DISPOSED`
   */
  checkpoint(): Uint8Array;
  /**
   * The head as an ONNX model, from features to logits or probabilities.
   *
   * @throws {EqlError} `UNSUPPORTED` for options, and while a step is under way; `OUT_OF_MEMORY`, `DISPOSED`
   */
  exportHead(options?: ExportOptions): Uint8Array;
  /**
   * A backbone with the head behind it, as one model: see {@link MergeOptions}.
   *
   * @param backbone The bytes of an ONNX model; they are not changed.
   * @throws {EqlError} `MODEL` for bytes that are no model, or features that cannot be found or used; `UNSUPPORTED` for
   * its opset (9 to 26), options, and while a step is under way; `OUT_OF_MEMORY`, `DISPOSED`
   */
  mergeHead(backbone: Uint8Array, options?: MergeOptions): Uint8Array;
  /**
   * Frees the runtime's sessions once the steps under way are done; a `fit` under way rejects with `DISPOSED`. Calling
   * it again does nothing more.
   */
  release(): Promise<void>;
}

/** What a trainer starts from. */
export interface Start {
  readonly head: Head;
  readonly parameters: Float32Array;
  readonly optimizer: Optimizer;
  readonly step: number;
  readonly position: Position | undefined;
}

/** Makes a trainer of a state that has been checked. */
export function createTrainer(ort: Ort, start: Start, options: HeadEngineOptions): HeadTrainer {
  const { head, parameters, optimizer } = start;
  const { features, classes, gate } = head;
  const engine = createEngine(ort, options);
  const factor = factorOf(head.schedule);
  let { step, position } = start;
  let underWay = 0;
  let fitting = false;
  let released: Promise<void> | undefined;

  const checkAlive = (what: string): void => {
    if (released !== undefined) throw new EqlError('DISPOSED', `${what} was called after release.`);
  };
  const checkIdle = (what: string): void => {
    checkAlive(what);
    if (underWay > 0) throw new EqlError('UNSUPPORTED', `${what} came while a step is under way; await it first.`);
  };
  const piecesOf = (rows: number) => chunksOf(rows, classes, features, options.chunk);
  const stepChecked = async (batch: CheckedBatch): Promise<StepResult> => {
    underWay++;
    try {
      return await inTurn(ort, async () => {
        const rate = head.optimizer.rate * factor(step);
        if (batch.rows === 0) return { loss: 0, step, rate };
        const loss = await takeStep({ engine, head, parameters, optimizer, rate, step }, batch, piecesOf(batch.rows));
        if (Number.isFinite(loss)) step++;
        return { loss, step, rate };
      });
    } finally {
      underWay--;
    }
  };
  const state = (): TrainerState => ({ head, parameters, optimizerState: optimizer.state, step, position });

  return {
    features,
    classes,
    gate,
    get steps() {
      return step;
    },
    weights: parameters.subarray(0, classes * features),
    bias: parameters.subarray(classes * features),
    step: async (batch) => {
      checkAlive('step');
      if (fitting) throw new EqlError('UNSUPPORTED', 'step came while a fit is under way.');
      return stepChecked(checkBatch(head, batch));
    },
    fit: async (data, fitOptions) => {
      checkAlive('fit');
      if (fitting) throw new EqlError('UNSUPPORTED', 'fit came while another is under way.');
      fitting = true;
      try {
        return await fitHead(head, data, fitOptions, {
          step: (batch) => {
            checkAlive('step');
            return stepChecked(batch);
          },
          position: () => position,
          moveTo: (next) => {
            position = next;
          },
          checkpoint: () => encodeCheckpoint(state()),
        });
      } finally {
        fitting = false;
      }
    },
    logits: async (rows) => {
      checkAlive('logits');
      return inTurn(ort, () => logitsOf(engine, head, parameters, rows, piecesOf));
    },
    predict: async (rows) => {
      checkAlive('predict');
      return inTurn(ort, () => predictionsOf(engine, head, parameters, rows, piecesOf));
    },
    checkpoint: () => {
      checkIdle('checkpoint');
      return encodeCheckpoint(state());
    },
    exportHead: (exportOptions) => {
      checkIdle('exportHead');
      return exportModel(head, parameters, exportOptions);
    },
    mergeHead: (backbone, mergeOptions) => {
      checkIdle('mergeHead');
      return mergeModel(head, parameters, backbone, mergeOptions);
    },
    release: () => {
      if (released !== undefined) return released.catch(() => undefined);
      released = inTurn(ort, () => engine.release());
      return released;
    },
  };
}
