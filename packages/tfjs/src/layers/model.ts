// What is needed of a `tf.LayersModel`, and whether its last layer gives logits.

import { EqlError } from '@eqloss/core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { checkColumns, type LossConfig } from './config.ts';

/** A metric of a model: a name that tfjs knows, or a function. */
export type Metric = string | ((yTrue: Tensor, yPred: Tensor) => Tensor);

/** A `tf.LayersModel` or `tf.Sequential`, as far as it is used here. */
export interface LossModel {
  readonly outputs: readonly LossModelOutput[];
  readonly optimizer: Optimizer;
  readonly loss: unknown;
  metrics: unknown;
  compile(args: {
    optimizer: string | Optimizer;
    loss: (yTrue: Tensor, yPred: Tensor) => Tensor;
    metrics?: Metric[];
  }): void;
  getUserDefinedMetadata(): object;
  setUserDefinedMetadata(metadata: object): void;
}

/** A symbolic tensor. */
export interface LossModelOutput {
  readonly shape: readonly (number | null)[];
  readonly sourceLayer: LossModelLayer;
  readonly inputs: readonly LossModelOutput[];
  readonly outputTensorIndex?: number;
}

/** A layer. */
export interface LossModelLayer {
  readonly name: string;
  getClassName(): string;
  getConfig(): object;
}

/**
 * Refuses a model whose output cannot be the logits of this loss.
 *
 * Found are: an activation of the last layer, or a layer that is one; also behind layers that only move values, and inside a
 * model or wrapper that is the last layer. What a layer of one's own does cannot be seen.
 *
 * @throws {EqlError} `UNSUPPORTED` for an activation, or another number of outputs than one; `CLASS_COUNT`
 */
export function checkModel(model: LossModel, config: LossConfig): void {
  const outputs = model?.outputs;
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

/** What comes in goes out, perhaps at another place. */
const movers: ReadonlySet<string> = new Set([
  'Concatenate',
  'Cropping2D',
  'Flatten',
  'Permute',
  'RepeatVector',
  'Reshape',
  'ZeroPadding2D',
]);

function refuseActivation(output: LossModelOutput, config: LossConfig): void {
  const layer: LossModelLayer & Partial<Holder> = output.sourceLayer;
  const inner = layer.outputs?.[output.outputTensorIndex ?? 0];
  if (inner !== undefined) {
    refuseActivation(inner, config);
    return;
  }
  refuseLayer(layer.layer ?? layer, config);
  if (movers.has(layer.getClassName())) for (const input of output.inputs) refuseActivation(input, config);
}

/** A model used as a layer has outputs, a wrapper such as TimeDistributed a layer. */
interface Holder {
  readonly outputs: readonly LossModelOutput[];
  readonly layer: LossModelLayer;
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
