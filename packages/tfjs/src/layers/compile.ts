// Compiles a model with a loss of this package, and makes tfjs take the labels that the loss takes.

import { EqlError } from '@eqloss/core';
import { Optimizer } from '@tensorflow/tfjs-core';
import { nameOf, refuseUnknown } from '../options-object.ts';
import type { LossConfig } from './config.ts';
import { type LayersLoss, layersLoss } from './loss.ts';
import { keepConfig } from './metadata.ts';
import { checkModel, type LossModel, type Metric } from './model.ts';

/** What {@link compileLoss} takes beside the model. */
export interface CompileOptions {
  /** As `model.compile` takes it. */
  readonly optimizer: string | Optimizer;
  /** What {@link layersLoss} takes. */
  readonly loss: LossConfig;
  /** Those of {@link groupRecall}, or functions; tfjs's names for accuracy are refused where they would be wrong. */
  readonly metrics?: Metric | readonly Metric[];
}

/**
 * `model.compile` with a loss of this package, for a model with one output.
 *
 * Beyond what `model.compile({ loss: layersLoss(config) })` does, it
 * - checks that the last layer has as many units as the gate classes, and no activation;
 * - makes `fit` and `evaluate` take index labels, which tfjs refuses for a loss function that is not its own;
 * - refuses names of metrics, such as `accuracy` and `crossentropy`, that for these labels and logits compute something else;
 * - keeps the config in the model's metadata, with the step where the training stands whenever the model is saved, so that
 *   {@link restoreLoss} finds it after loading; and leaves functions out of the metrics that tfjs saves, since it could not
 *   load them.
 *
 * @returns The loss, for its `step`.
 * @throws {EqlError} `UNSUPPORTED`, `CLASS_COUNT`, `BETA_RANGE`, before the model is touched.
 */
export function compileLoss(model: LossModel, options: CompileOptions): LayersLoss {
  refuseUnknown('compileLoss', options, ['optimizer', 'loss', 'metrics']);
  checkOptimizer(options.optimizer);
  const loss = layersLoss(options.loss);
  const { config } = loss;
  const metrics = metricList(options.metrics);
  checkModel(model, config);
  for (const metric of metrics) refuseMetric(metric, config);
  model.compile({ optimizer: options.optimizer, loss, metrics });
  takeIndexLabels(model, config);
  keepConfig(model, config);
  return loss;
}

function checkOptimizer(optimizer: unknown): void {
  // tfjs knows an optimizer by what it can do, also one of another copy; but it must be an object.
  const isObject = typeof optimizer === 'object' && optimizer !== null;
  if (typeof optimizer === 'string' || (isObject && optimizer instanceof Optimizer)) return;
  throw new EqlError('UNSUPPORTED', `optimizer is ${nameOf(optimizer)}; wanted a name, or what tf.train.adam() gives.`);
}

function metricList(metrics: CompileOptions['metrics']): Metric[] {
  const list = metrics === undefined || metrics === null ? [] : Array.isArray(metrics) ? metrics : [metrics];
  if (list.every((metric) => typeof metric === 'string' || typeof metric === 'function')) return [...list];
  throw new EqlError('UNSUPPORTED', 'metrics are no names and functions; wanted one or an array of them.');
}

/** Right for one-hot rows of several classes only. By the first two names tfjs picks by the loss, of which it knows its own. */
const accuracies: ReadonlySet<string> = new Set(['accuracy', 'acc', 'categoricalAccuracy']);
const ofProbabilities: ReadonlySet<string> = new Set([
  'binaryAccuracy',
  'categoricalCrossentropy',
  'ce',
  'crossentropy',
  'precision',
  'sparseCategoricalCrossentropy',
]);

function refuseMetric(metric: Metric, { labels, gate }: LossConfig): void {
  if (typeof metric !== 'string') return;
  if (accuracies.has(metric) && (labels !== 'one-hot' || gate.classes === 1)) {
    throw new EqlError(
      'UNSUPPORTED',
      `the metric ${metric} compares rows of several classes: right for labels: 'one-hot' only, which must be said. Else take tf.metrics.sparseCategoricalAccuracy or groupRecall.`,
    );
  }
  if (ofProbabilities.has(metric)) {
    throw new EqlError('UNSUPPORTED', `the metric ${metric} takes probabilities, and the model gives logits.`);
  }
}

/** tfjs compares yTrue with the shape of the output, of which it knows that it may differ for its own sparse loss only. */
function takeIndexLabels(model: LossModel, { labels }: LossConfig): void {
  if (labels === 'one-hot') return;
  // A Sequential trains a model of its own.
  const trained = ((model as { readonly model?: unknown }).model ?? model) as { feedOutputShapes?: unknown };
  if (!Array.isArray(trained.feedOutputShapes)) {
    throw new EqlError(
      'UNSUPPORTED',
      'this version of @tensorflow/tfjs-layers is not known: it would refuse index labels.',
    );
  }
  // Null is a shape that is not compared; the loss compares it itself.
  trained.feedOutputShapes = [null];
}
