// A model's loss across `model.save` and `tf.loadLayersModel`, which by themselves lose it.

import { EqlError } from '@eqloss/core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import { compileLoss } from './compile.ts';
import { checkConfig, isDrawn, type LossConfig, refuseUnknown } from './config.ts';
import type { LayersLoss } from './loss.ts';
import { keepConfig, namedMetrics, readConfig } from './metadata.ts';
import { checkModel, type LossModel, type Metric } from './model.ts';

/** What {@link restoreLoss} may be given. */
export interface RestoreOptions {
  /** Default: the optimizer that the model was loaded with, and its state. */
  readonly optimizer?: string | Optimizer;
  /** Default: those that the model was loaded with. Functions are never saved, and must be given again. */
  readonly metrics?: Metric | readonly Metric[];
}

/**
 * Writes the loss into the model's user-defined metadata, which `model.save` saves: call it right before, since a drawn β is
 * written with the step where the training stands.
 *
 * Whatever else is in the metadata stays. Functions go out of `model.metrics`, the list that tfjs saves, since it could not load
 * the model with them; they are computed all the same. tfjs warns when a saved model is loaded with its optimizer (`Output … is missing
 * from loss dictionary`): it saves a loss function as `{}`; {@link restoreLoss} then puts the loss back.
 *
 * @param config Default: that of the `layersLoss` that the model is compiled with. If given and drawn by the same γ and seed,
 * it is written with the model's step all the same.
 * @throws {EqlError} `UNSUPPORTED` when the model is compiled with another loss and no config is given, has another number of
 * outputs than one, or a last layer with an activation; `CLASS_COUNT`; and what `layersLoss` throws for a config.
 */
export function saveLossConfig(model: LossModel, config?: LossConfig): void {
  const running = (model.loss as Partial<LayersLoss> | undefined)?.config;
  const kept = config ?? running;
  if (kept === undefined) {
    throw new EqlError('UNSUPPORTED', 'the model is not compiled with layersLoss; give the config to save.');
  }
  checkModel(model, checkConfig(kept));
  keepConfig(model, atStepOf(running, kept));
}

/**
 * Compiles a loaded model with the loss that {@link saveLossConfig} or {@link compileLoss} left in its metadata, so that
 * training goes on: with the optimizer's state if the model was saved with `includeOptimizer`, and with the next β.
 *
 * @returns The loss, for its `step`.
 * @throws {EqlError} `UNSUPPORTED` without such metadata, when they were changed, or without an optimizer; and what
 * {@link compileLoss} throws.
 */
export function restoreLoss(model: LossModel, options: RestoreOptions = {}): LayersLoss {
  refuseUnknown('restoreLoss', options, ['optimizer', 'metrics']);
  const loss = readConfig(model);
  const optimizer = options.optimizer ?? model.optimizer;
  if (optimizer === undefined || optimizer === null) {
    throw new EqlError(
      'UNSUPPORTED',
      'the model was loaded without an optimizer; give one, or save with model.save(…, { includeOptimizer: true }).',
    );
  }
  return compileLoss(model, { optimizer, loss, metrics: options.metrics ?? namedMetrics(model) });
}

/** The config at the step of the loss that runs, if both draw the same β at the same step. */
function atStepOf(running: LossConfig | undefined, config: LossConfig): LossConfig {
  if (config.form !== 'softmax' || !isDrawn(config.beta)) return config;
  const { gamma, seed } = config.beta;
  const beta = running?.beta;
  return isDrawn(beta) && beta.gamma === gamma && beta.seed === seed ? { ...config, beta } : config;
}
