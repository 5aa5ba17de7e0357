// What is needed of a `tf.LayersModel`, and whether its last layer gives logits.

import { EqlError } from '@eqloss/core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { nameOf } from '../options-object.ts';
import { checkColumns, type LossConfig } from './config.ts';

/** A metric of a model: a name that tfjs knows, or a function. */
export type Metric = string | ((yTrue: Tensor, yPred: Tensor) => Tensor);

/** A `tf.LayersModel` or `tf.Sequential`, as far as it is used here. */
export interface LossModel {
  /** What its last layers give. */
  readonly outputs: readonly LossModelOutput[];
  /** Set by `compile`. */
  readonly optimizer: Optimizer;
  /** Set by `compile`. */
  readonly loss: unknown;
  /** Set by `compile`. */
  metrics: unknown;
  /** tfjs's own. */
  compile(args: {
    optimizer: string | Optimizer;
    loss: (yTrue: Tensor, yPred: Tensor) => Tensor;
    metrics?: Metric[];
  }): void;
  /** What `setUserDefinedMetadata` was given: it is saved with the model. */
  getUserDefinedMetadata(): object;
  /** Keeps what is saved with the model. */
  setUserDefinedMetadata(metadata: object): void;
}

/** A symbolic tensor. */
export interface LossModelOutput {
  /** Sizes; null for one that is known only when it runs, as the batch. */
  readonly shape: readonly (number | null)[];
  /** The layer that makes it. */
  readonly sourceLayer: LossModelLayer;
  /** The tensors that this layer takes. */
  readonly inputs: readonly LossModelOutput[];
  /** Which of the layer's outputs it is. */
  readonly outputTensorIndex?: number;
}

/** A layer. */
export interface LossModelLayer {
  /** Unique in its model. */
  readonly name: string;
  /** As `Dense`. */
  getClassName(): string;
  /** What makes the layer anew. */
  getConfig(): object;
}

/**
 * Refuses what is no model at all.
 *
 * @throws {EqlError} `UNSUPPORTED`
 */
export function checkIsModel(model: LossModel): void {
  if (typeof model?.getUserDefinedMetadata === 'function') return;
  throw new EqlError('UNSUPPORTED', `the model is ${nameOf(model)}; wanted a tf.LayersModel.`);
}

/**
 * Refuses a model whose output cannot be the logits of this loss.
 *
 * Found are: an activation of the last layer, or a layer that is one; also before layers that only move values or disturb them
 * in training, and inside a model or wrapper that is the last layer. What a layer of one's own does cannot be seen.
 *
 * @throws {EqlError} `UNSUPPORTED` for an activation, or another number of outputs than one; `CLASS_COUNT`
 */
export function checkModel(model: LossModel, config: LossConfig): void {
  checkIsModel(model);
  const { outputs } = model;
  if (outputs?.length !== 1) {
    throw new EqlError(
      'UNSUPPORTED',
      `the model has ${outputs?.length ?? 'no'} outputs; wanted one. Compile a model of several with loss: { [output]: layersLoss(config) }.`,
    );
  }
  const columns = outputs[0].shape.at(-1) ?? null;
  if (columns !== null) checkColumns(config, columns);
  refuseActivation(outputs[0], config);
}

const activations: ReadonlySet<string> = new Set(['ELU', 'LeakyReLU', 'PReLU', 'ReLU', 'Softmax', 'ThresholdedReLU']);

/** What comes in goes out, perhaps at another place or, in training, disturbed. An activation that is not refused is linear. */
const passing: ReadonlySet<string> = new Set([
  'Activation',
  'AlphaDropout',
  'Concatenate',
  'Cropping2D',
  'Dropout',
  'Flatten',
  'GaussianDropout',
  'GaussianNoise',
  'InputLayer',
  'Masking',
  'Permute',
  'RepeatVector',
  'Reshape',
  'SpatialDropout1D',
  'UpSampling2D',
  'ZeroPadding2D',
]);

/** @returns Whether what goes into the model may come out here as it is. */
function refuseActivation(output: LossModelOutput, config: LossConfig): boolean {
  if (!isPassing(output.sourceLayer, output.outputTensorIndex ?? 0, config)) return false;
  const { inputs } = output;
  return inputs.map((input) => refuseActivation(input, config)).includes(true) || inputs.length === 0;
}

/** A model used as a layer has outputs, a wrapper such as TimeDistributed a layer. */
interface Holder {
  readonly outputs: readonly LossModelOutput[];
  readonly layer: LossModelLayer;
}

function isPassing(layer: LossModelLayer & Partial<Holder>, index: number, config: LossConfig): boolean {
  const inner = layer.outputs?.[index];
  if (inner !== undefined) return refuseActivation(inner, config);
  if (layer.layer !== undefined) return isPassing(layer.layer, 0, config);
  refuseLayer(layer, config);
  return passing.has(layer.getClassName());
}

function refuseLayer(layer: LossModelLayer, { form }: LossConfig): void {
  const kind = layer.getClassName();
  const { activation = 'linear' } = layer.getConfig() as { readonly activation?: string };
  if (activation === 'linear' && !activations.has(kind)) return;
  const came = activation === 'linear' ? `is an activation, ${kind}` : `(${kind}) has the activation ${activation}`;
  throw new EqlError(
    'UNSUPPORTED',
    `the last layer ${layer.name} ${came}; the loss takes logits. Train without it, and apply tf.${form} to what predict() returns.`,
  );
}
