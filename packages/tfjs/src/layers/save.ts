// A model's loss across `model.save` and `tf.loadLayersModel`, which by themselves lose it.

import { EqlError } from '@eqloss/core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import { refuseUnknown } from '../options-object.ts';
import { compileLoss } from './compile.ts';
import { checkConfig, type LossConfig } from './config.ts';
import type { LayersLoss } from './loss.ts';
import { keepConfig, namedMetrics, readConfig, runningConfig } from './metadata.ts';
import { checkIsModel, checkModel, type LossModel, type Metric } from './model.ts';

/** What {@link restoreLoss} may be given. */
export interface RestoreOptions {
  /** Default: the optimizer that the model was loaded with, and its state. */
  readonly optimizer?: string | Optimizer;
  /** Default: those that the model was loaded with. Functions are never saved, and must be given again. */
  readonly metrics?: Metric | readonly Metric[];
}

/**
 * Writes the loss into the model's user-defined metadata, which `model.save` saves. A model that {@link compileLoss} compiled
 * has it there already.
 *
 * Once is enough: while the model is compiled with a `layersLoss` that draws by the γ and the seed that are written, its
 * metadata always say the step where that loss stands, so that no draw comes twice.
 *
 * Whatever else is in the metadata stays. Functions go out of `model.metrics`, the list that tfjs saves, since it could not load
 * the model with them; they are computed all the same. tfjs warns when a saved model is loaded with its optimizer (`Output … is missing
 * from loss dictionary`): it saves a loss function as `{}`; {@link restoreLoss} then puts the loss back.
 *
 * @param config Default: that of the `layersLoss` that the model is compiled with.
 * @throws {EqlError} `UNSUPPORTED` when the model is compiled with another loss and no config is given, has another number of
 * outputs than one, or a last layer with an activation; `CLASS_COUNT`; and what `layersLoss` throws for a config.
 */
export function saveLossConfig(model: LossModel, config?: LossConfig): void {
  checkIsModel(model);
  const kept = config ?? runningConfig(model);
  if (kept === undefined) {
    throw new EqlError('UNSUPPORTED', 'the model is not compiled with layersLoss; give the config to save.');
  }
  checkModel(model, checkConfig(kept));
  keepConfig(model, kept);
}

/**
 * Compiles a loaded model with the loss that {@link saveLossConfig} or {@link compileLoss} left in its metadata, so that
 * training goes on: with the optimizer's state if the model was saved with `includeOptimizer`, and with the next β.
 *
 * @returns The loss, for its `step`.
 * @throws {EqlError} `UNSUPPORTED` without such metadata, when they were changed, or without an optimizer; and what
 * {@link compileLoss} throws.
 */
export function restoreLoss(model: LossModel, options?: RestoreOptions): LayersLoss {
  const { optimizer: given, metrics } = optionsOf(options);
  const loss = readConfig(model);
  const optimizer = given ?? model.optimizer;
  if (optimizer === undefined || optimizer === null) {
    throw new EqlError(
      'UNSUPPORTED',
      'the model was loaded without an optimizer; give one, or save with model.save(…, { includeOptimizer: true }).',
    );
  }
  return compileLoss(model, { optimizer, loss, metrics: metrics ?? namedMetrics(model) });
}

function optionsOf(options: RestoreOptions | undefined): RestoreOptions {
  const given = options ?? {};
  refuseUnknown('restoreLoss', given, ['optimizer', 'metrics']);
  return given;
}
